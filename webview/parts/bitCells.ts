// The bits of a register as cells of a diagram: sixteen per row, the highest first, each with its name
// from the tables and a description.

import { applicableBits, bitValue } from '../../src/core/binary/describe';
import { hex } from '../../src/core/binary/hex';
import type { Bit } from '../../src/core/binary/struct';

/** One bit. */
export interface BitCell {
  readonly index: number;
  readonly set: boolean;
  /** The named bits that this one belongs to; undefined for a reserved bit. */
  readonly bit: Bit | undefined;
  /** The other page's value has a different bit here. */
  readonly differs: boolean;
  /** The next lower bit in the same row has the same name, so both are drawn as one field. */
  readonly joined: boolean;
}

/** Bits per row: four hexadecimal digits. */
export const ROW_BITS = 16;

const holds = (bit: Bit, index: number) => index >= bit.lsb && index < bit.lsb + bit.width;

/** The cells of a value of `size` bytes, by row, the highest bit first. */
export function bitCells(bits: readonly Bit[], size: number, value: bigint, other?: bigint): BitCell[][] {
  const named = applicableBits(bits, value).filter((bit) => !bit.reserved && !bit.overlay);
  const owner = (index: number) => named.find((bit) => holds(bit, index));
  const isSet = (of: bigint, index: number) => ((of >> BigInt(index)) & 1n) === 1n;
  const cell = (index: number): BitCell => ({
    index,
    set: isSet(value, index),
    bit: owner(index),
    differs: other !== undefined && isSet(other, index) !== isSet(value, index),
    joined: index % ROW_BITS !== 0 && owner(index) !== undefined && owner(index) === owner(index - 1),
  });
  const width = 8 * size;
  const rows: BitCell[][] = [];
  for (let top = width - 1; top >= 0; top -= ROW_BITS) {
    const length = Math.min(ROW_BITS, top + 1);
    rows.push(Array.from({ length }, (_, i) => cell(top - i)));
  }
  return rows;
}

/** A bit in words: `bit 5, DebugVirtualization: set (Expected: clear). DebugSwap: …`; `side` names the other page. */
export function cellText(cell: BitCell, value: bigint, side: string): string {
  const { index, set, bit, differs } = cell;
  const state = `${set ? 'set' : 'clear'}${differs ? ` (${side}: ${set ? 'clear' : 'set'})` : ''}`;
  if (!bit) return `bit ${index}, reserved: ${state}`;
  const all = bit.width === 1 ? '' : ` = ${wordOf(bit, bitValue(value, bit))}`;
  return `bit ${index}, ${bit.name}${all}: ${state}. ${bit.doc}`;
}

/** A value of some bits, with its name if it has one: `0xb busy 32/64-bit TSS`. */
export function wordOf({ values }: Bit, v: bigint): string {
  const word = values?.[Number(v)];
  return word === undefined ? hex(v) : `${hex(v)} ${word}`;
}

/** Where a key moves in the bits of a register; undefined for other keys. Left moves to higher bits. */
export function moveBit(index: number, key: string, width: number): number | undefined {
  const inside = (to: number) => Math.min(Math.max(to, 0), width - 1);
  switch (key) {
    case 'ArrowLeft':
      return inside(index + 1);
    case 'ArrowRight':
      return inside(index - 1);
    case 'ArrowUp':
      return index + ROW_BITS < width ? index + ROW_BITS : index;
    case 'ArrowDown':
      return index >= ROW_BITS ? index - ROW_BITS : index;
    case 'Home':
      return width - 1;
    case 'End':
      return 0;
    default:
      return undefined;
  }
}

/** The value of bits in words: of a single one also whether it is set. */
export function stateWord(bit: Bit, value: bigint): string {
  if (bit.width > 1) return wordOf(bit, value);
  const word = bit.values?.[Number(value)];
  return `${value === 1n ? 'set' : 'clear'}${word === undefined ? '' : `: ${word}`}`;
}
