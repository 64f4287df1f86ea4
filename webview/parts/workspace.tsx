// The main part of an inspecting page: a tree of fields, their bytes, and the one selection that both share.
// Choosing a row selects its bytes; choosing a byte selects the deepest row that contains it.

import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { byteCount, bytesToHex, hex } from '../../src/core/binary/hex';
import { across, rangeAcross, rowsAhead, turned, type Alignment, type Opposite } from './alignment';
import type { Band } from './bands';
import { MOST_COPIED } from './copyForms';
import { FindBox, GotoBox, useBox } from './findBox';
import { TreeGrid, type GridProps } from './grid';
import { offsetDigits } from './hexRows';
import { HexView, type HexPeers } from './hexView';
import { send, useHostMessages, useSaved } from '../host';
import {
  filterTree,
  flatten,
  nodeAt,
  nodeOf,
  pathTo,
  widerThan,
  type Filter,
  type ByteRange,
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

/** One pane of bytes. */
export interface HexPane {
  readonly label: string;
  readonly bytes: Uint8Array;
  readonly against?: Opposite;
  /** The bytes are what the other pane's should be. */
  readonly expected?: boolean;
  /** How the first pane's bytes, in which the page counts, are opposite these; by default at the same offsets. */
  readonly alignment?: Alignment;
  readonly bands?: readonly Band[];
}

/** What a pane shows of the selection, and what its own offsets are in the first pane. */
function paneState(state: TreeState, first: HexPane, { bytes, alignment }: HexPane) {
  const { range, cursor } = state;
  if (!alignment) return { selection: range, cursor, back: (offset: number) => offset };
  const selection = range && rangeAcross(first.bytes, bytes, alignment, range);
  const own =
    selection && cursor === range.offset
      ? selection.offset
      : rangeAcross(first.bytes, bytes, alignment, { offset: cursor, size: 1 }).offset;
  const back = (offset: number) => {
    const [here] = alignment;
    // Bytes that the first file does not have are passed over.
    return across(turned(alignment), offset) ?? (offset > own ? here.offset + here.size : here.offset - 1);
  };
  return { selection, cursor: own, back };
}

const NO_BYTES = new Uint8Array();

/** Tree, bytes, if there are any, and details; the style sheet arranges them by the available space. */
export function Workspace(props: {
  state: TreeState;
  grid: Pick<GridProps, 'label' | 'layout' | 'columns' | 'empty' | 'cardOf'>;
  hexes: readonly HexPane[];
  bar: ComponentChildren;
  details: ComponentChildren;
  /** Fields can be edited: F2 moves to the value. */
  editable?: boolean;
  /** The details are next to tree and bytes. */
  side?: boolean;
  /** Where the file is mapped in guest memory. */
  base?: number;
}) {
  const { state, grid, hexes, bar, details, editable = false, side = false, base } = props;
  const { box, asked, close } = useBox();
  const element = useRef<HTMLDivElement>(null);
  const peers = useRef<HexPeers>({ top: 0, followers: new Set() });
  const { nodes, filter, toggles } = state;
  const shown = useMemo(
    () => filterTree(nodes, filter),
    [nodes, filter.text, filter.nonZero, filter.differing],
  );
  const rows = useMemo(
    () => flatten(shown, toggles, filter.text.trim() !== ''),
    [shown, toggles, filter.text],
  );
  const digits = offsetDigits(Math.max(0, ...hexes.map(({ bytes }) => bytes.length)));
  const focus = (selector: string) => {
    element.current?.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true });
  };
  const leaveBox = () => {
    close();
    focus('.grid .row[tabindex="0"]');
  };
  const boxProps = { asked, nodes, bytes: hexes[0]?.bytes ?? NO_BYTES, onClose: leaveBox };
  useHostMessages((message) => {
    if (message.type === 'select') state.follow(message.place.offset);
  });
  return (
    <div
      class={`workspace ${hexes.length > 1 ? 'workspace-pair' : side ? 'workspace-side' : ''} ${hexes.length === 0 ? 'workspace-bare' : ''}`}
      ref={element}
    >
      <div class="workspace-tree">
        {box === 'find' && (
          <FindBox
            {...boxProps}
            cursor={state.cursor}
            onMatch={(match) => {
              if (match.id === undefined) state.selectRange(match);
              else state.reveal(match.id);
            }}
          />
        )}
        {box === 'goto' && <GotoBox {...boxProps} base={base} onOffset={state.selectByte} />}
        {bar}
        <TreeGrid
          {...grid}
          rows={rows}
          selected={state.node?.id}
          onSelect={state.selectNode}
          onToggle={state.toggle}
          onOpen={() => {
            focus('.hex');
          }}
          onEdit={
            editable
              ? () => {
                  focus('.details [data-mark="value"]');
                }
              : undefined
          }
        />
      </div>
      <div class="workspace-bytes" style={{ '--hex-digits': `${digits}` }}>
        {hexes.map((pane, i) => {
          const { selection, cursor, back } = paneState(state, hexes[0]!, pane);
          return (
            <div class={`hex-pane ${pane.expected ? 'hex-pane-expected' : ''}`} key={pane.label}>
              {hexes.length > 1 && <h2 class="pane-title">{pane.label}</h2>}
              <HexView
                {...pane}
                cursor={cursor}
                selection={selection}
                {...(hexes.length > 1 && { peers: peers.current })}
                {...(i > 0 && { ahead: pane.alignment ? rowsAhead(pane.alignment) : 0 })}
                onCursor={(offset) => {
                  state.selectByte(back(offset));
                }}
                onExtend={(offset) => {
                  state.extendTo(back(offset));
                }}
                onWiden={state.widen}
                onAll={() => {
                  state.selectRange({ offset: 0, size: hexes[0]!.bytes.length });
                }}
                onCopy={() => {
                  const { offset, size } = selection ?? { offset: cursor, size: 1 };
                  const copied = pane.bytes.subarray(offset, offset + Math.min(size, MOST_COPIED));
                  send({ type: 'copy', text: bytesToHex(copied) });
                }}
                onLeave={() => {
                  focus('.grid .row[tabindex="0"]');
                }}
              />
            </div>
          );
        })}
      </div>
      {details}
      <div class="visually-hidden" aria-live="polite" data-live>
        {state.announcement}
      </div>
    </div>
  );
}
