// Changes to single fields of a VMSA page: parses a typed value and makes a patch. A patch holds the bytes
// before and after, so that it can be applied and undone in any file that contains the page.

import * as errors from './errors';
import { parseUnsigned } from '../binary/hex';
import { diff, leaves, writeLeaf, type Bit, type Leaf, type LeafValue, readLeaf } from '../binary/struct';
import { readTextBytes } from '../binary/textBytes';
import { VMSA } from './layout/layout';

/** One change: `offset` counts from the start of the page; both byte runs have the size of the field. */
export interface Patch {
  readonly field: string;
  readonly offset: number;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/**
 * The leaves that a name from any source stands for, ignoring case: one for a current or former name, several
 * for the former name of an array that is now several fields, none for an unknown name.
 */
export function findVmsaLeaves(name: string): Leaf[] {
  const wanted = name.trim().toLowerCase();
  const own = leaves(VMSA).find((leaf) => leaf.path.toLowerCase() === wanted);
  if (own) return [own];
  return leaves(VMSA).filter((leaf) =>
    Object.values(leaf.row.aliases ?? {}).some((alias) => alias.toLowerCase() === wanted),
  );
}

/** The leaf that a name from any source stands for, if it is the only one. */
export function findVmsaLeaf(name: string): Leaf | undefined {
  const found = findVmsaLeaves(name);
  return found.length === 1 ? found[0] : undefined;
}

/**
 * Parses a typed value: a scalar in decimal or 0x form, a byte run as exactly that many pairs of hexadecimal
 * digits in file order, also with spaces or colons, or 0x.
 * @throws CheckError (usage) for anything else, and for a value that does not fit
 */
export function parseFieldValue(leaf: Leaf, text: string): LeafValue {
  const trimmed = text.trim();
  if (typeof leaf.row.type === 'number') {
    const read = readTextBytes(text, [leaf.size], ['hex', '0x hex', 'separated hex']);
    if (!read.ok) throw errors.badFieldBytes(leaf.path, leaf.size, read.found);
    return read.bytes;
  }
  const value = parseUnsigned(trimmed.replaceAll('_', ''));
  if (value === undefined) throw errors.badFieldNumber(leaf.path, trimmed);
  if (value >> BigInt(8 * leaf.size) !== 0n) throw errors.fieldTooLarge(leaf.path, trimmed, leaf.size);
  return leaf.size === 8 ? value : Number(value);
}

/** A bit range of a scalar: `width` bits from bit `lsb`. */
export type BitRange = Pick<Bit, 'lsb' | 'width'>;

/** A scalar with some of its bits replaced; excess bits of the new value are dropped. */
export function replaceBits(value: bigint, { lsb, width }: BitRange, to: bigint): bigint {
  const mask = ((1n << BigInt(width)) - 1n) << BigInt(lsb);
  return (value & ~mask) | ((to << BigInt(lsb)) & mask);
}

/** The value of a scalar field of a page with some of its bits replaced. @throws RangeError for byte runs */
export function withBits(page: Uint8Array, leaf: Leaf, range: BitRange, to: LeafValue): LeafValue {
  const now = readLeaf(page, leaf);
  if (now instanceof Uint8Array || to instanceof Uint8Array) throw new RangeError(`${leaf.path} has no bits`);
  const next = replaceBits(BigInt(now), range, BigInt(to));
  return leaf.size === 8 ? next : Number(next);
}

/**
 * The patch that gives a field a value, or undefined when it already has it.
 * @throws RangeError when it does not fit
 */
export function patchField(page: Uint8Array, leaf: Leaf, value: LeafValue): Patch | undefined {
  // Uint8Array.from, because the slice of a Node Buffer is not a copy.
  const slot = (bytes: Uint8Array) => Uint8Array.from(bytes.subarray(leaf.offset, leaf.offset + leaf.size));
  const changed = Uint8Array.from(page);
  writeLeaf(changed, leaf, leaf.size === 8 && typeof value === 'number' ? BigInt(value) : value);
  const [before, after] = [slot(page), slot(changed)];
  if (before.every((b, i) => b === after[i])) return undefined;
  return { field: leaf.path, offset: leaf.offset, before, after };
}

/** Writes the bytes of a patch, or the original ones, into the page that starts at byte `at`. */
export function applyPatch(
  bytes: Uint8Array,
  patch: Patch,
  side: 'before' | 'after' = 'after',
  at = 0,
): void {
  bytes.set(patch[side], at + patch.offset);
}

/** The fields whose bytes differ between two pages, by name. */
export function changedFields(a: Uint8Array, b: Uint8Array): string[] {
  return diff(VMSA, a, b).map(({ leaf }) => leaf.path);
}
