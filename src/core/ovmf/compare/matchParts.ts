// Matches the parts of two volumes by GUID, type and name, and repeated ones by content and then by order.

import type { Matched } from './matching';
import { matchByKey } from './matching';
import type { VolumePart, PartPair } from './parts';
import { isSame, sameParts } from './parts';

/** The keys by which parts are matched, the most reliable first. */
const KEYS: readonly ((part: VolumePart) => string | undefined)[] = [
  ({ node: { kind, type, guid, name, variable } }) =>
    variable ? `${kind} ${guid} ${variable.state} ${name}` : `${kind} ${type} ${guid}`,
  ({ node: { kind, guid, name, variable } }) =>
    guid === undefined ? undefined : `${kind} ${guid} ${variable ? name : ''}`,
  // A module whose GUID changed.
  ({ node: { kind, type, name } }) => (kind === 'file' ? `${type} ${name}` : undefined),
];

/** Matches parts. A common start and end of both lists is matched in place; keys decide in between. */
export function matchParts(a: readonly VolumePart[], b: readonly VolumePart[]): Matched<VolumePart> {
  const [start, end] = sameEnds(a, b);
  const middle = (parts: readonly VolumePart[]) => parts.slice(start, parts.length - end);
  const ends = a.flatMap((part, i): PartPair[] => {
    if (i >= start && i < a.length - end) return [];
    return [[part, b[i < start ? i : b.length - a.length + i]!]];
  });
  return KEYS.reduce<Matched<VolumePart>>(
    ({ pairs, removed, added }, keyOf) => {
      const more = matchByKey(removed, added, keyOf, sameParts);
      return { ...more, pairs: [...pairs, ...more.pairs] };
    },
    { pairs: ends, removed: middle(a), added: middle(b) },
  );
}

/** How many parts at the start, and then at the end, are the same in both lists. */
function sameEnds(a: readonly VolumePart[], b: readonly VolumePart[]): readonly [number, number] {
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && isSamePart([a[start]!, b[start]!])) start++;
  let end = 0;
  while (end < most - start && isSamePart([a.at(-1 - end)!, b.at(-1 - end)!])) end++;
  return [start, end];
}

const isSamePart = (pair: PartPair) => pair[0].node.kind === pair[1].node.kind && isSame(pair);
