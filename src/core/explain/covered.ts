// What part of the space was searched, in words: for progress and for the answer.

import type { Dimension } from './cause';
import { DIMENSIONS, IN_DIGEST, TITLES, type SearchSpace } from './causes';
import type { Covered } from './explanation';

/** The number of hypotheses that were tried for one dimension or two. */
export interface TriedPart {
  readonly first: Dimension | undefined;
  readonly second: Dimension | undefined;
  readonly tried: number;
}

/** What is being varied, for progress. */
export const partTitle = ({ first, second }: Omit<TriedPart, 'tried'>): string =>
  first === undefined
    ? 'the inputs as given'
    : second === undefined
      ? TITLES[first]
      : `${TITLES[first]} with ${TITLES[second]}`;

/** The values of a dimension in words: from the rows that contributed any, unless they are numbers. */
function detailOf({ facts, candidates }: SearchSpace, dimension: Dimension): string {
  if (dimension === 'vcpus') return `1 to ${facts.maxVcpus}.`;
  if (dimension === 'policy' && facts.wanted.kind === 'digest')
    return 'SEV-ES for plain SEV, or the other way round.';
  const docs = new Set(candidates[dimension].map(({ cause }) => cause.doc));
  return [...docs].join(' ');
}

const KINDS = [
  ['two of what is loaded', (a: Dimension, b: Dimension) => IN_DIGEST[a] && IN_DIGEST[b]],
  ['one of what is loaded, one of the rest', (a: Dimension, b: Dimension) => IN_DIGEST[a] && !IN_DIGEST[b]],
  ['two of the rest', (a: Dimension) => !IN_DIGEST[a]],
] as const;

/** What was covered: each dimension on its own, pairs grouped by kind. */
export function coveredOf(space: SearchSpace, parts: readonly TriedPart[]): Covered[] {
  const sum = (some: readonly TriedPart[]) => some.reduce((all, { tried }) => all + tried, 0);
  const singles = DIMENSIONS.map((dimension) => ({
    title: TITLES[dimension],
    hypotheses: sum(parts.filter(({ first, second }) => first === dimension && second === undefined)),
    detail: detailOf(space, dimension),
  }));
  const pairs = KINDS.map(([title, isOfKind]) => {
    const some = parts.filter(
      ({ first, second }) => first && second && isOfKind(first, second) && first !== second,
    );
    const names = [
      ...new Set(some.filter(({ tried }) => tried > 0).flatMap(({ first, second }) => [first!, second!])),
    ];
    return {
      title,
      hypotheses: sum(some),
      detail: `Every two of: ${DIMENSIONS.filter((d) => names.includes(d))
        .map((d) => TITLES[d])
        .join(', ')}.`,
    };
  });
  return [...singles, ...pairs].filter(({ hypotheses }) => hypotheses > 0);
}
