// Turns decoded layouts into regions and fields with file offsets, even if only the file's tail is available,
// and arranges regions so that they cover a range exactly once.

import { describeLeaf } from '../binary/describe';
import type { FieldView, Region } from '../binary/region';
import type { Struct } from '../binary/struct';
import { leaves, readLeaf } from '../binary/struct';

/** The available part of a file: `bytes` starts at `offset` and reaches to the end at `fileSize`. */
export interface FileTail {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly fileSize: number;
  /** Whether whoever reads it has the rest of the file, too: its bytes are not unread, only not looked at here. */
  readonly hasRest?: boolean;
}

/** Whether `size` bytes at file offset `at` are inside the file and available. */
export function isAtHand(file: FileTail, at: number, size: number): boolean {
  return at >= file.offset && size <= file.fileSize - at;
}

/** The `size` bytes at file offset `at`, which must be available. */
export function bytesAt(file: FileTail, at: number, size: number): Uint8Array {
  return file.bytes.subarray(at - file.offset, at - file.offset + size);
}

/** The fields of a layout that starts at file offset `at`; `meanings` overrides the words of fields by name. */
export function fieldViews(
  layout: Struct,
  file: FileTail,
  at: number,
  meanings: Readonly<Record<string, string>> = {},
): FieldView[] {
  return leaves(layout).map((leaf) => {
    const { raw, meaning } = describeLeaf(leaf, readLeaf(file.bytes, leaf, at - file.offset));
    return {
      name: leaf.path,
      offset: at + leaf.offset,
      size: leaf.size,
      raw,
      meaning: meanings[leaf.path] ?? meaning,
      doc: leaf.row.doc,
    };
  });
}

/** Builds a region; fields and children are optional. */
export function region(
  kind: string,
  name: string,
  offset: number,
  size: number,
  doc: string,
  inside: { readonly fields?: readonly FieldView[]; readonly children?: readonly Region[] } = {},
): Region {
  return { name, kind, offset, size, doc, fields: inside.fields ?? [], children: inside.children ?? [] };
}

/** Fills a gap between two regions: called for every gap, it returns the regions for it. */
type Filler = (offset: number, size: number) => readonly Region[];

/** The filler for bytes that no layout explains. */
export const unknownBytes: Filler = (offset, size) => [
  region('unknown', 'unknown', offset, size, 'No layout explains these bytes.'),
];

/**
 * Regions that cover `offset` to `end` exactly once: the claims in order of offset, the gaps from `fill`. A
 * claim that is empty, leaves the range or overlaps an earlier one in the list is dropped.
 */
export function tile(offset: number, end: number, claims: readonly Region[], fill: Filler): Region[] {
  const kept: Region[] = [];
  for (const claim of claims) {
    const inside = claim.size > 0 && claim.offset >= offset && claim.size <= end - claim.offset;
    if (inside && !kept.some((k) => sharesBytes(k, claim))) kept.push(claim);
  }
  kept.sort((a, b) => a.offset - b.offset);
  const tiles: Region[] = [];
  let at = offset;
  for (const claim of kept) {
    if (claim.offset > at) tiles.push(...fill(at, claim.offset - at));
    tiles.push(claim);
    at = claim.offset + claim.size;
  }
  if (end > at) tiles.push(...fill(at, end - at));
  return tiles;
}

/** Whether two ranges overlap. */
export function sharesBytes(
  a: { readonly offset: number; readonly size: number },
  b: { readonly offset: number; readonly size: number },
): boolean {
  return a.offset < b.offset + b.size && b.offset < a.offset + a.size;
}
