// The changes between two images as rows; those of volumes include a few words on what differs.

import { byteCount } from '../../src/core/binary/hex';
import type { ChangeSide } from '../../src/core/ovmf/compare/change';
import type { ComparedChange } from '../../src/core/ovmf/compare/compare';
import { describeOffset } from '../../src/core/ovmf/compare/exportComparison';
import type { ByteRange, TreeNode } from '../parts/rows';

/** The kinds of changes, in the order of their headings. */
export const KINDS = { changed: 'Changed', moved: 'Moved', added: 'Added', removed: 'Removed' } as const;

/** The value of a field, or the size of anything else; a dash when it is absent. */
export const sideText = (side: ChangeSide | undefined) =>
  side === undefined
    ? '–'
    : side.raw !== ''
      ? `${side.raw}${side.meaning === '' ? '' : `  ${side.meaning}`}`
      : byteCount(side.size);

/** Ids that stay the same when more changes become known; changes with the same name are numbered. */
export function changeIds(changes: readonly ComparedChange[]): readonly string[] {
  const seen = new Map<string, number>();
  return changes.map(({ kind, path }) => {
    const name = `${kind} ${path.join('/')}`;
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return `${count} ${name}`;
  });
}

/** The bytes of a side in the file; decompressed bytes are not in it. */
export const rangeOf = (side: ChangeSide) =>
  side.inside ? undefined : { offset: side.offset, size: side.size };

/**
 * The changes under a heading for each kind.
 * @param placeOf where a change is in the first image: nowhere for what is decompressed, an empty range for what is new
 */
export function changeTree(
  changes: readonly ComparedChange[],
  placeOf: (change: ComparedChange) => ByteRange | undefined,
): TreeNode[] {
  const names = changeIds(changes);
  const numbered = changes.map((change, index) => ({ change, id: names[index]! }));
  return (Object.keys(KINDS) as (keyof typeof KINDS)[]).flatMap((kind): TreeNode[] => {
    const children = numbered
      .filter(({ change }) => change.kind === kind)
      .map(({ change, id }): TreeNode => {
        const { path, a, b, notes = [] } = change;
        const range = placeOf(change);
        return {
          id,
          cells: [
            { text: path.at(-1) ?? '', extra: path.slice(0, -1).join(' › ') },
            { text: [a, b].map((s) => (s ? describeOffset(s) : '–')).join(' → ') },
            { text: sideText(a), marked: kind === 'changed' },
            { text: sideText(b), extra: notes.join('; '), marked: kind === 'changed' },
          ],
          children: [],
          ...(range && { range }),
          differs: true,
          keywords: [a, b].map((side) => side?.meaning ?? '').join(' '),
        };
      });
    if (children.length === 0) return [];
    return [
      { id: kind, cells: [{ text: KINDS[kind], extra: `${children.length}` }], children, heading: true },
    ];
  });
}
