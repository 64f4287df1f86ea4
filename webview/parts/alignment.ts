// Which byte of one file is opposite which of another, where two are compared: the two sides of a change are, and what
// is before and after them follows. Otherwise images meet at their ends, because both end at 4 GiB.

import { ROW_BYTES } from './hexRows';
import type { ByteRange } from './rows';

/** A range of the first file and the one of the second that is opposite it; one of them may be empty. */
export type Alignment = readonly [ByteRange, ByteRange];

/** The byte opposite the one at an offset; undefined where there is none. */
export type Opposite = (offset: number) => number | undefined;

/** How many bytes around a place decide what stands opposite it. */
const CONTEXT = 16;

const endOf = ({ offset, size }: ByteRange) => offset + size;
const end = (bytes: Uint8Array): ByteRange => ({ offset: bytes.length, size: 0 });

/** The files meet at their ends. */
export const atEnd = (a: Uint8Array, b: Uint8Array): Alignment => [end(a), end(b)];

/** Where an offset of the file of `from` is in that of `to`; undefined within a range that is longer here than there. */
export function across([from, to]: Alignment, offset: number): number | undefined {
  const into = offset - from.offset;
  if (into >= from.size) return endOf(to) + into - from.size;
  return into < to.size ? to.offset + into : undefined;
}

/** The other way round. */
export const turned = ([a, b]: Alignment): Alignment => [b, a];

/**
 * The bytes of `other` as the ones opposite those of the first file of an alignment.
 * @param moved ranges that are known to be opposite each other, however the files are aligned
 */
export const opposite =
  (other: Uint8Array, alignment: Alignment, moved: readonly Alignment[] = []): Opposite =>
  (offset) => {
    const own = moved.find(([{ offset: start, size }]) => offset >= start && offset - start < size);
    const there = across(own ?? alignment, offset);
    return there === undefined ? undefined : other[there];
  };

/** How many bytes just before and just after the ranges are equal. */
function agreement(a: Uint8Array, b: Uint8Array, [here, there]: Alignment): number {
  let equal = 0;
  for (let i = 0; i < CONTEXT; i++) {
    const before = a[here.offset - 1 - i];
    const after = a[endOf(here) + i];
    if (before !== undefined && before === b[there.offset - 1 - i]) equal += 1;
    if (after !== undefined && after === b[endOf(there) + i]) equal += 1;
  }
  return equal;
}

/** The alignment on something that only the first file has: it was put in front of what follows, or behind what precedes. */
function alone(a: Uint8Array, b: Uint8Array, range: ByteRange): Alignment {
  const place = (offset: number): Alignment => [
    range,
    { offset: Math.min(Math.max(offset, 0), b.length), size: 0 },
  ];
  const shift = b.length - a.length;
  const [before, after] = [place(range.offset + shift), place(endOf(range) + shift)];
  return agreement(a, b, before) > agreement(a, b, after) ? before : after;
}

/** The alignment on the two sides of a change; undefined for a side that is not in its file. */
export function alignedOn(
  a: Uint8Array,
  b: Uint8Array,
  left: ByteRange | undefined,
  right: ByteRange | undefined,
): Alignment {
  if (left && right) return [left, right];
  if (left) return alone(a, b, left);
  return right ? turned(alone(b, a, right)) : atEnd(a, b);
}

/** The range opposite a range of the first file; all of one file is opposite all of the other. */
export function rangeAcross(a: Uint8Array, b: Uint8Array, alignment: Alignment, range: ByteRange): ByteRange {
  const [here, there] = alignment;
  if (range.offset === here.offset && range.size === here.size) return there;
  if (range.size === a.length && a.length > 0) return { offset: 0, size: b.length };
  const offset = across(alignment, range.offset) ?? endOf(there);
  const last = across(alignment, endOf(range) - 1);
  return { offset, size: Math.max(0, last === undefined ? endOf(there) - offset : last + 1 - offset) };
}

/** By how many rows of the hex view the second file is ahead of the first where they are aligned. */
export const rowsAhead = ([here, there]: Alignment) =>
  Math.floor(there.offset / ROW_BYTES) - Math.floor(here.offset / ROW_BYTES);
