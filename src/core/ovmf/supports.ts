// What an OVMF image can be used for, as short facts with reasons, for the header line of the viewer, comparisons and the
// command line. Nothing here promises that a guest starts: a use is excluded by what edk2, QEMU or KVM do (the reason says
// what), or its exclusion could not be judged, or nothing in the image excludes it.

import type { ImageBuild } from './imageBuild';
import type { Support, SupportState } from './support';
import type { SupportedImage, SupportReason } from './metadataSupport';
import type { Feature, FeatureRow, SupportInput } from './supportRules';
import { FEATURES, RULES, SEV_GUESTS } from './supportRules';

/** The first that a feature has is its state. */
const WORST_FIRST: readonly SupportState[] = ['no', 'warning', 'unknown'];

/** The facts about an image: always the same features in the same order. */
export function describeSupport(image: SupportedImage, build: ImageBuild): Support[] {
  const input = { image, build };
  const rows: readonly FeatureRow<Feature>[] = FEATURES;
  const alone = rows.map((row) => ({ row, support: judge(row, input) }));
  const guests = alone.flatMap(({ support }) => (SEV_GUESTS.includes(support.feature) ? [support] : []));
  return alone.map(({ row, support }) => (row.forSev ? forGuests(support, guests) : support));
}

function judge({ feature, evidence, ofTables }: FeatureRow<Feature>, input: SupportInput): Support {
  const verdicts = RULES.flatMap(({ features, judge: test }): SupportReason[] => {
    const verdict = features.includes(feature) ? test(input) : undefined;
    return verdict ? [verdict] : [];
  });
  for (const state of WORST_FIRST) {
    const found = verdicts.find(([own]) => own === state);
    if (!found) continue;
    const known = state === 'unknown' && ofTables ? `${evidence(input)}; ` : '';
    return { feature, state, reason: `${known}${found[1]}` };
  }
  return { feature, state: 'not-excluded', reason: evidence(input) };
}

/** A use that needs an SEV guest of any kind is as excluded, or as unknown, as the least excluded of these. */
function forGuests(support: Support, guests: readonly Support[]): Support {
  if (support.state === 'no' || guests.some(({ state }) => state === 'not-excluded')) return support;
  const first = guests.find(({ state }) => state !== 'no');
  if (!first) return { ...support, state: 'no', reason: guests[0]!.reason };
  if (support.state !== 'not-excluded') return support;
  return { ...support, state: 'unknown', reason: `${support.reason}; ${first.reason}` };
}
