// The table of causes, and the hypotheses that follow from it for one launch.

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

/** Whether a change of this part changes the launch digest; the others change only the HMAC. */
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

/** The parts in nesting order when two are tried: the most expensive to change is outermost. */
export const DIMENSIONS = Object.keys(IN_DIGEST) as readonly Dimension[];

/** The parts that determine the VMSA pages, which plain SEV does not measure. */
export const OF_PAGES: ReadonlySet<Dimension> = new Set(['profile', 'cpu', 'vcpus']);

/** A value to try, and the row it comes from. */
export interface Candidate extends Alternative {
  readonly cause: LaunchCause;
}

/** Everything that can be tried for one launch. */
export interface SearchSpace {
  readonly facts: LaunchFacts;
  readonly given: Setting;
  readonly candidates: Readonly<Record<Dimension, readonly Candidate[]>>;
}

/** A setting as a string that is equal for equal values. */
function keyOf(set: Partial<Setting>): string {
  return JSON.stringify(set, (_name, value: unknown) =>
    value === undefined ? null : value instanceof Uint8Array ? bytesToHex(value) : value,
  );
}

/** The parts of `set` that differ from `given`. */
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

/** The hypotheses for a launch: the same, in the same order, in every thread. */
export function searchSpace(facts: LaunchFacts): SearchSpace {
  const given = givenSetting(facts);
  const candidates = Object.fromEntries(
    DIMENSIONS.map((dimension) => [dimension, candidatesOf(dimension, { facts, given })]),
  ) as Record<Dimension, Candidate[]>;
  return { facts, given, candidates };
}

/** Whether two changes can be combined: neither sets a part to another value than the other. */
export function isCompatible(a: Partial<Setting>, b: Partial<Setting>): boolean {
  return (Object.keys(a) as (keyof Setting)[]).every((name) => !(name in b) || a[name] === b[name]);
}
