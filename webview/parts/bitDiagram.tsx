// The bits of the focused register as a picture, in the colours of the theme. A set bit is filled and says 1,
// so that colour is not needed; reserved bits are hatched, differing ones have a bar below them. Where fields
// can be edited, each bit is a check box.

import { useId, useRef, useState } from 'preact/hooks';
import type { Bit } from '../../src/core/binary/struct';
import { bitCells, cellText, moveBit, ROW_BITS, type BitCell } from './bitCells';
import { HatchPattern } from './widgets';

// In units of the picture, which is scaled to the available width.
const CELL = 20;
const NIBBLE_GAP = 4;
const ROW = 38;
const TOP = 12;
const WIDTH = ROW_BITS * CELL + 3 * NIBBLE_GAP + 2;

const HINT = {
  editable: 'Point at a bit to read its name; click it, or press Space on it, to flip it.',
  readOnly: 'Point at a bit to read its name.',
} as const;

/** What a bit diagram shows; `onFlip` is set when bits can be changed. */
export interface BitDiagramProps {
  readonly label: string;
  readonly bits: readonly Bit[];
  /** Bytes of the register. */
  readonly size: number;
  readonly value: bigint;
  /** The value of the other page, if it differs, and the name of that page. */
  readonly other?: bigint | undefined;
  readonly side?: string;
  readonly onFlip?: ((index: number) => void) | undefined;
}

/** Rows of fewer than sixteen bits are aligned right, as the bits of a number are. */
const xOf = (index: number) => {
  const column = ROW_BITS - 1 - (index % ROW_BITS);
  return 1 + column * CELL + Math.floor(column / 4) * NIBBLE_GAP;
};

function classOf({ set, bit, differs }: BitCell): string {
  const state = bit ? (set ? 'bit-set' : 'bit-off') : set ? 'bit-reserved-set' : 'bit-reserved';
  return `bit ${state} ${differs ? 'bit-differs' : ''}`;
}

function Cell(props: {
  cell: BitCell;
  y: number;
  text: string;
  hatch: string;
  editable: boolean;
  tabbable: boolean;
}) {
  const { cell, y, text, hatch, editable, tabbable } = props;
  const x = xOf(cell.index);
  const state = editable
    ? ({ role: 'checkbox', 'aria-checked': cell.set } as const)
    : ({ role: 'img' } as const);
  return (
    <g class={classOf(cell)} data-bit={cell.index} tabindex={tabbable ? 0 : -1} aria-label={text} {...state}>
      <title>{text}</title>
      <rect class="bit-box" x={x + 1} y={y} width={CELL - 2} height={18} rx={2} />
      {!cell.bit && <rect x={x + 1} y={y} width={CELL - 2} height={18} fill={`url(#${hatch})`} />}
      <text class="bit-digit" x={x + CELL / 2} y={y + 13} text-anchor="middle">
        {cell.set ? '1' : '0'}
      </text>
      {cell.bit && (
        <rect class="bit-field" x={x + 2} y={y + 20} width={CELL + (cell.joined ? 2 : -4)} height={1.5} />
      )}
      {cell.differs && <rect class="bit-mark" x={x + 1} y={y + 19} width={CELL - 2} height={4} />}
    </g>
  );
}

/** The numbers of the highest and the lowest bit of each group of four. */
function Numbers({ row, y }: { row: readonly BitCell[]; y: number }) {
  return (
    <>
      {row
        .filter(({ index }) => index % 4 === 3 || index % 4 === 0)
        .map(({ index }) => (
          <text
            key={index}
            class="bit-number"
            x={xOf(index) + CELL / 2}
            y={y - 3}
            text-anchor="middle"
            aria-hidden="true"
          >
            {index}
          </text>
        ))}
    </>
  );
}

/** The diagram, with a line below it about the focused or hovered bit. */
export function BitDiagram(props: BitDiagramProps) {
  const { label, bits, size, value, other, side = '', onFlip } = props;
  const hatch = `hatch${useId().replaceAll(/\W/g, '')}`;
  const [focused, setFocused] = useState(0);
  const [pointed, setPointed] = useState<number>();
  const element = useRef<SVGSVGElement>(null);
  const width = 8 * size;
  const rows = bitCells(bits, size, value, other);
  const tabStop = Math.min(focused, width - 1);
  const named = rows.flat().find((cell) => cell.index === pointed);

  const bitAt = (event: Event): number | undefined => {
    const bit = (event.target as Element).closest<SVGGElement>('[data-bit]')?.dataset['bit'];
    return bit === undefined ? undefined : Number(bit);
  };
  const focus = (index: number) => {
    setFocused(index);
    element.current?.querySelector<SVGGElement>(`[data-bit="${index}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // The focused bit, which a quick second key press finds before the page is redrawn.
    const at = bitAt(event) ?? tabStop;
    const flips = onFlip && (event.key === ' ' || event.key === 'Enter');
    const to = moveBit(at, event.key, width);
    if (flips) onFlip(at);
    else if (to !== undefined) focus(to);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <figure class="bit-diagram" onMouseLeave={() => setPointed(undefined)}>
      <svg
        ref={element}
        viewBox={`0 0 ${WIDTH} ${rows.length * ROW + 2}`}
        role="group"
        aria-label={label}
        onKeyDown={onKeyDown}
        onFocusIn={(event) => {
          const index = bitAt(event);
          if (index === undefined) return;
          setFocused(index);
          setPointed(index);
        }}
        onFocusOut={() => setPointed(undefined)}
        onMouseOver={(event) => setPointed(bitAt(event))}
        onClick={(event) => {
          const index = bitAt(event);
          if (index === undefined) return;
          focus(index);
          onFlip?.(index);
        }}
      >
        <HatchPattern id={hatch} line="bit-hatch" />
        {rows.map((row, r) => (
          <g key={r} role="presentation">
            <Numbers row={row} y={r * ROW + TOP} />
            {row.map((cell) => (
              <Cell
                key={cell.index}
                cell={cell}
                y={r * ROW + TOP}
                text={cellText(cell, value, side)}
                hatch={hatch}
                editable={onFlip !== undefined}
                tabbable={cell.index === tabStop}
              />
            ))}
          </g>
        ))}
      </svg>
      <figcaption class="bit-name" aria-hidden="true">
        {named ? cellText(named, value, side) : HINT[onFlip ? 'editable' : 'readOnly']}
      </figcaption>
    </figure>
  );
}
