// What an OVMF image can be used for, as short facts with reasons, for the header line of the viewer, comparisons and the
// command line. Nothing here promises that a guest starts: a use is excluded by what edk2, QEMU or KVM do (the reason says
// what), or its exclusion could not be judged, or nothing in the image excludes it.

import type { ImageBuild } from './imageBuild';
import type { Feature, Support, SupportState } from './support';
import type { SupportedImage, SupportReason } from './metadataSupport';
import type { SupportInput } from './supportRules';
import { EVIDENCE, RULES, SEV_GUESTS } from './supportRules';

/** The first that a feature has is its state. */
const WORST_FIRST: readonly SupportState[] = ['no', 'warning', 'unknown'];

/** What kernel hashes and secrets are for: without a guest that takes them, they are no use. */
const FOR_SEV: readonly Feature[] = ['kernel hashes', 'secret area'];

/** Features for which tables speak, whatever is unknown of the code. */
const OF_TABLES: readonly Feature[] = ['SEV-ES', 'SNP', 'TDX', 'SVSM'];

/** The facts about an image: always the same features in the same order. */
export function describeSupport(image: SupportedImage, build: ImageBuild): Support[] {
  const input = { image, build };
  const alone = EVIDENCE.map(([feature, evidence]) => judge(feature, evidence, input));
  const guests = alone.filter(({ feature }) => SEV_GUESTS.includes(feature));
  return alone.map((support) => (FOR_SEV.includes(support.feature) ? forGuests(support, guests) : support));
}

function judge(feature: Feature, evidence: (input: SupportInput) => string, input: SupportInput): Support {
  const verdicts = RULES.flatMap(({ features, judge: test }): SupportReason[] => {
    const verdict = features.includes(feature) ? test(input) : undefined;
    return verdict ? [verdict] : [];
  });
  for (const state of WORST_FIRST) {
    const found = verdicts.find(([own]) => own === state);
    if (!found) continue;
    const known = state === 'unknown' && OF_TABLES.includes(feature) ? `${evidence(input)}; ` : '';
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
