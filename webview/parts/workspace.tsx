// The main part of an inspecting page: a tree of fields, their bytes, and details; the state that they share is
// made by treeState.ts.

import type { ComponentChildren } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { byteCount, bytesToHex } from '../../src/core/binary/hex';
import { across, rangeAcross, rowsAhead, turned, type Alignment, type Opposite } from './alignment';
import type { Band } from './bands';
import { bytesHere } from './copyForms';
import { FindBox, GotoBox, useBox } from './findBox';
import { TreeGrid, type GridProps } from './grid';
import { offsetDigits } from './hexRows';
import type { HexPeers } from './hexScroll';
import { HexView } from './hexView';
import { send, useHostMessages } from '../host';
import { filterTree, flatten, type ByteRange } from './rows';
import type { TreeState } from './treeState';

/** As many bytes as one message to the host takes in hexadecimal. */
const MOST_SELECTED = 1 << 18;

/** As many rows as a tree draws: what passes a filter in a hostile file can be more, and is narrowed by more of a filter. */
const MOST_ROWS = 2000;

/** One pane of bytes. */
export interface HexPane {
  readonly label: string;
  readonly bytes: Uint8Array;
  /** Bytes before this are on their way. */
  readonly from?: number | undefined;
  readonly against?: Opposite;
  /** The bytes are what the other pane's should be. */
  readonly expected?: boolean;
  /** How the first pane's bytes, in which the page counts, are opposite these; by default at the same offsets. */
  readonly alignment?: Alignment;
  readonly bands?: readonly Band[];
  /** Bytes that are not copied. */
  readonly hidden?: readonly ByteRange[];
}

/** Bytes in hexadecimal, with `xx` for those that are not copied. @param offset of the first */
function copiedText(bytes: Uint8Array, offset: number, hidden: readonly ByteRange[] = []): string {
  const text = bytesToHex(bytes);
  if (hidden.length === 0) return text;
  const isHidden = (at: number) => hidden.some((one) => at >= one.offset && at < one.offset + one.size);
  return text.replaceAll(/../g, (pair, at: number) => (isHidden(offset + at / 2) ? 'xx' : pair));
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
    () => flatten(shown, toggles, filter.text.trim() !== '').slice(0, MOST_ROWS),
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
  const { bytes = NO_BYTES, from = 0 } = hexes[0] ?? {};
  const boxProps = { asked, nodes, bytes, onClose: leaveBox };
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
            from={from}
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
                  const copied = bytesHere(pane, { offset, size: Math.min(size, MOST_SELECTED) });
                  if (!copied) {
                    state.say('These bytes are on their way');
                    return;
                  }
                  send({ type: 'copy', text: copiedText(copied, offset, pane.hidden) });
                  state.say(`${byteCount(copied.length)} of ${byteCount(size)} copied`);
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
