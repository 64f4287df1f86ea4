// What a launch file (`*.sevlaunch.json`) holds: the owner's inputs for checking a launch, and the launch as
// it was recorded or the domain to ask; in full, and as far as an unfinished text has it. Its members are rows of
// the table of inputs.

import type { INPUTS, InputValue } from '../launch/inputs';
import type { Wishes } from '../report/wishes';

/** The rows with a place in a launch file; the numbers of a CPU are one value, and wishes have a table of their own. */
type Row = Exclude<
  Extract<(typeof INPUTS)[number], { readonly member: unknown }>,
  { readonly member: readonly ['cpu', string] } | { readonly id: 'require' }
>;
type NameOf<R extends Row> = R['member'] extends readonly [...unknown[], infer N extends string] ? N : never;
type NeededOf<R extends Row> = R extends { readonly required: true } ? NameOf<R> : never;
type SparedOf<R extends Row> = Exclude<NameOf<R>, NeededOf<R>>;
type ValueIn<R extends Row, N extends string> = InputValue<
  Extract<R, { readonly member: readonly [...string[], N] }>['id']
>;

/** An object of members: those that must be there, and those that may. */
type ObjectOf<R extends Row> = { readonly [N in NeededOf<R>]: ValueIn<R, N> } & {
  readonly [N in SparedOf<R>]?: ValueIn<R, N> | undefined;
};
type Inside<G extends string> = Extract<Row, { readonly member: readonly [G, string] }>;
type Alone = Extract<Row, { readonly member: readonly [string] }>;

/** Members that may be missing, at every level. */
type Unfinished<T> = { readonly [N in keyof T]?: T[N] | undefined };

type KeyRow = Inside<'keys'>;
type OneKeyRow = Extract<KeyRow, { readonly alone: true }>;

/**
 * Where the guest owner's keys are: one file with both, TEK first, or one file each.
 * Paths, never the keys themselves.
 */
export type KeyPaths = ObjectOf<OneKeyRow> | ObjectOf<Exclude<KeyRow, OneKeyRow>>;

/** Paths of VMSA pages: of vCPU 0, and of all other vCPUs. */
export type VmsaFiles = ObjectOf<Inside<'vmsa'>>;

/** What a host reported about a launch. */
export type ReportedLaunch = ObjectOf<Inside<'launch'>>;

/** A running domain, whose host is asked about the launch, and the policy that the owner asked for. */
export type AskedDomain = ObjectOf<Inside<'domain'>>;

/** What is in a launch file beside inputs. */
interface Labels {
  readonly $schema?: string | undefined;
  readonly name?: string | undefined;
}

/** The objects in a launch file. */
interface Parts {
  readonly vmsa?: VmsaFiles | undefined;
  readonly keys?: KeyPaths | undefined;
  readonly launch?: ReportedLaunch | undefined;
  readonly domain?: AskedDomain | undefined;
  readonly require?: Wishes | undefined;
}

/** A launch file. Paths are absolute once it is read. */
export type LaunchFile = Labels & ObjectOf<Alone> & Parts;

/**
 * The members of a launch file that can be recognised while it is being written, or command-line options
 * given instead of one; paths are unresolved.
 */
export type LaunchMembers = Pick<Labels, 'name'> &
  Unfinished<ObjectOf<Alone>> & {
    readonly [G in keyof Parts]?:
      (G extends 'keys' ? Unfinished<ObjectOf<KeyRow>> : Unfinished<Parts[G]>) | undefined;
  };
