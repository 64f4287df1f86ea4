// The table of causes, and the hypotheses that it gives for one launch.

import { bytesToHex } from '../binary/hex';
import type { Alternative, Dimension, LaunchCause, Tried } from './cause';
import { BOOT_CAUSES } from './causesBoot';
import { DIGEST_FOR_MEASUREMENT, PLATFORM_CAUSES } from './causesPlatform';
import { VCPU_CAUSES } from './causesVcpu';
import type { LaunchFacts } from './launchFacts';
import { givenSetting, type Setting } from './setting';

/** Every cause that the search knows. */
export const LAUNCH_CAUSES: readonly LaunchCause[] = [
  ...BOOT_CAUSES,
  ...VCPU_CAUSES,
  ...PLATFORM_CAUSES,
  DIGEST_FOR_MEASUREMENT,
];

/** Whether a change of this part makes another launch digest; all others are of the HMAC only. */
export const IN_DIGEST: Readonly<Record<Dimension, boolean>> = {
  firmware: true,
  kernel: true,
  initrd: true,
  cmdline: true,
  profile: true,
  cpu: true,
  vcpus: true,
  policy: false,
  keys: false,
  measurement: false,
  apiMinor: false,
  buildId: false,
  apiMajor: false,
};

/** The parts in the order in which they are nested when two are tried: what costs most to change is outside. */
export const DIMENSIONS = Object.keys(IN_DIGEST) as readonly Dimension[];

/** The parts that the VMSA pages are made of; plain SEV measures none. */
export const OF_PAGES: ReadonlySet<Dimension> = new Set(['profile', 'cpu', 'vcpus']);

/** A value to try, and the row that it is of. */
export interface Candidate extends Alternative {
  readonly cause: LaunchCause;
}

/** Everything that can be tried for one launch. */
export interface Space {
  readonly facts: LaunchFacts;
  readonly given: Setting;
  readonly candidates: Readonly<Record<Dimension, readonly Candidate[]>>;
}

/** A setting as a text that is the same for the same values. */
function keyOf(set: Partial<Setting>): string {
  return JSON.stringify(set, (_name, value: unknown) =>
    value === undefined ? null : value instanceof Uint8Array ? bytesToHex(value) : value,
  );
}

/** The parts of `set` that are not as given. */
function changed(set: Partial<Setting>, given: Setting): Partial<Setting> {
  const names = Object.keys(set) as (keyof Setting)[];
  return Object.fromEntries(
    names
      .filter((name) => keyOf({ [name]: set[name] }) !== keyOf({ [name]: given[name] }))
      .map((name) => [name, set[name]]),
  );
}

function candidatesOf(dimension: Dimension, tried: Tried): Candidate[] {
  const rows = LAUNCH_CAUSES.filter((cause) => cause.dimension === dimension);
  const seen = new Set([keyOf({})]);
  return rows
    .sort((a, b) => b.prior - a.prior)
    .flatMap((cause) => [...cause.alternatives(tried)].map((alternative) => ({ ...alternative, cause })))
    .filter(({ set }) => {
      const key = keyOf(changed(set, tried.given));
      return !seen.has(key) && seen.add(key);
    });
}

/** The hypotheses for a launch: the same ones, in the same order, in every thread. */
export function searchSpace(facts: LaunchFacts): Space {
  const given = givenSetting(facts);
  const candidates = Object.fromEntries(
    DIMENSIONS.map((dimension) => [dimension, candidatesOf(dimension, { facts, given })]),
  ) as Record<Dimension, Candidate[]>;
  return { facts, given, candidates };
}

/** Whether two changes can be made together: no part has to be two things at once. */
export function isCompatible(a: Partial<Setting>, b: Partial<Setting>): boolean {
  return (Object.keys(a) as (keyof Setting)[]).every((name) => !(name in b) || a[name] === b[name]);
}
