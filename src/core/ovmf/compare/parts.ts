// Parts of the volumes of one image, as comparisons see them: a node with the bytes that its offset counts in. Bytes that the
// tables and lists of the image claim are compared there, and so count as equal here.

import { sha256 } from '@noble/hashes/sha2.js';
import { byteCount, bytesToHex, onlyByte } from '../../binary/hex';
import type { ChangeSide } from './change';
import { crc32 } from '../volumes/checksums';
import type { VolumeNode } from '../volumes/tree';

/** A range of bytes. */
interface Range {
  readonly offset: number;
  readonly size: number;
}

/** The bytes that offsets count in: those of a file, or what came out of a compressed section of it. */
interface Half {
  readonly bytes: Uint8Array;
  readonly inside: boolean;
  /** What else describes of these bytes. */
  readonly elsewhere: readonly Range[];
}

/** A node and the bytes that its offset counts in. */
export interface Part {
  readonly node: VolumeNode;
  readonly half: Half;
}

/** Parts that belong together, such as the same file of two images. */
export type PartPair = readonly [Part, Part];

/** The outermost parts of a file. */
export function partsOfFile(
  nodes: readonly VolumeNode[],
  bytes: Uint8Array,
  elsewhere: readonly Range[],
): Part[] {
  const half = { bytes, inside: false, elsewhere };
  return nodes.map((node) => ({ node, half }));
}

/** What a part holds as it stands. */
export const childrenOf = ({ node, half }: Part): Part[] =>
  node.children.map((child) => ({ node: child, half }));

/** What came out of a compressed section; undefined when nothing did. */
export function decodedParts({ node: { decoded } }: Part): Part[] | undefined {
  return decoded?.children.map((node) => ({
    node,
    half: { bytes: decoded.bytes, inside: true, elsewhere: [] },
  }));
}

/** All bytes of a part. */
export const bytesOf = ({ node, half }: Part): Uint8Array =>
  half.bytes.subarray(node.offset, node.offset + node.size);

/** How many bytes differ of two runs of the same length, from one place to another; counts no further than to `most`. */
function countDifferent(
  a: Uint8Array,
  b: Uint8Array,
  { from = 0, to = a.length, most = Infinity } = {},
): number {
  let count = 0;
  for (let i = from; i < to && count < most; i++) if (a[i] !== b[i]) count++;
  return count;
}

/**
 * How many bytes differ of two parts of the same size, without those that are described elsewhere on either side. Stops counting
 * soon after `most`.
 */
export function differingBytes([a, b]: PartPair, most = Infinity): number {
  const [left, right] = [bytesOf(a), bytesOf(b)];
  const claims = [a, b].flatMap(({ node, half }) =>
    half.elsewhere.map(({ offset, size }) => [offset - node.offset, offset - node.offset + size] as const),
  );
  let [count, at] = [0, 0];
  for (const [from, to] of claims.sort((x, y) => x[0] - y[0])) {
    count += countDifferent(left, right, { from: at, to: Math.min(from, left.length), most });
    at = Math.max(at, Math.min(to, left.length));
  }
  return count + countDifferent(left, right, { from: at, most });
}

/** Whether two runs of bytes are the same. */
export const isSameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && countDifferent(a, b, { most: 1 }) === 0;

/** Whether two parts are the same, wherever they are. */
export function isSame(pair: PartPair): boolean {
  return pair[0].node.size === pair[1].node.size && differingBytes(pair, 1) === 0;
}

/** Bytes at either end of a part that tell most parts apart. */
const SAMPLE = 1024;
/** Parts of one size with the same ends that are tried; more of them than any firmware has. */
const MOST_TRIED = 8;

/** Pairs those of two lists that are the same, in order; takes time in the size of the parts, not in their number squared. */
export function sameParts(a: readonly Part[], b: readonly Part[]): PartPair[] {
  // A pair of its own kind is found by its key alone.
  if (a.length * b.length <= 1) return [];
  const waiting = new Map<string, Part[]>();
  for (const part of b) {
    const print = printOf(part);
    const list = waiting.get(print);
    if (list) list.push(part);
    else waiting.set(print, [part]);
  }
  return a.flatMap((part): PartPair[] => {
    const list = waiting.get(printOf(part)) ?? [];
    const at = list.slice(0, MOST_TRIED).findIndex((other) => isSame([part, other]));
    return at < 0 ? [] : [[part, ...(list.splice(at, 1) as [Part])]];
  });
}

/** Parts that are the same have the same print. */
function printOf(part: Part): string {
  const bytes = bytesOf(part);
  return `${bytes.length} ${crc32(bytes.subarray(0, SAMPLE))} ${crc32(bytes.subarray(-SAMPLE))}`;
}

/** What follows the header of a part, as a part of its own. */
export function bodyOf({ node, half }: Part): Part {
  const start = node.fields.reduce((end, field) => Math.max(end, field.offset + field.size), node.offset);
  return { node: { ...node, offset: start, size: node.offset + node.size - start }, half };
}

/** Whether a part only fills room: free space, padding, and padding files of erased bytes. */
export function isFiller(part: Part): boolean {
  const { kind, type } = part.node;
  if (kind !== 'file' || type !== 'padding') return kind === 'free' || kind === 'padding';
  const body = bytesOf(bodyOf(part));
  return body.length === 0 || onlyByte(body) !== undefined;
}

/** One side of a change of a part. What is not in the file has a digest, because nothing else can be done with its bytes. */
export function sideOf(part: Part): ChangeSide {
  const { node, half } = part;
  return {
    offset: node.offset,
    size: node.size,
    raw: '',
    meaning: meaningOf(node),
    ...(half.inside && { inside: true, digest: bytesToHex(sha256(bytesOf(part))) }),
  };
}

function meaningOf({ kind, name, type, guid, variable }: VolumeNode): string {
  if (variable) return `${variable.state}, value of ${byteCount(variable.dataSize)}, ${variable.vendor}`;
  // The GUID of a nameless volume is that of its file system, which is its type.
  const words = kind === 'store' ? [] : [type, kind === 'volume' ? undefined : guid];
  return words.filter((word) => word !== undefined && word !== name).join(', ');
}
