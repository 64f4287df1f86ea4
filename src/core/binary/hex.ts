// Bytes and numbers to text and back, wherever they are printed or parsed. Core has no Buffer, TextEncoder or
// atob, and base64 must be strict: a measurement with a stray character is a wrong input.

import { bytesToHex } from '@noble/hashes/utils.js';
import type { LeafValue } from './struct';

export { bytesToHex };

/** A number as 0x and at least `digits` lower-case digits, as in manuals, logs and everywhere in this project. */
export function hex(value: number | bigint, digits = 1): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

/** A leaf's value in hexadecimal: scalars with 0x, byte runs in file order, shortened in the middle. */
export function rawText(value: LeafValue, size: number, most = 32): string {
  if (!(value instanceof Uint8Array)) return hex(value, size * 2);
  if (isZero(value)) return `${size} × 00`;
  if (value.length <= most) return bytesToHex(value);
  return `${bytesToHex(value.subarray(0, most - 4))}…${bytesToHex(value.subarray(-4))}`;
}

/** Shorter runs are compared byte by byte: setting up a view that compares words costs more. */
const LONG_RUN = 256;

/** Whether two runs of equal length hold the same bytes. */
export type IsSame = (a: Uint8Array, b: Uint8Array) => boolean;

/**
 * Where the run of equal bytes ends that starts at `at`; at most at `end`. What is known to be equal is compared with what follows it, as
 * much again each time, and once that differs half as much.
 * @param isSame of a runtime, which compares megabytes of erased flash before a loop is compiled
 */
export function endOfRun(
  bytes: Uint8Array,
  at = 0,
  end = bytes.length,
  isSame: IsSame = isSameBytes,
): number {
  const first = bytes[at];
  const near = Math.min(end, at + LONG_RUN);
  let i = at;
  while (i < near && bytes[i] === first) i++;
  if (i === at + LONG_RUN) {
    const goesOn = (size: number) =>
      i + size <= end && isSame(bytes.subarray(at, at + size), bytes.subarray(i, i + size));
    let size = LONG_RUN;
    for (; goesOn(size); size = i - at) i += size;
    for (size >>= 1; size >= LONG_RUN; size >>= 1) if (goesOn(size)) i += size;
  }
  while (i < end && bytes[i] === first) i++;
  return i;
}

/** The value that all bytes of a range share, if they do. */
export function onlyByte(bytes: Uint8Array, at = 0, end = bytes.length): number | undefined {
  const first = bytes[at];
  if (first === undefined || end > bytes.length) return undefined;
  // Images that start with megabytes of erased flash end with something else.
  if (end > at && bytes[end - 1] !== first) return undefined;
  return endOfRun(bytes, at, end) === end ? first : undefined;
}

/** Whether two runs of bytes are equal, a word at a time where both are aligned alike. */
export function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && firstDifference(a, b) === a.length;
}

/** Where two runs first differ, from `from` on; the length of the shorter one when they do not. */
export function firstDifference(a: Uint8Array, b: Uint8Array, from = 0): number {
  const end = Math.min(a.length, b.length);
  let i = from;
  if (end - i >= LONG_RUN && (a.byteOffset - b.byteOffset) % 4 === 0) {
    for (; (a.byteOffset + i) % 4 !== 0; i++) if (a[i] !== b[i]) return i;
    const count = Math.floor((end - i) / 4);
    const [left, right] = [a, b].map(
      ({ buffer, byteOffset }) => new Uint32Array(buffer, byteOffset + i, count),
    );
    let k = 0;
    while (k < count && left![k] === right![k]) k++;
    i += 4 * k;
  }
  while (i < end && a[i] === b[i]) i++;
  return i;
}

/** Whether all bytes are zero. */
export function isZero(bytes: Uint8Array): boolean {
  return bytes.length === 0 || onlyByte(bytes) === 0;
}

/**
 * An unsigned number as people write it, in decimal or 0x form and at most 80
 * characters; undefined for anything else.
 */
export function parseUnsigned(text: string): bigint | undefined {
  return text.length <= 80 && /^(0x[0-9a-f]+|[0-9]+)$/i.test(text) ? BigInt(text) : undefined;
}

/** Pairs of hexadecimal digits to bytes; undefined for anything else. */
export function fromHex(text: string): Uint8Array | undefined {
  if (!/^([0-9a-f]{2})*$/i.test(text)) return undefined;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

const plainBytes = (n: number): string => (n === 1 ? '1 byte' : `${n} bytes`);

/** A byte count, rounded: `335 bytes`, `1.7 MiB`. */
export function roundedSize(n: number): string {
  if (n < 1024) return plainBytes(n);
  const [unit, name] =
    n >= 2 ** 30
      ? ([2 ** 30, 'GiB'] as const)
      : n >= 2 ** 20
        ? ([2 ** 20, 'MiB'] as const)
        : ([1024, 'KiB'] as const);
  const scaled = n / unit;
  return `${Number(scaled.toFixed(scaled < 10 ? 1 : 0))} ${name}`;
}

/** A byte count in words: `4096 bytes (4 KiB)`. */
export function byteCount(n: number): string {
  if (n < 1024) return plainBytes(n);
  const isExact = parseFloat(roundedSize(n)) * 1024 ** (n >= 2 ** 30 ? 3 : n >= 2 ** 20 ? 2 : 1) === n;
  return `${plainBytes(n)} (${isExact ? '' : 'about '}${roundedSize(n)})`;
}

/** Text to UTF-8; unpaired surrogates become U+FFFD, as in every encoder. */
export function utf8(text: string): Uint8Array {
  const out: number[] = [];
  for (const char of text) {
    let c = char.codePointAt(0)!;
    if (c >= 0xd800 && c <= 0xdfff) c = 0xfffd;
    if (c < 0x80) out.push(c);
    else if (c < 0x800) out.push(0xc0 | (c >> 6), 0x80 | (c & 0x3f));
    else if (c < 0x10000) out.push(0xe0 | (c >> 12), 0x80 | ((c >> 6) & 0x3f), 0x80 | (c & 0x3f));
    else out.push(0xf0 | (c >> 18), 0x80 | ((c >> 12) & 0x3f), 0x80 | ((c >> 6) & 0x3f), 0x80 | (c & 0x3f));
  }
  return Uint8Array.from(out);
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes to padded base64 (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let k = 0; k < 4; k++) text += i + k > bytes.length ? '=' : BASE64[(word >> (18 - 6 * k)) & 63]!;
  }
  return text;
}

/** The value of a base64 digit, indexed by its byte; 255 for any other byte. */
export const BASE64_DIGIT: Uint8Array = Uint8Array.from({ length: 256 }, (_, c) => {
  const value = BASE64.indexOf(String.fromCharCode(c));
  return value < 0 ? 255 : value;
});

/** Padded base64 to bytes; undefined for anything that RFC 4648 would not write, such as white space. */
export function fromBase64(text: string): Uint8Array | undefined {
  const body = text.replace(/={1,2}$/, '');
  const rest = body.length % 4;
  if (text.length % 4 !== 0 || rest === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((body.length * 3) / 4));
  let word = 0;
  for (let i = 0; i < body.length; i++) {
    const value = BASE64_DIGIT[body.charCodeAt(i)] ?? 255;
    if (value === 255) return undefined;
    word = ((word << 6) | value) & 0xffffff;
    if (i % 4 !== 0) bytes[(i * 6) >> 3] = (word >> (6 - 2 * (i % 4))) & 0xff;
  }
  // Unused bits must be zero, or two texts would decode to the same value.
  return (word & [0, 0, 0xf, 3][rest]!) === 0 ? bytes : undefined;
}

/** A number and its noun, such as `1 page` or `2 pages`. */
export const countOf = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
