// The hex view of every page: offset, sixteen bytes, ASCII. Only the rows in the window are drawn, so that a 64
// MiB image costs no more than a VMSA. The cursor is a byte; keys move it, and the page selects the field there.

import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Opposite } from './alignment';
import { bandIndexAt, type Band } from './bands';
import {
  byteChar,
  byteText,
  moveCursor,
  offsetDigits,
  reveal,
  ROW_BYTES,
  rowCount,
  trackHeight,
  windowAt,
} from './hexRows';
import { useMeasures, useScroll, type HexPeers } from './hexScroll';
import type { ByteRange } from './rows';

/** What a hex view shows and reports. */
export interface HexViewProps {
  readonly label: string;
  readonly bytes: Uint8Array;
  /** Bytes before this are on their way. */
  readonly from?: number | undefined;
  readonly cursor: number;
  /** The bytes of the selected field. */
  readonly selection: ByteRange | undefined;
  /** Bytes that differ from those opposite are marked. */
  readonly against?: Opposite | undefined;
  /** The views that scroll together with this one; the first of them leads. */
  readonly peers?: HexPeers | undefined;
  /** By how many rows this view is ahead of the first; undefined in that one. */
  readonly ahead?: number | undefined;
  /** Which bytes belong together, in file order. */
  readonly bands?: readonly Band[] | undefined;
  readonly onCursor: (offset: number) => void;
  /** Extends the selection from the cursor to a byte. */
  readonly onExtend: (offset: number) => void;
  /** Widens the selection to what contains it, or reverts that. */
  readonly onWiden: (by: 1 | -1) => void;
  /** Selects all bytes. */
  readonly onAll: () => void;
  /** Copies the selected bytes to the clipboard. */
  readonly onCopy: () => void;
  /** Enter or Escape: back to the field. */
  readonly onLeave: () => void;
}

const COLUMNS = Array.from({ length: ROW_BYTES }, (_, i) => i);

interface RowProps extends Pick<
  HexViewProps,
  'label' | 'bytes' | 'from' | 'cursor' | 'selection' | 'against' | 'bands'
> {
  readonly index: number;
  readonly digits: number;
}

/** The id of a byte's cell, for aria-activedescendant. */
const cellId = (label: string, at: number) => `${label.replaceAll(/\W/g, '')}-${at}`;

function classesOf(
  { bytes, from = 0, cursor, selection, against }: RowProps,
  at: number,
  band: Band | undefined,
): string {
  const classes: string[] = [];
  if (band?.tint !== undefined) classes.push(`tint-${band.tint}`);
  if (band?.offset === at && at > 0) classes.push('band-start');
  if (bytes[at] === 0 || at < from) classes.push('zero');
  if (against && bytes[at] !== against(at)) classes.push('byte-differs');
  if (selection && at >= selection.offset && at - selection.offset < selection.size)
    classes.push('byte-selected');
  if (at === cursor) classes.push('byte-cursor');
  return classes.join(' ');
}

/** The bands that overlap the bytes from `start` to `end`. */
function bandsIn(bands: readonly Band[] | undefined, start: number, end: number): readonly Band[] {
  if (!bands) return [];
  return bands.slice(Math.max(0, bandIndexAt(bands, start)), bandIndexAt(bands, end - 1) + 1);
}

function HexRow(props: RowProps) {
  const { label, bytes, from = 0, index, digits } = props;
  const isHere = (i: number) => start + i >= from;
  const start = index * ROW_BYTES;
  const columns = COLUMNS.filter((i) => start + i < bytes.length);
  const bands = bandsIn(props.bands, start, start + columns.length);
  const classes = columns.map((i) =>
    classesOf(
      props,
      start + i,
      bands.findLast(({ offset }) => offset <= start + i),
    ),
  );
  const begun = bands.filter(({ offset }) => offset >= start);
  return (
    <div class="hex-row" role="row" aria-rowindex={index + 2}>
      <span class="hex-offset" role="rowheader" aria-colindex={1}>
        {bytes.length > 0 && start.toString(16).padStart(digits, '0')}
      </span>
      <span class="hex-bytes" role="presentation">
        {columns.map((i) => (
          <span
            key={i}
            id={cellId(label, start + i)}
            class={classes[i]}
            role="gridcell"
            aria-colindex={i + 2}
            aria-selected={start + i === props.cursor}
            data-at={start + i}
          >
            {isHere(i) ? byteText(bytes[start + i]!) : '··'}
          </span>
        ))}
      </span>
      <span class="hex-ascii" aria-hidden="true">
        {columns.map((i) => (
          <span key={i} class={classes[i]} data-at={start + i}>
            {isHere(i) ? byteChar(bytes[start + i]!) : ' '}
          </span>
        ))}
      </span>
      {begun.length > 0 && (
        <span class="hex-band" aria-hidden="true">
          {begun.map(({ name }) => name).join(', ')}
        </span>
      )}
    </div>
  );
}

/** The hex view. */
export function HexView(props: HexViewProps) {
  const { label, bytes, ahead, onCursor, onLeave } = props;
  const element = useRef<HTMLDivElement>(null);
  const { rowHeight, view } = useMeasures(element);
  const track = { rows: rowCount(bytes.length), rowHeight, view };
  const { scrollTop, scrollTo, follow, lead, onScroll } = useScroll(element, track, props);
  const { first, count, shift } = windowAt(track, scrollTop);
  const cursor = Math.min(Math.max(0, props.cursor), Math.max(0, bytes.length - 1));
  const digits = offsetDigits(bytes.length);
  const cursorRow = Math.floor(cursor / ROW_BYTES);

  useLayoutEffect(() => {
    if (view === 0) return;
    if (ahead !== undefined) {
      follow();
      return;
    }
    scrollTo(reveal(track, element.current?.scrollTop ?? 0, cursorRow));
    lead();
  }, [cursorRow, props.selection?.offset, view, ahead]);

  const onKeyDown = (event: KeyboardEvent) => {
    const { key } = event;
    const ctrl = event.ctrlKey || event.metaKey;
    // VS Code's own keys for expanding and shrinking a selection.
    const widens = event.altKey && event.shiftKey && !ctrl;
    if (widens && (key === 'ArrowRight' || key === 'ArrowLeft')) props.onWiden(key === 'ArrowRight' ? 1 : -1);
    else if (event.altKey) return;
    else if (ctrl && !event.shiftKey && key.toLowerCase() === 'c') props.onCopy();
    else if (ctrl && !event.shiftKey && key.toLowerCase() === 'a') props.onAll();
    else if (!ctrl && !event.shiftKey && (key === 'Enter' || key === 'Escape')) onLeave();
    else {
      if (ctrl && key !== 'Home' && key !== 'End') return;
      const page = Math.max(1, Math.floor(view / rowHeight) - 1);
      const to = moveCursor(cursor, key, ctrl, bytes.length, page);
      if (to === undefined) return;
      if (event.shiftKey) props.onExtend(to);
      else onCursor(to);
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const pressed = useRef(false);
  const byteOf = (event: PointerEvent) => {
    const at = (event.target as HTMLElement).dataset['at'];
    return at === undefined ? undefined : Number(at);
  };
  const onPointerDown = (event: PointerEvent) => {
    const at = byteOf(event);
    if (at === undefined || event.button !== 0) return;
    pressed.current = true;
    if (event.shiftKey) props.onExtend(at);
    else onCursor(at);
  };
  const onPointerMove = (event: PointerEvent) => {
    const at = byteOf(event);
    // A drag that began elsewhere selects nothing here.
    if (event.buttons !== 1) pressed.current = false;
    if (at !== undefined && pressed.current && at !== cursor) props.onExtend(at);
  };

  const visible = cursorRow >= first && cursorRow < first + count;
  return (
    <div
      ref={element}
      class={props.selection?.size ? 'hex' : 'hex hex-idle'}
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={track.rows + 1}
      aria-colcount={ROW_BYTES + 1}
      aria-activedescendant={visible && bytes.length > 0 ? cellId(label, cursor) : undefined}
      data-pane
      style={{ '--hex-row': `${rowHeight}px` }}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onDblClick={(event) => {
        if ((event.target as HTMLElement).dataset['at'] !== undefined) props.onWiden(1);
      }}
    >
      <div class="hex-row hex-head" role="row" aria-rowindex={1}>
        <span class="hex-offset" role="columnheader">
          Offset
        </span>
        <span class="hex-bytes" role="presentation">
          {COLUMNS.map((i) => (
            <span key={i} role="columnheader">
              {byteText(i)}
            </span>
          ))}
        </span>
        <span class="hex-ascii" aria-hidden="true">
          ASCII
        </span>
      </div>
      <div class="hex-track" role="presentation" style={{ height: `${trackHeight(track)}px` }}>
        <div class="hex-window" role="presentation" style={{ height: `${view}px` }}>
          <div class="hex-shift" role="presentation" style={{ transform: `translateY(${-shift}px)` }}>
            {Array.from({ length: count }, (_, i) => (
              <HexRow key={first + i} {...props} cursor={cursor} index={first + i} digits={digits} />
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}
