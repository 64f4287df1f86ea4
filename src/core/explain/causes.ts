// The table of causes, and the hypotheses that follow from it for one launch.

import { bytesToHex, hex } from '../binary/hex';
import { INPUTS, OBJECTS, type InputRow, type TechnologyId } from '../launch/inputs';
import type { Alternative, Dimension, LaunchCause, Tried } from './cause';
import { BOOT_CAUSES } from './causesBoot';
import { CPU_COUNT_CAUSES } from './causesCpuCount';
import { DIGEST_FOR_MEASUREMENT, DIGEST_OF_FILE, DIGEST_OF_OTHER } from './causesMistaken';
import { PLATFORM_CAUSES } from './causesPlatform';
import { SNP_CAUSES } from './causesSnp';
import { SVSM_CAUSES } from './causesSvsm';
import { VCPU_CAUSES } from './causesVcpu';
import type { LaunchFacts } from './launchFacts';
import { searchTechnologyOf } from './searchTechnologies';
import { givenSetting, type Setting } from './setting';

/** Every cause that the search knows. */
export const LAUNCH_CAUSES: readonly LaunchCause[] = [
  ...BOOT_CAUSES,
  ...CPU_COUNT_CAUSES,
  ...VCPU_CAUSES,
  ...SNP_CAUSES,
  ...SVSM_CAUSES,
  ...PLATFORM_CAUSES,
  DIGEST_FOR_MEASUREMENT,
  DIGEST_OF_FILE,
  DIGEST_OF_OTHER,
];

/** What is varied, and the rows that say so. */
const VARIED = [
  ...(INPUTS as readonly InputRow[]).map((row) => ({ ...row, isMeasured: row.from !== 'host' })),
  ...Object.entries(OBJECTS).map(([id, row]) => ({
    ...row,
    id,
    // Only objects of SEV and SEV-ES are varied: keys.
    technologies: ['sev', 'sev-es'] as readonly TechnologyId[],
    isMeasured: false,
  })),
]
  .flatMap(({ id, varied, ...row }) => (varied ? [{ ...row, ...varied, id: id as Dimension }] : []))
  .sort((a, b) => a.order - b.order);

const ofEach = <T>(value: (row: (typeof VARIED)[number]) => T) =>
  Object.fromEntries(VARIED.map((row) => [row.id, value(row)])) as Readonly<Record<Dimension, T>>;

/** Whether a change of this part changes the launch digest; the others change only the HMAC. */
export const IN_DIGEST = ofEach(({ isMeasured }) => isMeasured);

const OF_KERNEL: ReadonlySet<Dimension> = new Set(['kernel', 'initrd', 'cmdline']);

/** Whether a change of this part makes a difference: with an SVSM image kernels are not measured, and without one variables take no room. */
export const hasEffect = (dimension: Dimension, { svsm }: Pick<Setting, 'svsm'>): boolean =>
  svsm === undefined ? dimension !== 'varsSize' : !OF_KERNEL.has(dimension);

/** The name of a dimension, which several causes share. */
export const TITLES = ofEach(({ title }) => title);

/** The launches that have a dimension. */
const TECHNOLOGIES_OF = ofEach(({ technologies }) => technologies);

const isOf = (ids: readonly TechnologyId[], some: readonly TechnologyId[]): boolean =>
  ids.some((id) => some.includes(id));

/** The parts in nesting order when two are tried: the most expensive to change is outermost. */
export const DIMENSIONS: readonly Dimension[] = VARIED.map(({ id }) => id);

/** The parts that determine the VMSA pages, which plain SEV does not measure. */
export const OF_PAGES: ReadonlySet<Dimension> = new Set(
  VARIED.filter(({ isMeasured, technologies }) => isMeasured && !technologies.includes('sev')).map(
    ({ id }) => id,
  ),
);

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
    value === undefined
      ? null
      : value instanceof Uint8Array
        ? bytesToHex(value)
        : typeof value === 'bigint'
          ? hex(value)
          : value,
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
  const { ids } = searchTechnologyOf(tried.facts);
  if (!isOf(ids, TECHNOLOGIES_OF[dimension])) return [];
  // What was loaded before a known digest is in it.
  if (tried.facts.known && !OF_PAGES.has(dimension)) return [];
  return rows
    .filter(({ technologies }) => !technologies || isOf(ids, technologies))
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
