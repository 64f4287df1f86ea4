// A box of the map of an image; the page that draws it needs none of the tables that it is from.

import { countOf, hex } from '../binary/hex';
import type { ByteRange } from '../binary/region';

/** What a launch measures of a range of guest memory, page by page. */
export interface MeasuredPart {
  /** When: its place among all parts, from 1. */
  readonly order: number;
  /** How many parts there are. */
  readonly of: number;
  readonly name: string;
  /** Its page type, such as `secrets`. */
  readonly type: string;
  /** Guest-physical address of its first page. */
  readonly gpa: number;
  /** How many pages; undefined for one of each vCPU. */
  readonly pages?: number;
  /** Whether their contents are measured, not only their type and address. */
  readonly contents: boolean;
  /** More about it, a sentence; or empty. */
  readonly note: string;
  /** The bytes of the file that it consists of, or that ask for it. */
  readonly source?: ByteRange;
}

/** A range on a line, `size` bytes from `start`; an address is a range of size 0. */
export interface MapBox {
  readonly name: string;
  readonly doc: string;
  readonly start: number;
  readonly size: number;
  /** The bytes of the file that it consists of, or that define it; absent for what no file has. */
  readonly source?: ByteRange;
  /** How an SNP launch measures it. */
  readonly measured?: MeasuredPart;
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

/** How many pages of which type, and where: `9 zero pages from 0x00800000`. */
export function describeMeasured({ type, pages, gpa }: MeasuredPart): string {
  const many = pages === undefined ? `a ${type} page for each vCPU` : countOf(pages, `${type} page`);
  return `${many} ${pages === 1 || pages === undefined ? 'at' : 'from'} ${hex(gpa, 8)}`;
}

/** What of them is measured, in words. */
export const describeContents = ({ contents }: Pick<MeasuredPart, 'contents'>): string =>
  contents ? 'contents, type and address' : 'type and address only';
