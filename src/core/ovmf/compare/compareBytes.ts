// Where the bytes of two files differ. Files of different sizes are aligned at their ends, because both end
// at the same guest-physical address.

import { firstDifference } from '../../binary/hex';
import type { ComparedFile } from './change';

/**
 * Bytes that differ, with up to 15 equal ones between them. An offset is undefined
 * where that file has no such bytes.
 */
export interface DifferingRange {
  readonly a?: number;
  readonly b?: number;
  readonly size: number;
}

/** The ranges in address order, at most `MOST_RANGES`, and how many there are. */
export interface ByteDifferences {
  readonly ranges: readonly DifferingRange[];
  /** The number of ranges, including those not listed. */
  readonly total: number;
  /** Bytes that differ or that only one file has. */
  readonly bytes: number;
  /** 4 KiB pages, counted from the end, with a difference in them. */
  readonly pages: number;
  /** False when some bytes of the files are unavailable, so nothing is known about them. */
  readonly complete: boolean;
}

/** The maximum number of ranges listed. */
const MOST_RANGES = 1000;
/** Differences closer than this are merged into one range. */
const MERGE = 16;
const PAGE = 4096;

/** Compares the bytes that are available in both. */
export function compareBytes(a: ComparedFile, b: ComparedFile): ByteDifferences {
  const both = Math.min(a.bytes.length, b.bytes.length, a.fileSize, b.fileSize);
  const [left, right] = [a.bytes.subarray(a.bytes.length - both), b.bytes.subarray(b.bytes.length - both)];
  const ranges: DifferingRange[] = [];
  let [total, bytes, pages, lastPage] = [0, 0, 0, Infinity];
  const add = (start: number, size: number) => {
    total += 1;
    if (ranges.length >= MOST_RANGES) return;
    ranges.push({ a: a.fileSize - both + start, b: b.fileSize - both + start, size });
  };
  const excess = Math.abs(a.fileSize - b.fileSize);
  if (excess > 0) {
    total = 1;
    bytes = excess;
    ranges.push({ ...(a.fileSize > b.fileSize ? { a: 0 } : { b: 0 }), size: excess });
    pages = Math.ceil(excess / PAGE);
  }
  let [start, end] = [-1, -1];
  for (let i = firstDifference(left, right); i < both; i++) {
    if (left[i] === right[i]) {
      if (i % PAGE === 0) i = firstDifference(left, right, i) - 1;
      continue;
    }
    bytes += 1;
    const page = Math.floor((both - 1 - i) / PAGE);
    if (page !== lastPage) pages += 1;
    lastPage = page;
    if (start >= 0 && i - end < MERGE) {
      end = i + 1;
      continue;
    }
    if (start >= 0) add(start, end - start);
    [start, end] = [i, i + 1];
  }
  if (start >= 0) add(start, end - start);
  return { ranges, total, bytes, pages, complete: both === Math.min(a.fileSize, b.fileSize) };
}
