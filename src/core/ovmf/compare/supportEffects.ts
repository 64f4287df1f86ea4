// Effects on what can be launched at all: uses that one of two images excludes and the other does not, whether kernel hashes
// are enforced, and whether a CODE and a VARS file belong together.

import { hex } from '../../binary/hex';
import { hashAreaProblem } from '../areaChecks';
import { varsSize } from '../describeBuild';
import type { Support } from '../supports';
import type { EffectInput, Guest, MeasurementEffect } from './effects';

/** The guests, by the feature that speaks of them. */
const GUESTS = { SEV: 'SEV', 'SEV-ES': 'SEV-ES', SNP: 'SEV-SNP', TDX: 'TDX' } as const;

type GuestFeature = keyof typeof GUESTS;
const FEATURES = Object.keys(GUESTS) as GuestFeature[];

/** The facts of both images. */
type Facts = readonly [readonly Support[], readonly Support[]];

const stateOf = (facts: readonly Support[], feature: string) =>
  facts.find((fact) => fact.feature === feature)!;

/** The guests that neither image can start: what is measured of them is no news. */
export function excludedGuests(facts: Facts): readonly Guest[] {
  return FEATURES.filter((feature) => facts.every((of) => stateOf(of, feature).state === 'no')).map(
    (feature) => GUESTS[feature],
  );
}

/** What one image excludes or makes doubtful, and the other does not. What is unknown of either is no difference. */
export function supportEffects(facts: Facts): MeasurementEffect[] {
  return FEATURES.flatMap((feature): MeasurementEffect[] => {
    const [was, is] = facts.map((of) => stateOf(of, feature)) as [Support, Support];
    if (was.state === is.state || was.state === 'unknown' || is.state === 'unknown') return [];
    const text =
      is.state === 'not-excluded'
        ? `Nothing in the second image excludes it. In the first: ${was.reason}.`
        : `${is.state === 'no' ? 'The second image excludes it' : 'Doubtful with the second image'}: ${is.reason}.`;
    return [{ id: `support-${feature}`, guests: [GUESTS[feature]], text }];
  });
}

/** Whether kernel hashes are possible, and enforced, in one image and not in the other. */
export function kernelHashEffect({ a, b, builds }: EffectInput): MeasurementEffect | undefined {
  const [was, is] = [hashAreaProblem(a), hashAreaProblem(b)];
  const enforced = builds.map(({ verifies }) => verifies?.includes('kernel'));
  const effect = (text: string): MeasurementEffect => ({
    id: 'kernel-hashes',
    guests: ['SEV', 'SEV-ES', 'SEV-SNP'],
    onlyWith: 'kernel hashes',
    text,
  });
  const open = enforced[1] === false ? ' They are measured but not enforced.' : '';
  if (was !== undefined && is !== undefined) return undefined;
  if (is !== undefined) return effect(`A launch with kernel hashes is refused. The second image: ${is}.`);
  if (was !== undefined) return effect(`Kernel hashes become possible.${open} The first image: ${was}.`);
  if (enforced.includes(undefined) || enforced[0] === enforced[1]) return undefined;
  return effect(
    enforced[1]
      ? 'Kernel hashes are enforced: the second image has a hash verifier, the first has none.'
      : 'Kernel hashes are measured but no longer enforced: the second image has no hash verifier.',
  );
}

/** Whether one of the files holds the variables of the other, as far as the TDX metadata tell; a sentence. */
export function belongTogether({ a, b, builds }: EffectInput): string | undefined {
  const at = builds.findIndex(({ part }) => part === 'vars');
  const [vars, code] = at === 0 ? [a, b] : [b, a];
  const wanted = at >= 0 && builds[1 - at]!.part === 'code' ? varsSize(code) : undefined;
  if (wanted === undefined) return undefined;
  return wanted === vars.fileSize
    ? `The sizes fit: the CODE image wants a VARS file of ${hex(wanted)} bytes.`
    : `They do not belong together: the CODE image wants a VARS file of ${hex(wanted)} bytes, and this one has ${hex(vars.fileSize)}.`;
}
