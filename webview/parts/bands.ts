// The bands of the hex view: which bytes of an image belong together. Neighbours get different tints, each
// band starts with a mark, and its name is next to its first row, so that nothing depends on colour alone.

import type { Region } from '../../src/core/binary/region';
import type { ByteRange } from './rows';

/** Tints that the style sheet has. */
export const TINTS = 4;

/** Bytes that belong together. */
export interface Band extends ByteRange {
  readonly name: string;
  /** 0 to TINTS - 1; undefined for unused bytes. */
  readonly tint: number | undefined;
}

/** Files and stores are not divided further; the tree shows what is in them. */
const WHOLE: readonly string[] = ['file', 'store'];
const UNUSED: readonly string[] = ['free', 'padding'];

interface Part extends ByteRange {
  readonly kind: string;
  readonly name: string;
}

/** What is divided: a region, or a part of a volume. */
interface Divided extends Part {
  readonly children: readonly Divided[];
}

/** Splits a node into its children and its own bytes between them, limited to `from` to `end`. */
function partsOf(node: Divided, from: number, end: number): Part[] {
  const start = Math.max(node.offset, from);
  const stop = Math.min(node.offset + node.size, end);
  if (start >= stop) return [];
  const own = (offset: number, until: number): Part[] =>
    offset < until ? [{ kind: node.kind, name: node.name, offset, size: until - offset }] : [];
  if (WHOLE.includes(node.kind)) return own(start, stop);
  const parts: Part[] = [];
  let at = start;
  for (const child of node.children) {
    const inside = partsOf(child, at, stop);
    const [first] = inside;
    if (!first) continue;
    parts.push(...own(at, first.offset), ...inside);
    const last = inside.at(-1)!;
    at = last.offset + last.size;
  }
  return [...parts, ...own(at, stop)];
}

/**
 * The bands of an image, in file order, without gaps.
 * @param regions cover the file
 * @param volumes divide the regions that the table does not describe
 */
export function bandsOf(regions: readonly Region[], volumes: readonly Divided[]): Band[] {
  const parts = regions.flatMap((region): Part[] => {
    const end = region.offset + region.size;
    if (region.kind !== 'image' && region.kind !== 'unknown') return partsOf(region, region.offset, end);
    return partsOf({ ...region, children: volumes }, region.offset, end);
  });
  let tint = 0;
  return parts.map(({ kind, name, offset, size }) => {
    const band = { name, offset, size };
    return UNUSED.includes(kind) ? { ...band, tint: undefined } : { ...band, tint: tint++ % TINTS };
  });
}

/** The index of the band that holds a byte, or of the last one before it; -1 when there is none. */
export function bandIndexAt(bands: readonly Band[], offset: number): number {
  let [low, high] = [0, bands.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bands[middle]!.offset <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
