// The order of the search: first everything that one change explains, then every two changes together, both with the likeliest
// first. Cut into units of some ten milliseconds, so that threads can share them and progress can be told.

import type { Dimension } from './cause';
import { DIMENSIONS, IN_DIGEST, type Space } from './causes';

/** A part of the search: some candidates of one dimension, each by itself or with all of a second dimension. */
export interface Unit {
  /** Nothing for the inputs as they were given. */
  readonly first: Dimension | undefined;
  readonly second: Dimension | undefined;
  readonly from: number;
  readonly to: number;
  /** Hypotheses, at most: those that no launch can have are left out when their turn comes. */
  readonly size: number;
}

/** The inputs as given, one change, two changes. */
export type Stage = 0 | 1 | 2;

/** Hypotheses of a unit; those that make another launch digest cost more. */
const MOST = { digest: 1500, measurement: 20_000 } as const;

/** How likely the causes of a dimension are, at best. */
const priorOf = ({ candidates }: Space, dimension: Dimension): number =>
  Math.max(0, ...candidates[dimension].map(({ cause }) => cause.prior));

function unitsOf(space: Space, first: Dimension, second: Dimension | undefined): Unit[] {
  const all = space.candidates[first].length;
  const each = second === undefined ? 1 : space.candidates[second].length;
  if (all === 0 || each === 0) return [];
  const most = IN_DIGEST[second ?? first] ? MOST.digest : MOST.measurement;
  const step = Math.max(1, Math.floor(most / each));
  const units: Unit[] = [];
  for (let from = 0; from < all; from += step) {
    const to = Math.min(all, from + step);
    units.push({ first, second, from, to, size: (to - from) * each });
  }
  return units;
}

/** The units of a stage in their order. */
export function planUnits(space: Space, stage: Stage): Unit[] {
  if (stage === 0) return [{ first: undefined, second: undefined, from: 0, to: 1, size: 1 }];
  const likely = (dimension: Dimension) => priorOf(space, dimension);
  if (stage === 1)
    return DIMENSIONS.toSorted((a, b) => likely(b) - likely(a)).flatMap((first) =>
      unitsOf(space, first, undefined),
    );
  const pairs = DIMENSIONS.flatMap((first, i) =>
    DIMENSIONS.slice(i + 1).map((second) => ({ first, second })),
  );
  return pairs
    .map((pair) => ({ ...pair, likely: likely(pair.first) * likely(pair.second) }))
    .sort((a, b) => b.likely - a.likely)
    .flatMap(({ first, second }) => unitsOf(space, first, second));
}
