// What a page of 4096 bytes is before any of its fields is trusted: a VMSA, or something that is mistaken for one.

import { byteCount, isZero, onlyByte } from '../binary/hex';
import { readUnsigned } from '../binary/struct';
import { isPlausible, shiftOf } from './plausible';
import { RESERVED_END, VMSA_SIZE, vmsaLeaf } from './layout/layout';

/**
 * `zero`: never filled in. `filled`: the same byte throughout, such as erased flash. `encrypted`: memory of a
 * running guest. `ghcb`: the page that guest and hypervisor share (GHCB specification, section 2.3), whose
 * first fields have the same offsets as a VMSA's. `noise`: anything else without registers, such as text or code.
 * `vmsa`: registers that a vCPU can have, whatever else is wrong with the page.
 */
export type PageKind = 'zero' | 'filled' | 'encrypted' | 'ghcb' | 'noise' | 'vmsa';

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

/** Up to CPL, and from there to XSS, a GHCB has nothing; a VMSA has segments and EFER. */
const GHCB_ZEROS = [
  [0, 0xcb],
  [0xcc, 0x140],
] as const;

function looksLikeGhcb(page: Uint8Array): boolean {
  if (!GHCB_ZEROS.every(([from, to]) => isZero(page.subarray(from, to)))) return false;
  return GHCB_RANGES.some(([from, to]) => !isZero(page.subarray(from, to)));
}

/** Classifies a page. @param page 4096 bytes */
export function pageKind(page: Uint8Array): PageKind {
  const only = onlyByte(page);
  if (only !== undefined) return only === 0 ? 'zero' : 'filled';
  if (isPlausible(page)) return 'vmsa';
  if (looksRandom(page.subarray(RESERVED_END, VMSA_SIZE))) return 'encrypted';
  return looksLikeGhcb(page) && shiftOf(page) === undefined ? 'ghcb' : 'noise';
}

const SUMMARIES: Readonly<Record<Exclude<PageKind, 'vmsa'>, string>> = {
  zero: 'no processor state: all bytes are zero',
  filled: 'no processor state: all bytes are the same',
  encrypted: 'no processor state: encrypted memory, or noise',
  ghcb: 'no processor state: a GHCB',
  noise: 'no processor state',
};

const SENTENCES: Readonly<Record<Exclude<PageKind, 'vmsa' | 'noise'>, string>> = {
  zero: 'All 4096 bytes are zero: this page was never filled in.',
  filled: 'All 4096 bytes are the same: this is erased or overwritten, not a page.',
  encrypted:
    'The page looks random, and no register has a value that a vCPU can have: this is memory of a running guest, which is encrypted, or noise. Only a page from before the launch can be read.',
  ghcb: 'This looks like the GHCB that guest and hypervisor share: it has an exit code or a bitmap of valid fields, but neither SVME nor a code segment. The VMSA is another page.',
};

function noiseSentence(page: Uint8Array): string {
  const shift = shiftOf(page);
  if (shift === undefined)
    return 'No register has a value that a vCPU can have: these bytes are no processor state.';
  const size = Math.abs(shift);
  return shift > 0
    ? `This is a VMSA that is shifted: its fields are ${byteCount(size)} too far on. Take away what stands before them.`
    : `This is a VMSA that is shifted: its fields are ${byteCount(size)} too early, so its start is missing.`;
}

/** Why a page is no VMSA, in a few words and as sentences; undefined for one. @param page with its 4096 bytes */
export function whyNoState({
  bytes,
  kind,
}: {
  readonly bytes: Uint8Array;
  readonly kind: PageKind;
}):
  { readonly kind: Exclude<PageKind, 'vmsa'>; readonly summary: string; readonly text: string } | undefined {
  if (kind === 'vmsa') return undefined;
  const text = kind === 'noise' ? noiseSentence(bytes) : SENTENCES[kind];
  return { kind, summary: SUMMARIES[kind], text };
}
