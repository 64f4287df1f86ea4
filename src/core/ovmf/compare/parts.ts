// The parts of the volumes of one image, as comparisons see them: a node with the bytes that its offset refers
// to. Bytes that the tables and lists of the image describe are compared there, so here they count as equal.

import { sha256 } from '@noble/hashes/sha2.js';
import { byteCount, bytesToHex, isSameBytes, onlyByte } from '../../binary/hex';
import { BYTES_PER_STEP, type Budget } from '../volumes/budget';
import type { ChangeSide } from './change';
import { crc32 } from '../volumes/checksums';
import type { VolumeNode } from '../volumes/tree';

/** A range of bytes. */
interface Range {
  readonly offset: number;
  readonly size: number;
}

/** The bytes that offsets refer to: those of a file, or the output of one of its compressed sections. */
interface PartSource {
  readonly bytes: Uint8Array;
  readonly inside: boolean;
  /** Pays for what is done with the bytes, for both files. */
  readonly budget: Budget;
  /** Ranges of these bytes that are described elsewhere. */
  readonly elsewhere: readonly Range[];
}

/** A node and the bytes that its offset refers to. */
export interface VolumePart {
  readonly node: VolumeNode;
  readonly source: PartSource;
}

/** Two matching parts, such as the same file in two images. */
export type PartPair = readonly [VolumePart, VolumePart];

/** The outermost parts of a file. */
export function partsOfFile(
  nodes: readonly VolumeNode[],
  bytes: Uint8Array,
  elsewhere: readonly Range[],
  budget: Budget,
): VolumePart[] {
  const source = { bytes, inside: false, budget, elsewhere };
  return nodes.map((node) => ({ node, source: source }));
}

/** The direct children of a part. */
export const childrenOf = ({ node, source: source }: VolumePart): VolumePart[] =>
  node.children.map((child) => ({ node: child, source: source }));

/** The contents of a compressed section; undefined when it was not decompressed. */
export function decodedParts({
  node: { decoded },
  source: { budget },
}: VolumePart): VolumePart[] | undefined {
  return decoded?.children.map((node) => ({
    node,
    source: { bytes: decoded.bytes, inside: true, budget, elsewhere: [] },
  }));
}

/** All bytes of a part. */
export const bytesOf = ({ node, source: source }: VolumePart): Uint8Array =>
  source.bytes.subarray(node.offset, node.offset + node.size);

/** Bytes that are compared at once. */
const BLOCK = 2 ** 14;

/** How many bytes of two runs of the same length differ within a range; stops counting soon after `most`. @throws Spent */
function countDifferent(
  [a, b]: readonly [Uint8Array, Uint8Array],
  budget: Budget,
  { from = 0, to = a.length, most = Infinity } = {},
): number {
  let count = 0;
  for (let at = from; at < to && count < most; at += BLOCK) {
    const end = Math.min(at + BLOCK, to);
    budget.charge((end - at) / BYTES_PER_STEP.compare);
    if (isSameBytes(a.subarray(at, end), b.subarray(at, end))) continue;
    budget.charge((end - at) / BYTES_PER_STEP.sum);
    for (let i = at; i < end && count < most; i++) if (a[i] !== b[i]) count++;
  }
  return count;
}

/**
 * How many bytes of two parts of the same size differ, except those described elsewhere on either side.
 * Stops counting soon after `most`. @throws Spent
 */
export function differingBytes([a, b]: PartPair, most = Infinity): number {
  const runs = [bytesOf(a), bytesOf(b)] as const;
  const { budget } = a.source;
  const claims = [a, b].flatMap(({ node, source: source }) =>
    source.elsewhere.map(({ offset, size }) => [offset - node.offset, offset - node.offset + size] as const),
  );
  let [count, at] = [0, 0];
  for (const [from, to] of claims.sort((x, y) => x[0] - y[0])) {
    count += countDifferent(runs, budget, { from: at, to: Math.min(from, runs[0].length), most });
    at = Math.max(at, Math.min(to, runs[0].length));
  }
  return count + countDifferent(runs, budget, { from: at, most });
}

/** Whether what was decompressed of two parts is equal. @throws Spent */
export function isSameContent([a, b]: PartPair): boolean {
  const [left, right] = [a.node.decoded?.bytes, b.node.decoded?.bytes];
  return (
    left !== undefined &&
    left.length === right?.length &&
    countDifferent([left, right], a.source.budget, { most: 1 }) === 0
  );
}

/** Whether two parts are equal, wherever they are. */
export function isSame(pair: PartPair): boolean {
  return pair[0].node.size === pair[1].node.size && differingBytes(pair, 1) === 0;
}

/** Bytes at either end of a part, enough to distinguish most parts. */
const SAMPLE = 1024;
/** How many parts of equal size and ends are tried; more than any firmware has. */
const MOST_TRIED = 8;

/**
 * Pairs the equal parts of two lists, in order, in time linear in their size rather than quadratic in their number.
 */
export function sameParts(a: readonly VolumePart[], b: readonly VolumePart[]): PartPair[] {
  // A single pair of its kind is found by its key alone.
  if (a.length * b.length <= 1) return [];
  const waiting = new Map<string, VolumePart[]>();
  for (const part of b) {
    const print = printOf(part);
    const list = waiting.get(print);
    if (list) list.push(part);
    else waiting.set(print, [part]);
  }
  return a.flatMap((part): PartPair[] => {
    const list = waiting.get(printOf(part)) ?? [];
    const at = list.slice(0, MOST_TRIED).findIndex((other) => isSame([part, other]));
    return at < 0 ? [] : [[part, ...(list.splice(at, 1) as [VolumePart])]];
  });
}

/** A fingerprint, the same for equal parts. */
function printOf(part: VolumePart): string {
  const bytes = bytesOf(part);
  part.source.budget.charge((2 * SAMPLE) / BYTES_PER_STEP.crc);
  return `${bytes.length} ${crc32(bytes.subarray(0, SAMPLE))} ${crc32(bytes.subarray(-SAMPLE))}`;
}

/** What follows the header of a part, as a part of its own. */
export function bodyOf({ node, source: source }: VolumePart): VolumePart {
  const start = node.fields.reduce((end, field) => Math.max(end, field.offset + field.size), node.offset);
  return { node: { ...node, offset: start, size: node.offset + node.size - start }, source: source };
}

/** Whether a part only fills space: free space, padding, and padding files of erased bytes. */
export function isFiller(part: VolumePart): boolean {
  const { kind, type } = part.node;
  if (kind !== 'file' || type !== 'padding') return kind === 'free' || kind === 'padding';
  const body = bytesOf(bodyOf(part));
  part.source.budget.charge(body.length / BYTES_PER_STEP.blank);
  return body.length === 0 || onlyByte(body) !== undefined;
}

/**
 * A part as one side of a change. Parts of decompressed data get a digest, because their bytes are not in the file, as far as the
 * budget reaches.
 */
export function sideOf(part: VolumePart): ChangeSide {
  const { node, source: source } = part;
  const cost = node.size / BYTES_PER_STEP.digest;
  const isDigested = source.inside && cost <= source.budget.steps;
  if (isDigested) source.budget.charge(cost);
  return {
    offset: node.offset,
    size: node.size,
    raw: '',
    meaning: meaningOf(node),
    ...(source.inside && { inside: true }),
    ...(isDigested && { digest: bytesToHex(sha256(bytesOf(part))) }),
  };
}

function meaningOf({ kind, name, type, guid, variable }: VolumeNode): string {
  if (variable) return `${variable.state}, value of ${byteCount(variable.dataSize)}, ${variable.vendor}`;
  // The GUID of a nameless volume is that of its file system, which is already its type.
  const words = kind === 'store' ? [] : [type, kind === 'volume' ? undefined : guid];
  return words.filter((word) => word !== undefined && word !== name).join(', ');
}
