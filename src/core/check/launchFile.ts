// What a launch file (`*.sevlaunch.json`) holds: the owner's inputs for checking a launch, and the launch as
// it was recorded or the domain to ask; in full, and as far as an unfinished text has it. The schema that
// parses the text is checked against these types.

import type { Platform } from '../tech/sev/evidence';
import type { ProfileId } from '../vmsa/launch/profiles';
import type { CpuId } from '../vmsa/launch/signature';

/**
 * Where the guest owner's keys are: one file with both, TEK first, or one file each.
 * Paths, never the keys themselves.
 */
export type KeyPaths = { readonly tk: string } | { readonly tik: string; readonly tek?: string | undefined };

/** Paths of VMSA pages: of vCPU 0, and of all other vCPUs. */
export interface VmsaFiles {
  readonly bsp: string;
  readonly ap?: string | undefined;
}

/** What a host reported about a launch. */
export interface ReportedLaunch extends Platform {
  /** Base64 as libvirt reports it. */
  readonly measurement: string;
}

/** A running domain, whose host is asked about the launch. */
export interface AskedDomain {
  /** A libvirt URI. */
  readonly connection: string;
  /** UUID, id or name. */
  readonly name: string;
  /** The policy that the owner asked for, in place of the one that the host reports. */
  readonly policy?: number | undefined;
}

/** A launch file. Paths are absolute once it is read. */
export interface LaunchFile {
  readonly $schema?: string | undefined;
  readonly name?: string | undefined;
  readonly firmware: string;
  readonly kernel?: string | undefined;
  readonly initrd?: string | undefined;
  readonly cmdline?: string | undefined;
  readonly vcpus?: number | undefined;
  /** A QEMU model name, or family, model and stepping. */
  readonly cpu?: string | CpuId | undefined;
  readonly profile?: ProfileId | undefined;
  readonly vmsa?: VmsaFiles | undefined;
  readonly keys: KeyPaths;
  readonly launch?: ReportedLaunch | undefined;
  readonly domain?: AskedDomain | undefined;
}

/** Members that may be missing, at every level. */
type Unfinished<T> = { readonly [N in keyof T]?: T[N] | undefined };

/**
 * The members of a launch file that can be recognised while it is being written, or command-line options
 * given instead of one; paths are unresolved.
 */
export interface LaunchMembers extends Unfinished<
  Omit<LaunchFile, '$schema' | 'vmsa' | 'keys' | 'launch' | 'domain'>
> {
  readonly vmsa?: Unfinished<VmsaFiles> | undefined;
  readonly keys?: Unfinished<Record<'tk' | 'tik' | 'tek', string>> | undefined;
  readonly launch?: Unfinished<ReportedLaunch> | undefined;
  readonly domain?: Unfinished<AskedDomain> | undefined;
}
