// Unfinished changes: they keep their parts, because what was removed here may have been added elsewhere.

import type { ImageChange } from './change';
import { matchByKey } from './matching';
import type { VolumePart, PartPair } from './parts';
import { isSame, sameParts, sideOf } from './parts';

/** A change with its parts; `a` is absent for what was added, `b` for what was removed. */
export interface Draft {
  readonly kind: ImageChange['kind'];
  /** Names from the outermost volume down. */
  readonly path: readonly string[];
  readonly a?: VolumePart;
  readonly b?: VolumePart;
  readonly notes: readonly string[];
}

/** The part that names a change. */
export const partOf = ({ a, b }: Draft): VolumePart => (b ?? a)!;

/** A change with both sides. */
export function pairDraft(
  kind: 'changed' | 'moved',
  [a, b]: PartPair,
  path: readonly string[],
  notes: readonly string[] = [],
): Draft {
  return { kind, path, a, b, notes };
}

/** The finished change. */
export function changeOf(draft: Draft): ImageChange {
  const { kind, path, a, b, notes } = draft;
  const what = partOf(draft).node.kind;
  return {
    kind,
    what: NAMES[what] ?? what,
    path,
    ...(a && { a: sideOf(a) }),
    ...(b && { b: sideOf(b) }),
    ...(notes.length > 0 && { notes }),
  };
}

/** Names for kinds of parts whose own name is too short. */
const NAMES: Readonly<Record<string, string>> = { free: 'free space' };

/** Merges the removal and the addition of an identical volume or file into one move. */
export function joinMoves(drafts: readonly Draft[]): Draft[] {
  const byPart = new Map<VolumePart, Draft>();
  const gone: VolumePart[] = [];
  const come: VolumePart[] = [];
  for (const draft of drafts) {
    if (draft.kind === 'removed') gone.push(draft.a!);
    if (draft.kind === 'added') come.push(draft.b!);
    byPart.set(partOf(draft), draft);
  }
  const { pairs } = matchByKey(gone, come, moveKey, sameParts);
  const moves = new Map(pairs.filter(isSame).map((pair) => [pair[1], pair]));
  const left = new Set([...moves.values()].map(([a]) => a));
  return drafts.flatMap((draft): Draft[] => {
    const part = partOf(draft);
    if (left.has(part)) return [];
    const move = moves.get(part);
    if (!move) return [draft];
    const from = byPart.get(move[0])!.path.slice(0, -1).join(' › ');
    return [pairDraft('moved', move, draft.path, [`from ${from === '' ? 'outside all volumes' : from}`])];
  });
}

const moveKey = ({ node: { kind, type, guid } }: VolumePart) =>
  kind === 'file' || kind === 'volume' ? `${kind} ${type} ${guid}` : undefined;
