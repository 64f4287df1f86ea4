// The words for the inputs of a launch: where each is in a launch file, and which options give it. Core says which
// input a failure is about.

import { withPlace } from '../core/errors';
import * as errors from './errors';
import type { LaunchMembers, ReportedLaunch } from '../core/check/launchFile';
import type { FileRole } from './fileRoles';
import {
  inputRow,
  INPUTS,
  pickInputs,
  REPORTED_IDS,
  type InputId,
  type InputRow,
  type InputValues,
  type ReportedId,
} from '../core/launch/inputs';

const ROWS: readonly InputRow[] = INPUTS;

/** The inputs that both a launch file and the command line can give. */
export const INPUT_NAMES = INPUTS.filter((row) => 'member' in row && 'option' in row).map(({ id }) => id);

/** A row that has a place in a launch file. */
export type MemberRow = InputRow & { readonly member: readonly string[] };

/** The rows that have one, in the order of the file. */
export const MEMBER_TABLE = ROWS.filter((row): row is MemberRow => row.member !== undefined);

/** A row whose value is a path or a list of paths, and what the file there is read for: a kind of file, or the input itself. */
interface PathRow extends MemberRow {
  readonly id: InputId;
  readonly kind: 'file' | 'page' | 'key' | 'evidence' | 'evidence list';
  readonly role: FileRole;
}

/** The rows whose values are paths. */
export const PATH_ROWS: readonly PathRow[] = INPUTS.filter((row) => 'member' in row).flatMap(
  (row): PathRow[] => {
    if (row.kind === 'file') {
      const { id } = row;
      return [{ ...row, role: id === 'svsm' || id === 'varsFile' ? 'firmware' : id }];
    }
    if (row.kind === 'evidence') return [{ ...row, role: 'report' }];
    if (row.kind === 'evidence list') return [{ ...row, role: 'certificate' }];
    return row.kind === 'page' || row.kind === 'key' ? [{ ...row, role: row.kind }] : [];
  },
);

/** A file that a launch names, and the row that it is named by. */
export interface NamedFile extends Pick<PathRow, 'id' | 'kind' | 'member' | 'role'> {
  readonly path: string;
}

/** The members of a launch that have files. */
export type FileMembers = Omit<LaunchMembers, 'launch' | 'domain'>;

/** The files that a launch names, in the order of the table. */
export function namedFiles(inputs: FileMembers): NamedFile[] {
  const valueAt = (member: readonly string[]) =>
    member.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], inputs);
  return PATH_ROWS.flatMap(({ id, kind, member, role }) => {
    const paths = [valueAt(member)].flat().filter((path) => typeof path === 'string');
    return paths.map((path) => ({ id, kind, member, role, path }));
  });
}

/** The options of an input: those of its parts, such as the family of a CPU, or its own; none of what only a file has. */
export function optionsToGive({ id, option }: InputRow): readonly string[] {
  const isPart = (row: InputRow) => row.member && row.option !== undefined && row.id.startsWith(`${id}.`);
  const parts = ROWS.filter(isPart).map((row) => row.option!);
  return parts.length > 0 || option === undefined ? parts : [option];
}

/**
 * Both ways to give an input, as a phrase after "give it": as a member of a launch file, or by options of the
 * command line.
 */
export function waysToGive(input: InputId): string {
  const row = inputRow(input);
  const key = row.member!.map((name) => `"${name}"`).reverse();
  const options = optionsToGive(row);
  const all = options.length > 1 ? `${options.slice(0, -1).join(', ')} and ${options.at(-1)!}` : options[0];
  const more = all === undefined ? '' : ` or with ${all}`;
  return `as ${key.join(' of ')} in a launch file${more}`;
}

/** Reads one input; a failure gets the input's name, and its place in a launch file in case it came from one. */
export const atInput = <T>(input: InputId, work: () => T | Promise<T>): Promise<T> => {
  const { member } = inputRow(input);
  return withPlace({ input, ...(member && { member }) }, work);
};

/**
 * What is known about a launch: as the owner states it, or else as its host reports it.
 * @throws CheckError for what neither says
 */
export function reportedLaunch(
  info: Partial<Pick<InputValues, ReportedId>>,
  stated: Partial<Pick<InputValues, ReportedId>> = {},
): ReportedLaunch {
  const values = pickInputs(REPORTED_IDS, stated, info);
  for (const id of REPORTED_IDS)
    if (values[id] === undefined) throw errors.notReported(inputRow(id).reported!);
  return values as ReportedLaunch;
}
