// SEV features as a set that is open: a VMM or a guest can turn on any of them beside those of a profile. A page that
// differs from that of a launch in nothing else is nevertheless the page of that launch, with these features.

import { hex } from '../../binary/hex';
import { conjunction } from '../../binary/words';
import type { VmsaValues } from '../layout/layout';
import { EXCLUSIVE_FEATURES, ES_FEATURES } from '../layout/bitsSev';
import {
  bitsOfFeatures,
  describeFeatures,
  namesOfFeatures,
  reservedFeatures,
  SNP_ACTIVE,
} from '../layout/features';
import { FEATURE_STATE } from '../layout/fieldSets';

/** The SEV features of a page beside those of a launch, as bits of sev_features. */
export interface FeatureChange {
  readonly added: bigint;
  readonly removed: bigint;
}

/** Why no vCPU can run with these features, as phrases; empty when one can. */
export function featureConflicts(features: bigint): string[] {
  const reserved = reservedFeatures(features);
  const names = namesOfFeatures(features);
  const snpOnly =
    features & SNP_ACTIVE ? [] : names.filter((name) => !ES_FEATURES.includes(name) && name !== 'SNPActive');
  const exclusive = EXCLUSIVE_FEATURES.filter((name) => names.includes(name));
  return [
    ...(reserved === 0n ? [] : [`${hex(reserved)} is reserved`]),
    ...(snpOnly.length === 0 ? [] : [`an SEV-ES guest cannot have ${conjunction(snpOnly)}`]),
    ...(exclusive.length > 1 ? [`${conjunction(exclusive)} exclude each other`] : []),
  ];
}

/** Fields that count only with one of these features. */
function stateOf(features: bigint): ReadonlySet<string> {
  const on = namesOfFeatures(features);
  return new Set(
    [...FEATURE_STATE].flatMap(([field, needs]) => (needs.some((n) => on.includes(n)) ? [field] : [])),
  );
}

/**
 * The change of features that alone makes a page differ from that of a launch; undefined when there is none, when other
 * fields differ, too, when one is SEV-SNP and the other SEV-ES, and for features that no vCPU can run with.
 * @param differing the names of the fields that differ
 */
export function featureChange(
  page: VmsaValues,
  launch: VmsaValues,
  differing: readonly string[],
): FeatureChange | undefined {
  const change = changeOf(page, launch);
  const all = change.added | change.removed;
  const features = page.sev_features;
  if (all === 0n || (all & SNP_ACTIVE) !== 0n || featureConflicts(features).length > 0) return undefined;
  const free = stateOf(features);
  if (differing.some((name) => name !== 'sev_features' && !free.has(name))) return undefined;
  return change;
}

/** How many features a change turns on or off. */
export const sizeOfChange = ({ added, removed }: FeatureChange): number =>
  bitsOfFeatures(added | removed).length;

/** The SEV features in which a page differs from that of a launch, whatever they are. */
export const changeOf = (page: VmsaValues, launch: VmsaValues): FeatureChange => {
  const [a, e] = [page.sev_features, launch.sev_features];
  return { added: a & ~e, removed: e & ~a };
};

/** A change in words, bit by bit: `with SecureTSC (0x200) on top`. */
export function describeChange({ added, removed }: FeatureChange): string {
  return [
    ...(added === 0n ? [] : [`with ${describeFeatures(added)} on top`]),
    ...(removed === 0n ? [] : [`without ${describeFeatures(removed)}`]),
  ].join(', ');
}
