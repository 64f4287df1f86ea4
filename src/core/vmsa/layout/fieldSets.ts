// Sets of fields that both the checks of a page and the causes of differences use.

import { FEATURE_ROWS, type FeatureField, type SevFeature } from './bitsSev';
import type { VmsaWord } from './layout';

/** Fields that hardware writes at exits and entries. */
export const HARDWARE_WRITES: readonly VmsaWord[] = [
  'guest_exit_info_1',
  'guest_exit_info_2',
  'guest_exit_int_info',
  'guest_nrip',
  'guest_exit_code',
  'tlb_id',
  'pcpu_id',
];

const stateOf = ({ state = [] }: (typeof FEATURE_ROWS)[number]): readonly FeatureField[] => state;

/** Fields that have an effect only with one of these features on. */
export const FEATURE_STATE: ReadonlyMap<VmsaWord, readonly SevFeature[]> = new Map(
  FEATURE_ROWS.flatMap(stateOf).map((field) => [
    field,
    FEATURE_ROWS.filter((row) => stateOf(row).includes(field)).map(({ name }) => name),
  ]),
);
