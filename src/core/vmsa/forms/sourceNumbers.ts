// Lists of numbers in source code and in what programs print: `{ 0x00, 0x93 }` of xxd -i, C and Go, `[0, 147]` of JSON
// and Rust, `[00, 93]` of Rust's {:02x?}, `{0x0 <repeats 11 times>, 0xf0}` of gdb. Words are little-endian numbers.

import { CHAR, HEX_DIGIT, finder, isSpace, latin1, lineEnd } from '../../binary/ascii';
import { KERNEL_STRUCT_SIZE, VMSA_SIZE } from '../layout/layout';
import { digitsEnd, isPrefixed } from './dumpLine';
import { isLaunchPage } from './launchEvidence';
import { MAX_PAGE_BYTES } from './pageSource';

/** Bytes that a text spells out, or why they cannot be had. */
export type Literal =
  | { readonly at: number; readonly bytes: Uint8Array; readonly note?: string }
  | { readonly at: number; readonly problem: string };

const [OPEN, LIST, BRACE_END, LIST_END, COMMA, SLASH, MINUS, LESS, DOT, UNDERSCORE] = Array.from(
  '{[}],/-<._',
  (c) => c.charCodeAt(0),
) as [number, number, number, number, number, number, number, number, number, number];

/** What ends a list, by what begins it. */
const CLOSING = new Map([
  [OPEN, BRACE_END],
  [LIST, LIST_END],
]);

/** Lists with fewer numbers are something else. */
const LEAST_NUMBERS = KERNEL_STRUCT_SIZE / 8;
/** The bytes of a number, the most natural first. */
const UNITS = [1, 2, 4, 8] as const;
/** Longer digits are no number of 64 bits. */
const MOST_DIGITS = 20;

const findCommentEnd = finder('*/');
/** gdb's repetition, C's and Rust's suffixes of numbers; each is matched at a place. */
const REPEATS = /^<repeats (\d{1,7}) times>/;
const SUFFIX = /^(?:_?[ui](?:8|16|32|64|size)|[uU]?[lL]{0,2}|[lL]{1,2}[uU])(?![0-9A-Za-z_])/;

/** A number of up to 32 bits, or a longer bigint. */
type Integer = number | bigint;

/** How many bytes a number takes, of those that numbers have; 16 for more than all. */
function sizeOf(value: Integer): number {
  if (typeof value === 'bigint') return value >> 64n === 0n ? 8 : 16;
  return value < 2 ** 8 ? 1 : value < 2 ** 16 ? 2 : 4;
}

function parseInteger(digits: string, radix: 10 | 16): Integer {
  const value = digits.length < 12 ? parseInt(digits, radix) : Infinity;
  return value < 2 ** 32 ? value : BigInt(radix === 16 ? `0x${digits}` : digits);
}

/** A number as it is written. */
interface Written {
  readonly value: Integer;
  /** Its digits without 0x; a run of two may be hexadecimal all the same. */
  readonly digits: string;
  readonly prefixed: boolean;
  readonly end: number;
}

const isWordChar = (c: number | undefined) =>
  c !== undefined && (c === UNDERSCORE || (c > 0x2f && c < 0x3a) || ((c | 0x20) > 0x60 && (c | 0x20) < 0x7b));

/** Where the suffix of a number ends, such as ULL or u8; undefined for letters that are none. */
function suffixEnd(text: Uint8Array, at: number): number | undefined {
  if (text[at] === DOT) return undefined;
  if (!isWordChar(text[at])) return at;
  const suffix = SUFFIX.exec(latin1(text, at, Math.min(text.length, at + 8)));
  return suffix ? at + suffix[0].length : undefined;
}

/** Behind white space, comments, and one comma. */
function separatorEnd(text: Uint8Array, at: number): number {
  let commas = 0;
  for (; at < text.length;) {
    if (isSpace(text[at])) at++;
    else if (text[at] === COMMA && commas === 0) commas = ++at;
    else if (text[at] === SLASH && text[at + 1] === SLASH) at = lineEnd(text, at);
    else if (text[at] === SLASH && text[at + 1] === CHAR.star) {
      const end = findCommentEnd(text, at + 2);
      if (end < 0) return text.length;
      at = end + 2;
    } else break;
  }
  return at;
}

function numberAt(text: Uint8Array, at: number): Written | undefined {
  const negative = text[at] === MINUS;
  const start = negative ? at + 1 : at;
  const prefixed = isPrefixed(text, start);
  const from = prefixed ? start + 2 : start;
  const end = digitsEnd(text, from, Math.min(text.length, from + MOST_DIGITS + 1));
  if (end === from || end - from > MOST_DIGITS || (negative && prefixed)) return undefined;
  const after = suffixEnd(text, end);
  if (after === undefined) return undefined;
  const digits = latin1(text, from, end);
  const isDecimal = /^[0-9]+$/.test(digits);
  if (!prefixed && !isDecimal && digits.length !== 2) return undefined;
  if (!prefixed && !isDecimal && digits.length !== 2) return undefined;
  const value = prefixed || isDecimal ? parseInteger(digits, prefixed ? 16 : 10) : 0;
  if (!negative) return { value, digits, prefixed, end: after };
  // Java's bytes have a sign.
  return typeof value === 'number' && value <= 128
    ? { value: (256 - value) % 256, digits, prefixed, end: after }
    : undefined;
}

/** The numbers of a list, and what is known of how they are written. */
class Numbers {
  readonly values: Integer[] = [];
  /** The values if pairs of digits without 0x are hexadecimal. */
  readonly pairs: number[] = [];
  arePairs = true;
  /** Whether two digits cannot be a decimal number, of which none begins with zero. */
  private hasHexPair = false;
  /** Digits that C takes for octal, and others for decimal. */
  private hasLeadingZero = false;
  /** Of numbers with 0x: whether one has leading zeros, and one has fewer digits than another. */
  private isPadded = false;
  private digits = 0;
  private sameDigits = true;
  private size = 1;

  add({ value, digits, prefixed }: Written, times: number): void {
    const isPair = !prefixed && digits.length === 2;
    this.arePairs &&= isPair;
    if (prefixed && digits.length > 1 && digits.startsWith('0')) this.isPadded = true;
    if (isPair && (digits.startsWith('0') || /[a-f]/i.test(digits))) this.hasHexPair = true;
    if (!prefixed && digits.length > 1 && digits.startsWith('0')) this.hasLeadingZero = true;
    this.digits ||= digits.length;
    if (!prefixed || digits.length !== this.digits) this.sameDigits = false;
    this.size = Math.max(this.size, sizeOf(value));
    for (let i = 0; i < times && this.values.length <= MAX_PAGE_BYTES; i++) {
      this.values.push(value);
      if (this.arePairs) this.pairs.push(parseInt(digits, 16));
    }
  }

  /** The bytes of the numbers, or what is wrong with them. */
  bytes(): { readonly bytes: Uint8Array; readonly note?: string } | { readonly problem: string } {
    const { values, size } = this;
    if (this.arePairs && this.hasHexPair) return sized(Uint8Array.from(this.pairs), values.length);
    if (this.hasHexPair || this.hasLeadingZero)
      return { problem: 'has numbers that are decimal, octal or hexadecimal without 0x' };
    if (this.isPadded && !this.sameDigits) return { problem: 'has numbers with 0x of different lengths' };
    const units = UNITS.filter(
      (unit) => size <= unit && (!this.sameDigits || this.digits < 3 || this.digits === 2 * unit),
    );
    for (const unit of units) {
      const read = sized(littleEndian(values, unit), values.length);
      if ('problem' in read) continue;
      if (unit === 1) return read;
      const note = `The numbers were read as words of ${unit} bytes, little-endian.`;
      if (isLaunchPage(read.bytes)) return { ...read, note };
    }
    return { problem: `has ${values.length} numbers, which are no page` };
  }
}

function littleEndian(values: readonly Integer[], unit: number): Uint8Array {
  const bytes = new Uint8Array(unit * values.length);
  values.forEach((value, i) => {
    const low = typeof value === 'number' ? value : Number(value & 0xffffffffn);
    const high = typeof value === 'number' ? 0 : Number(value >> 32n);
    for (let k = 0; k < unit; k++) bytes[unit * i + k] = (k < 4 ? low : high) >>> (8 * (k % 4));
  });
  return bytes;
}

function sized(
  bytes: Uint8Array,
  count: number,
): { readonly bytes: Uint8Array } | { readonly problem: string } {
  const { length } = bytes;
  const whole = length === KERNEL_STRUCT_SIZE || (length > 0 && length % VMSA_SIZE === 0);
  return whole
    ? { bytes }
    : {
        problem: `has ${count} numbers; the bytes of a page are ${VMSA_SIZE}, of which Linux uses ${KERNEL_STRUCT_SIZE}`,
      };
}

/** Whether a byte begins a list. */
export const isListStart = (c: number): boolean => CLOSING.has(c);

/** What can stand in a list before its first comment, by its byte. */
const IN_LIST: readonly boolean[] = Array.from({ length: 256 }, (_, c) =>
  /[\s\da-fx,<-]/i.test(String.fromCharCode(c)),
);
/** No list has its end so near. */
const SHORTEST = 2 * LEAST_NUMBERS;

/** Whether what begins at a place can be a long list; a glance, because a text can have millions of brackets. */
function mayBeLong(text: Uint8Array, at: number): boolean {
  let end = at + 1;
  while (end < at + SHORTEST && IN_LIST[text[end]!]) end++;
  return end === at + SHORTEST || text[end] === SLASH || isWordChar(text[end]);
}

/**
 * The list that begins at a bracket, and where to look on: behind it, or at what is no number. Short lists are none.
 */
export function listAt(text: Uint8Array, at: number): { readonly literal?: Literal; readonly end: number } {
  const closing = CLOSING.get(text[at]!);
  if (closing === undefined || !mayBeLong(text, at)) return { end: at + 1 };
  const numbers = new Numbers();
  let place = separatorEnd(text, at + 1);
  while (place < text.length && text[place] !== closing && numbers.values.length <= MAX_PAGE_BYTES) {
    const number = numberAt(text, place);
    if (!number) break;
    place = separatorEnd(text, number.end);
    const repeats =
      text[place] === LESS ? REPEATS.exec(latin1(text, place, Math.min(text.length, place + 32))) : null;
    numbers.add(number, repeats ? Number(repeats[1]) : 1);
    if (repeats) place = separatorEnd(text, place + repeats[0].length);
  }
  const end = Math.max(place, at + 1);
  const count = numbers.values.length;
  if (count < LEAST_NUMBERS) return { end };
  if (count > MAX_PAGE_BYTES)
    return {
      literal: { at, problem: `has more than ${MAX_PAGE_BYTES} numbers, which no guest's pages have` },
      end,
    };
  if (text[place] !== closing) return { literal: { at, problem: `breaks off after ${count} numbers` }, end };
  return { literal: { at, ...numbers.bytes() }, end };
}

/** Whether a byte is a hexadecimal digit. */
export const isHexDigit = (c: number | undefined): boolean => c !== undefined && HEX_DIGIT[c]! < 16;
