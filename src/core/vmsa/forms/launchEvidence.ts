// How much a page looks like that of a vCPU before its first instruction: what decides between two ways to read
// a dump. A page that is read wrong has almost none of it; an edited one keeps most.

import { readUnsigned } from '../../binary/struct';
import { KERNEL_STRUCT_SIZE, vmsaLeaf, type VmsaName } from '../layout/layout';

const HIGH_HALF = 1n << 32n;
/** EFER has no bits above AutoIBRS (21). */
const EFER_END = 1n << 22n;

/** A memory type of the PAT: UC, WC, WT, WP, WB, UC- (APM volume 2, table 7-10). */
const isMemoryType = (type: bigint) => type < 8n && type !== 2n && type !== 3n;

/**
 * What holds for the fields of nearly every page that a launch starts with, and for no zeros. Of the segments, only
 * those that differ from their neighbours: a page that is read one line too early or late has all the others.
 */
const SIGNS: readonly (readonly [VmsaName, (value: bigint) => boolean])[] = [
  ['efer', (v) => (v & 0x1000n) !== 0n && v < EFER_END],
  ['cr0', (v) => (v & 0x10n) !== 0n && v < HIGH_HALF],
  ['cr4', (v) => v !== 0n && v < HIGH_HALF],
  ['rflags', (v) => (v & 2n) !== 0n && v < 1n << 22n],
  ['dr6', (v) => (v & 0xffff0ff0n) === 0xffff0ff0n && v < HIGH_HALF],
  ['dr7', (v) => (v & 0x400n) !== 0n && v < HIGH_HALF],
  [
    'g_pat',
    (v) => v !== 0n && Array.from({ length: 8 }, (_, i) => (v >> BigInt(8 * i)) & 0xffn).every(isMemoryType),
  ],
  ['xcr0', (v) => (v & 1n) !== 0n && v < HIGH_HALF],
  ['cs_attrib', (v) => (v & 0x98n) === 0x98n && v < 0x1000n],
  ['tr_attrib', (v) => (v & 0x9dn) === 0x89n || (v & 0x9dn) === 0x81n],
];

/** So many signs are no accident. */
const ENOUGH = 6;
/** By so many signs one way to read a page must lead over another. */
const LEAD = 4;

const LEAVES = SIGNS.map(([name, holds]) => ({ leaf: vmsaLeaf(name), holds }));

/** The number of signs that a page has, 0 to 10; none for less than what Linux uses of it. */
function countSigns(page: Uint8Array): number {
  if (page.length < KERNEL_STRUCT_SIZE) return 0;
  return LEAVES.filter(({ leaf, holds }) => holds(readUnsigned(page, leaf))).length;
}

/** Whether a page, or the part of it that Linux uses, is that of a vCPU beyond doubt. */
export function isLaunchPage(page: Uint8Array): boolean {
  return countSigns(page) >= ENOUGH;
}

/** Which of two ways to read the same page is right; undefined when the page does not tell. */
export function likelier(first: Uint8Array, second: Uint8Array): 'first' | 'second' | undefined {
  const [a, b] = [countSigns(first), countSigns(second)];
  if (Math.max(a, b) < ENOUGH || Math.abs(a - b) < LEAD) return undefined;
  return a > b ? 'first' : 'second';
}
