// A box of the map of an image; the page that draws it needs none of the tables that it is from.

import { hex } from '../binary/hex';

/** A range on a line, `size` bytes from `start`; an address is a range of size 0. */
export interface MapBox {
  readonly name: string;
  readonly doc: string;
  readonly start: number;
  readonly size: number;
  /** The bytes of the file that it consists of, or that define it. */
  readonly source: { readonly offset: number; readonly size: number };
  /** The row it is drawn in: boxes in one row do not overlap. */
  readonly lane: number;
  /** What is wrong with it: messages of findings. */
  readonly problems: readonly string[];
}

/** A box in words, for a screen reader and a table: `SNP_SEC_MEM, 0x00800000 to 0x00808fff`. */
export function describeBox({ name, start, size }: MapBox): string {
  return size === 0
    ? `${name}, ${hex(start, 8)}`
    : `${name}, ${hex(start, 8)} to ${hex(start + size - 1, 8)}`;
}
