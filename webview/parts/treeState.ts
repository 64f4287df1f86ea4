// The state of an inspecting page: its tree, what of it is open and passes the filter, and the one selection that tree and
// bytes share. Choosing a row selects its bytes; choosing a byte selects the deepest row that contains it.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { byteCount, hex } from '../../src/core/binary/hex';
import { send, useSaved } from '../host';
import {
  nodeAt,
  nodeOf,
  pathTo,
  widerThan,
  type ByteRange,
  type Filter,
  type Toggles,
  type TreeNode,
} from './rows';

// Stored flat: `at` counts from the start of the node, so that the selection follows the node when it moves
// in a rebuilt file. `size` is nonzero when the selected bytes are not the node's, as for a finding.
const NOTHING = { id: '', at: 0, offset: 0, size: 0 };

/** The state of an inspecting page. */
export interface TreeState {
  readonly node: TreeNode | undefined;
  readonly range: ByteRange | undefined;
  readonly cursor: number;
  /** What a screen reader announces after the cursor moved in the bytes. */
  readonly announcement: string;
  readonly nodes: readonly TreeNode[];
  readonly filter: Filter;
  readonly toggles: Toggles;
  readonly selectNode: (id: string) => void;
  /** The selected bytes are not exactly those of a row. */
  readonly custom: boolean;
  readonly selectByte: (offset: number) => void;
  /** Says something to a screen reader. */
  readonly say: (words: string) => void;
  /** Extends the selection from the cursor to this byte. */
  readonly extendTo: (offset: number) => void;
  /** Selects the nearest row that contains more than the selection (1), or the previous selection (-1). */
  readonly widen: (by: 1 | -1) => void;
  readonly selectRange: (range: ByteRange) => void;
  /** Selects the row with exactly these bytes, or else just the bytes. */
  readonly selectExactly: (range: ByteRange) => void;
  readonly toggle: (id: string, open: boolean) => void;
  /** Selects a byte because the other side of a diff did. */
  readonly follow: (offset: number) => void;
  /** Selects any row, expanding its ancestors. */
  readonly reveal: (id: string) => void;
}

/** The cells after name and offset, as a sentence. */
function spoken(node: TreeNode, cursor: number): string {
  const words = node.cells.slice(2).flatMap((cell) => [cell.text, cell.extra ?? '']);
  return `${hex(cursor)} ${node.cells[0]!.text}: ${words.filter((word) => word !== '').join(' ')}`;
}

/** Joins tree, filter and selection; `key` names the view in the stored state, `first` is selected initially. */
export function useTree(key: string, nodes: readonly TreeNode[], filter: Filter, first = ''): TreeState {
  const [stored, setStored] = useSaved(`${key}.selection`, { ...NOTHING, id: first });
  const [toggles, setToggles] = useSaved<Toggles>(`${key}.toggles`, {});
  const [announcement, setAnnouncement] = useState('');
  const node = useMemo(() => pathTo(nodes, stored.id).at(-1), [nodes, stored.id]);
  const range = stored.size > 0 ? { offset: stored.offset, size: stored.size } : node?.range;
  const cursor = (node?.range?.offset ?? 0) + stored.at;
  const anchor = useRef<number>(undefined);
  const narrower = useRef<(typeof stored)[]>([]);

  // Reports the cursor for the status bar and the other side of a diff, unless the move came from there.
  const quiet = useRef(true);
  useEffect(() => {
    if (!quiet.current && node && range)
      send({ type: 'place', place: { name: node.id, offset: cursor, size: range.size } });
    quiet.current = false;
  }, [stored.id, stored.at, stored.offset, stored.size]);

  const openAncestors = (id: string) => {
    const closed = pathTo(nodes, id)
      .slice(0, -1)
      .filter((parent) => !(toggles[parent.id] ?? !parent.collapsed));
    if (closed.length > 0) setToggles({ ...toggles, ...Object.fromEntries(closed.map((p) => [p.id, true])) });
  };
  const choose = (offset: number, other: ByteRange | undefined) => {
    narrower.current = [];
    const found = nodeAt(nodes, offset);
    const at = offset - (found?.range?.offset ?? 0);
    setStored({ id: found?.id ?? '', at, offset: other?.offset ?? 0, size: other?.size ?? 0 });
    setAnnouncement(found ? spoken(found, offset) : hex(offset));
    if (found) openAncestors(found.id);
  };

  return {
    node,
    range,
    cursor,
    announcement,
    nodes,
    filter,
    toggles,
    selectNode: (id) => {
      setStored({ ...NOTHING, id });
    },
    custom: stored.size > 0,
    say: setAnnouncement,
    selectByte: (offset) => {
      anchor.current = offset;
      choose(offset, undefined);
    },
    extendTo: (offset) => {
      const from = anchor.current ?? cursor;
      anchor.current = from;
      const range = { offset: Math.min(from, offset), size: Math.abs(from - offset) + 1 };
      choose(offset, range);
      setAnnouncement(
        `${byteCount(range.size)} selected, ${hex(range.offset)} to ${hex(range.offset + range.size - 1)}`,
      );
    },
    widen: (by) => {
      if (by < 0) {
        const last = narrower.current.pop();
        if (last) setStored(last);
        return;
      }
      const wider = range && widerThan(nodes, stored.id, range);
      if (!wider) return;
      narrower.current.push(stored);
      openAncestors(wider.id);
      setStored({ ...NOTHING, id: wider.id, at: cursor - wider.range!.offset });
      setAnnouncement(spoken(wider, wider.range!.offset));
    },
    selectRange: (other) => {
      choose(other.offset, other);
    },
    selectExactly: (other) => {
      const exact = nodeOf(nodes, other);
      if (exact === undefined) {
        choose(other.offset, other);
        return;
      }
      openAncestors(exact.id);
      setStored({ ...NOTHING, id: exact.id });
    },
    toggle: (id, open) => {
      setToggles({ ...toggles, [id]: open });
    },
    follow: (offset) => {
      quiet.current = offset !== cursor;
      choose(offset, undefined);
    },
    reveal: (id) => {
      openAncestors(id);
      setStored({ ...NOTHING, id });
    },
  };
}
