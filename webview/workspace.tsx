// The two halves of an inspecting page, a tree of fields and their bytes, and the one selection that joins them:
// choosing a row selects its bytes, choosing a byte selects the deepest row that holds it.

import type { ComponentChildren } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { hex } from '../src/core/hex';
import { TreeGrid, type GridProps } from './grid';
import { offsetDigits } from './hexRows';
import { HexView, type HexPeers } from './hexView';
import { useSaved } from './host';
import {
  filterTree,
  flatten,
  nodeAt,
  pathTo,
  type Filter,
  type Range,
  type Toggles,
  type TreeNode,
} from './rows';

// Stored flat: `at` counts from the start of the node, so that a rebuilt file keeps the selection where the
// node has moved to. `size` is not zero when other bytes than the node's are selected, as a finding does.
const NOTHING = { id: '', at: 0, offset: 0, size: 0 };

/** The state of an inspecting page. */
export interface TreeState {
  readonly node: TreeNode | undefined;
  readonly range: Range | undefined;
  readonly cursor: number;
  /** What a screen reader says after the cursor moved among the bytes. */
  readonly announcement: string;
  readonly nodes: readonly TreeNode[];
  readonly filter: Filter;
  readonly toggles: Toggles;
  readonly selectNode: (id: string) => void;
  readonly selectByte: (offset: number) => void;
  readonly selectRange: (range: Range) => void;
  readonly toggle: (id: string, open: boolean) => void;
}

/** Cells after name and offset, as a sentence. */
function spoken(node: TreeNode, cursor: number): string {
  const words = node.cells.slice(2).flatMap((cell) => [cell.text, cell.extra ?? '']);
  return `${hex(cursor)} ${node.cells[0]!.text}: ${words.filter((word) => word !== '').join(' ')}`;
}

/** Joins tree, filter and selection; `key` names the view in the stored state, `first` is selected at the start. */
export function useTree(key: string, nodes: readonly TreeNode[], filter: Filter, first = ''): TreeState {
  const [stored, setStored] = useSaved(`${key}.selection`, { ...NOTHING, id: first });
  const [toggles, setToggles] = useSaved<Toggles>(`${key}.toggles`, {});
  const [announcement, setAnnouncement] = useState('');
  const node = useMemo(() => pathTo(nodes, stored.id).at(-1), [nodes, stored.id]);
  const range = stored.size > 0 ? { offset: stored.offset, size: stored.size } : node?.range;

  const choose = (offset: number, other: Range | undefined) => {
    const found = nodeAt(nodes, offset);
    const at = offset - (found?.range?.offset ?? 0);
    setStored({ id: found?.id ?? '', at, offset: other?.offset ?? 0, size: other?.size ?? 0 });
    setAnnouncement(found ? spoken(found, offset) : hex(offset));
    if (!found) return;
    const closed = pathTo(nodes, found.id)
      .slice(0, -1)
      .filter((parent) => !(toggles[parent.id] ?? !parent.collapsed));
    if (closed.length > 0) setToggles({ ...toggles, ...Object.fromEntries(closed.map((p) => [p.id, true])) });
  };

  return {
    node,
    range,
    cursor: stored.size > 0 ? stored.offset : (node?.range?.offset ?? 0) + stored.at,
    announcement,
    nodes,
    filter,
    toggles,
    selectNode: (id) => {
      setStored({ ...NOTHING, id });
    },
    selectByte: (offset) => {
      choose(offset, undefined);
    },
    selectRange: (other) => {
      choose(other.offset, other);
    },
    toggle: (id, open) => {
      setToggles({ ...toggles, [id]: open });
    },
  };
}

/** One page of bytes. */
export interface HexPane {
  readonly label: string;
  readonly bytes: Uint8Array;
  readonly against?: Uint8Array;
}

/** Tree, bytes and details; the style sheet arranges them for the room that there is. */
export function Workspace(props: {
  state: TreeState;
  grid: Pick<GridProps, 'label' | 'layout' | 'columns' | 'empty'>;
  hexes: readonly HexPane[];
  bar: ComponentChildren;
  details: ComponentChildren;
}) {
  const { state, grid, hexes, bar, details } = props;
  const element = useRef<HTMLDivElement>(null);
  const peers = useRef<HexPeers>(new Set());
  const { nodes, filter, toggles } = state;
  const shown = useMemo(
    () => filterTree(nodes, filter),
    [nodes, filter.text, filter.nonZero, filter.differing],
  );
  const rows = useMemo(
    () => flatten(shown, toggles, filter.text.trim() !== ''),
    [shown, toggles, filter.text],
  );
  const digits = offsetDigits(Math.max(...hexes.map(({ bytes }) => bytes.length)));
  const focus = (selector: string) => {
    element.current?.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true });
  };
  return (
    <div class={hexes.length > 1 ? 'workspace workspace-pair' : 'workspace'} ref={element}>
      <div class="workspace-tree">
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
        />
      </div>
      <div class="workspace-bytes" style={{ '--hex-digits': `${digits}` }}>
        {hexes.map((pane) => (
          <div class={`hex-pane ${pane.label === 'Expected' ? 'hex-pane-expected' : ''}`} key={pane.label}>
            {hexes.length > 1 && <h2 class="pane-title">{pane.label}</h2>}
            <HexView
              {...pane}
              cursor={state.cursor}
              selection={state.range}
              peers={peers.current}
              onCursor={state.selectByte}
              onLeave={() => {
                focus('.grid .row[tabindex="0"]');
              }}
            />
          </div>
        ))}
      </div>
      {details}
      <div class="visually-hidden" aria-live="polite" data-live>
        {state.announcement}
      </div>
    </div>
  );
}
