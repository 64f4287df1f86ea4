// What a page of 4096 bytes is before any of its fields is trusted: a VMSA, or something that is mistaken for one.

import { isZero, onlyByte } from '../binary/hex';
import { readUnsigned } from '../binary/struct';
import { RESERVED_END, VMSA_SIZE, vmsaLeaf } from './layout/layout';

/**
 * `zero`: never filled in. `filled`: the same byte throughout, such as erased flash. `encrypted`: memory of a
 * running guest. `ghcb`: the page that guest and hypervisor share (GHCB specification, section 2.3), whose
 * first fields have the same offsets as a VMSA's. `vmsa`: anything else.
 */
export type PageKind = 'zero' | 'filled' | 'encrypted' | 'ghcb' | 'vmsa';

/** The GHCB's exit code, its two information words and its scratch area, then its bitmap of valid fields. */
const GHCB_RANGES = [
  [0x390, 0x3b0],
  [0x3f0, 0x400],
] as const;

const EFER = vmsaLeaf('efer');
const CS_ATTRIB = vmsaLeaf('cs_attrib');
const SVME = 0x1000n;

/** Whether a page has what every vCPU needs to start: SVME, or at least a code segment. */
export function hasRegisters(page: Uint8Array): boolean {
  return (readUnsigned(page, EFER) & SVME) !== 0n || readUnsigned(page, CS_ATTRIB) !== 0n;
}

// 2104 random bytes contain about 8 zeros and all 256 values, give or take one. Plain data does neither.
function looksRandom(bytes: Uint8Array): boolean {
  const zeros = bytes.reduce((n, b) => (b === 0 ? n + 1 : n), 0);
  return zeros < bytes.length * 0.05 && new Set(bytes).size >= 240;
}

function looksLikeGhcb(page: Uint8Array): boolean {
  return !hasRegisters(page) && GHCB_RANGES.some(([from, to]) => !isZero(page.subarray(from, to)));
}

/** Classifies a page. @param page 4096 bytes */
export function pageKind(page: Uint8Array): PageKind {
  const only = onlyByte(page);
  if (only !== undefined) return only === 0 ? 'zero' : 'filled';
  if (looksRandom(page.subarray(RESERVED_END, VMSA_SIZE))) return 'encrypted';
  return looksLikeGhcb(page) ? 'ghcb' : 'vmsa';
}
