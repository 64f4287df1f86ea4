// Compares volumes with volumes, files with files and variables with variables, and descends where they differ.

import { matchByKey, movedPairs } from './matching';
import { compareSections } from './compareSections';
import type { Draft } from './drafts';
import { pairDraft, partOf } from './drafts';
import { matchParts } from './matchParts';
import { bytesNotes, headerNotes } from './notes';
import type { VolumePart, PartPair } from './parts';
import { bodyOf, childrenOf, isFiller, isSame, sameParts } from './parts';
import type { NodeKind } from '../volumes/tree';

/**
 * The location of parts: names from the outermost volume down, and what is known about the part that contains them.
 */
interface Place {
  readonly path: readonly string[];
  /** They are the outermost parts of a file, which ends at 4 GiB in the guest. */
  readonly outermost?: boolean;
  /** Their parent changed size, so there is more or less space in it. */
  readonly resized?: boolean;
  /** Reports the path of a section that differs and could not be read. */
  readonly opaque: (path: readonly string[]) => void;
}

/** The differences between two lists of parts, in the order of the second. */
export function compareParts(a: readonly VolumePart[], b: readonly VolumePart[], place: Place): Draft[] {
  const [left, right] = [a, b].map((parts) => parts.filter((part) => !isFiller(part))) as [
    VolumePart[],
    VolumePart[],
  ];
  const { pairs, removed, added } = matchParts(left, right);
  const moved = place.outermost ? new Set(pairs.filter(isElsewhere)) : movedPairs(pairs, left, right);
  const pairOf = new Map(pairs.map((pair) => [pair[1], pair]));
  const gone = goneBefore(left, pairs);
  const reported = [undefined, ...right].flatMap((part): Draft[] => {
    const pair = part && pairOf.get(part);
    const own = pair ? comparePair(pair, moved.has(pair), place) : part ? [alone('added', part, place)] : [];
    return [...own, ...(gone.get(part) ?? []).map((was) => alone('removed', was, place))];
  });
  // The remaining space follows from the parts that take up space.
  const resized = pairs.some(([was, is]) => was.node.size !== is.node.size);
  const regrouped = removed.length + added.length + moved.size > 0;
  const explained = place.resized === true || resized || regrouped;
  return [...withoutLeftovers(reported), ...(explained ? [] : compareFillers(a, b, place))];
}

/** Removed parts, keyed by the part of the second list that they followed; undefined for the start. */
function goneBefore(
  a: readonly VolumePart[],
  pairs: readonly PartPair[],
): ReadonlyMap<VolumePart | undefined, VolumePart[]> {
  const partner = new Map(pairs);
  const gone = new Map<VolumePart | undefined, VolumePart[]>();
  let here: VolumePart[] = [];
  gone.set(undefined, here);
  for (const part of a) {
    const other = partner.get(part);
    if (other) gone.set(other, (here = []));
    else here.push(part);
  }
  return gone;
}

/** Whether a part of a file moved to another guest-physical address. */
const isElsewhere = ([a, b]: PartPair) =>
  a.source.bytes.length - a.node.offset !== b.source.bytes.length - b.node.offset;

/** The name of a part in a path; a variable may have no name. */
const nameOf = ({ node: { name, guid, kind } }: VolumePart) => (name === '' ? (guid ?? kind) : name);

const alone = (kind: 'added' | 'removed', part: VolumePart, { path }: Place): Draft => ({
  kind,
  path: [...path, nameOf(part)],
  ...(kind === 'added' ? { b: part } : { a: part }),
  notes: [],
});

/** Old copies of a changed variable stay in its store, marked deleted: the change is reported only once. */
function withoutLeftovers(drafts: readonly Draft[]): Draft[] {
  const keyOf = (draft: Draft) => `${partOf(draft).node.guid} ${partOf(draft).node.name}`;
  const isLeftover = (draft: Draft) => {
    const { variable } = partOf(draft).node;
    return variable !== undefined && variable.state !== 'valid' && !(draft.a && draft.b);
  };
  const reported = new Set(drafts.filter((draft) => !isLeftover(draft)).map(keyOf));
  return drafts.filter((draft) => {
    const key = keyOf(draft);
    const isNews = !isLeftover(draft) || !reported.has(key);
    reported.add(key);
    return isNews;
  });
}

function comparePair(pair: PartPair, isMoved: boolean, place: Place): Draft[] {
  const path = [...place.path, nameOf(pair[1])];
  if (isSame(pair)) return isMoved ? [pairDraft('moved', pair, path)] : [];
  const { notes, inside } = (READERS[pair[1].node.kind] ?? compareBytes)(pair, { ...place, path });
  const own = [...(isMoved ? ['moved'] : []), ...notes];
  const reported = own.length + inside.length > 0 ? own : lastNotes(pair);
  return [...(reported.length > 0 ? [pairDraft('changed', pair, path, reported)] : []), ...inside];
}

/** Describes parts that differ in nothing that matters. */
function lastNotes(pair: PartPair): string[] {
  const notes = headerNotes(pair, true);
  return notes.length > 0 ? notes : bytesNotes('bytes between its parts', pair);
}

/** Notes about a part itself, and the changes inside it. */
interface Inside {
  readonly notes: readonly string[];
  readonly inside: readonly Draft[];
}

type Reader = (pair: PartPair, place: Place) => Inside;

const compareBytes: Reader = (pair) => ({ notes: bytesNotes('content', pair), inside: [] });

const compareChildren: Reader = (pair, { path, opaque }) => {
  const [a, b] = pair;
  if (a.node.children.length + b.node.children.length === 0) {
    const body = bytesNotes('content', [bodyOf(a), bodyOf(b)]);
    return { notes: [...headerNotes(pair), ...body], inside: [] };
  }
  const resized = a.node.size !== b.node.size;
  return {
    notes: headerNotes(pair),
    inside: compareParts(childrenOf(a), childrenOf(b), { path, resized, opaque }),
  };
};

/** The value of a variable, which is at its end, as a part of its own. */
function valueOf({ node, source: half }: VolumePart): VolumePart {
  const size = node.variable!.dataSize;
  return { node: { ...node, offset: node.offset + node.size - size, size }, source: half };
}

const READERS: Partial<Record<NodeKind, Reader>> = {
  volume: compareChildren,
  store: compareChildren,
  file: (pair, { path, opaque }) => {
    const [a, b] = pair;
    if (a.node.children.length === 0 || b.node.children.length === 0) {
      const body = bytesNotes('content', [bodyOf(a), bodyOf(b)]);
      return { notes: [...headerNotes(pair), ...body], inside: [] };
    }
    const inside: Draft[] = [];
    const { notes } = compareSections(childrenOf(a), childrenOf(b), path, {
      opaque,
      volumes: (x, y, at) => inside.push(...compareParts(x, y, { path: at, opaque })) > 0,
    });
    return { notes: [...headerNotes(pair), ...notes], inside };
  },
  variable: (pair) => {
    const [was, is] = pair;
    return {
      notes: [...headerNotes(pair), ...bytesNotes('value', [valueOf(was), valueOf(is)])],
      inside: [],
    };
  },
};

/** Free space and padding, reported only when nothing else explains the difference. */
function compareFillers(a: readonly VolumePart[], b: readonly VolumePart[], place: Place): Draft[] {
  const keyOf = ({ node: { kind, type } }: VolumePart) => `${kind} ${type}`;
  const { pairs, removed, added } = matchByKey(a.filter(isFiller), b.filter(isFiller), keyOf, sameParts);
  const reported = [
    ...removed.map((part) => alone('removed', part, place)),
    ...added.map((part) => alone('added', part, place)),
    ...pairs
      .filter((pair) => !isSame(pair))
      .map((pair) => pairDraft('changed', pair, [...place.path, nameOf(pair[1])], bytesNotes('room', pair))),
  ];
  // The padding determines the free space.
  const padding = reported.filter((draft) => partOf(draft).node.kind !== 'free');
  return padding.length > 0 ? padding : reported;
}
