// The order of the search: first every single change, then all pairs of changes, each with the likeliest first.
// Split into units of some ten milliseconds, so that threads can share them and progress can be reported.

import type { Dimension } from './cause';
import { DIMENSIONS, IN_DIGEST, type SearchSpace } from './causes';

/** A unit of the search: some candidates of one dimension, each alone or with all of a second dimension. */
export interface Unit {
  /** Undefined for the inputs as given. */
  readonly first: Dimension | undefined;
  readonly second: Dimension | undefined;
  readonly from: number;
  readonly to: number;
  /** An upper bound of hypotheses: impossible launches are skipped during the search. */
  readonly size: number;
}

/** The inputs as given, one change, two changes. */
export type ChangeCount = 0 | 1 | 2;

/** Hypotheses per unit; those that change the launch digest cost more. */
const MOST = { digest: 1500, measurement: 20_000 } as const;

/** The highest prior among the causes of a dimension. */
const priorOf = ({ candidates }: SearchSpace, dimension: Dimension): number =>
  Math.max(0, ...candidates[dimension].map(({ cause }) => cause.prior));

function unitsOf(space: SearchSpace, first: Dimension, second: Dimension | undefined): Unit[] {
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

/** The units of a stage in search order. */
export function planUnits(space: SearchSpace, stage: ChangeCount): Unit[] {
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
