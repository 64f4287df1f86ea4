// Whether bytes can be the registers of a vCPU at all. Some registers are so constrained that other bytes (zeros,
// text, code, noise) hardly ever meet them: the signs below. Every page that some party starts a vCPU with has at
// least six of the nine, and a page with several damaged fields most of them. Random bytes have one at most; tables of
// small numbers can have three.

import { reservedBits } from '../binary/describe';
import type { Bit } from '../binary/struct';
import { XCR0 } from './layout/bitsFpu';
import { CR0, EFER, RFLAGS } from './layout/bitsSystem';
import { VMSA_SIZE, vmsaLeaf, type VmsaWord } from './layout/layout';

const ALL_ONES = 0xffffffffffffffffn;
const has = (value: bigint, ones: bigint) => (value & ones) === ones;

/** A register that always has these ones, and zeros where its bits are reserved. */
function register(bits: readonly Bit[], ones: bigint) {
  const zeros = reservedBits(bits, ALL_ONES);
  return (value: bigint) => has(value, ones) && (value & zeros) === 0n;
}

/** Memory types of the PAT; 2 and 3 are reserved. */
const isPat = (value: bigint) =>
  value !== 0n &&
  Array.from({ length: 8 }, (_, i) => (value >> BigInt(8 * i)) & 0xffn).every(
    (type) => type < 8n && type !== 2n && type !== 3n,
  );

/** The signs: a field, and a test that other bytes rarely pass. The one that rules most out comes first. */
const SIGNS: readonly (readonly [VmsaWord, (value: bigint) => boolean])[] = [
  ['rflags', register(RFLAGS, 2n)],
  ['dr6', (value) => has(value, 0xffff07f0n) && value >> 32n === 0n],
  ['dr7', (value) => has(value, 0x400n) && value >> 32n === 0n],
  ['efer', register(EFER, 0x1000n)],
  ['cr0', register(CR0, 0x10n)],
  ['g_pat', isPat],
  ['xcr0', register(XCR0, 1n)],
  // Present and code; a busy TSS.
  ['cs_attrib', (value) => has(value, 0x98n) && value <= 0xfffn],
  ['tr_attrib', (value) => value === 0x83n || value === 0x8bn],
];

const PLACED = SIGNS.map(([name, test]) => ({ ...vmsaLeaf(name), test }));
const END = Math.max(...PLACED.map(({ offset, size }) => offset + size));

/** With fewer signs, bytes are no processor state. */
const LEAST_SIGNS = 4;
/** With as many, bytes that are not where they belong are nevertheless those of a VMSA. */
export const CERTAIN_SIGNS = 6;

function valueAt(bytes: DataView, at: number, size: number): bigint {
  if (size === 8) return bytes.getBigUint64(at, true);
  return BigInt(size === 4 ? bytes.getUint32(at, true) : bytes.getUint16(at, true));
}

/** How many signs there are when the page begins at `start`; 0 as soon as `least` cannot be reached any more. */
function countSigns(page: DataView, start: number, least: number): number {
  let missing = 0;
  for (const { offset, size, test } of PLACED) {
    if (start + offset < 0 || !test(valueAt(page, start + offset, size))) missing++;
    if (PLACED.length - missing < least) return 0;
  }
  return PLACED.length - missing;
}

const viewOf = (page: Uint8Array) => new DataView(page.buffer, page.byteOffset, page.length);

/** How many signs a page has, 0 to 9. @param page 4096 bytes, or the first 1648 of them, which Linux uses */
export const signsOf = (page: Uint8Array): number => countSigns(viewOf(page), 0, 0);

/** Whether a page has registers that a vCPU can have. @param page 4096 bytes */
export function isPlausible(page: Uint8Array): boolean {
  return countSigns(viewOf(page), 0, LEAST_SIGNS) >= LEAST_SIGNS;
}

/** By how many bytes the registers of a VMSA are too far on in a page, negative when they are too early. */
export function shiftOf(page: Uint8Array): number | undefined {
  const view = viewOf(page);
  for (let start = -END; start + END <= VMSA_SIZE; start++) {
    if (start !== 0 && countSigns(view, start, CERTAIN_SIGNS) > 0) return start;
  }
  return undefined;
}
