// Effects on what can be launched at all: uses that one of two images excludes and the other does not, whether kernel hashes
// are enforced, and whether a CODE and a VARS file belong together. All that only the volumes tell, as plain data.

import { hex } from '../../binary/hex';
import { hashAreaProblem } from '../areaChecks';
import { varsSize } from '../describeBuild';
import type { OvmfImage } from '../image';
import type { ImageBuild } from '../imageBuild';
import type { Support } from '../support';
import { describeSupport } from '../supports';
import type { Guest, MeasurementEffect } from './effects';

/** The guests, by the feature that speaks of them. */
const GUESTS = { SEV: 'SEV', 'SEV-ES': 'SEV-ES', SNP: 'SEV-SNP', TDX: 'TDX' } as const;

type GuestFeature = keyof typeof GUESTS;
const FEATURES = Object.keys(GUESTS) as GuestFeature[];

/** The facts of both images. */
type Facts = readonly [readonly Support[], readonly Support[]];

const stateOf = (facts: readonly Support[], feature: string) =>
  facts.find((fact) => fact.feature === feature)!;

/** What the volumes of two images tell of launches. */
export interface LaunchComparison {
  readonly effects: readonly MeasurementEffect[];
  /** The guests that neither image can start: what is measured of them is no news. */
  readonly excluded: readonly Guest[];
  /** Whether one of the files holds the variables of the other, a sentence; absent when that is unknown. */
  readonly fit?: string;
}

/** An image and what its volumes tell. */
export interface Told {
  readonly image: OvmfImage;
  readonly build: ImageBuild;
}

/** Compares what two images can be used for. */
export function compareLaunches(a: Told, b: Told): LaunchComparison {
  const facts = [describeSupport(a.image, a.build), describeSupport(b.image, b.build)] as const;
  const hashes = kernelHashEffect(a, b);
  const fit = belongTogether([a, b]);
  return {
    effects: [...supportEffects(facts), ...(hashes ? [hashes] : [])],
    excluded: excludedGuests(facts),
    ...(fit !== undefined && { fit }),
  };
}

function excludedGuests(facts: Facts): readonly Guest[] {
  return FEATURES.filter((feature) => facts.every((of) => stateOf(of, feature).state === 'no')).map(
    (feature) => GUESTS[feature],
  );
}

/** What one image excludes or makes doubtful, and the other does not. What is unknown of either is no difference. */
function supportEffects(facts: Facts): MeasurementEffect[] {
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
function kernelHashEffect(a: Told, b: Told): MeasurementEffect | undefined {
  const [was, is] = [hashAreaProblem(a.image), hashAreaProblem(b.image)];
  const enforced = [a, b].map(({ build: { verifies } }) => verifies?.includes('kernel'));
  const effect = (text: string): MeasurementEffect => ({
    id: 'kernel-hashes',
    guests: ['SEV', 'SEV-ES', 'SEV-SNP'],
    onlyWith: 'kernel hashes',
    text,
  });
  const open = enforced[1] === false ? ' They are measured but not enforced.' : '';
  // That they are refused, or become possible, is known without the volumes.
  if (is !== undefined) return undefined;
  if (was !== undefined)
    return open === '' ? undefined : effect(`Kernel hashes become possible.${open} The first image: ${was}.`);
  if (enforced.includes(undefined) || enforced[0] === enforced[1]) return undefined;
  return effect(
    enforced[1]
      ? 'Kernel hashes are enforced: the second image has a hash verifier, the first has none.'
      : 'Kernel hashes are measured but no longer enforced: the second image has no hash verifier.',
  );
}

function belongTogether(both: readonly [Told, Told]): string | undefined {
  const vars = both.find(({ build }) => build.part === 'vars');
  const code = both.find(({ build }) => build.part === 'code');
  const wanted = code && varsSize(code.image);
  if (!vars || wanted === undefined) return undefined;
  const { fileSize } = vars.image;
  // TDX metadata, which the size is from, know nothing else of the file.
  return wanted === fileSize
    ? `The sizes fit: the CODE image wants a VARS file of ${hex(wanted)} bytes.`
    : `They do not belong together: the CODE image wants a VARS file of ${hex(wanted)} bytes, and this one has ${hex(fileSize)}.`;
}
