// Strings in source code that hold a page: bytes with escapes, as Python, Rust, Go and C write them, and hexadecimal
// digits or base64 between quotation marks. Adjacent strings are one, as in C and Python.

import { Bytes, CHAR, isSpace, latin1 } from '../../binary/ascii';
import { fromBase64, fromHex } from '../../binary/hex';
import { KERNEL_STRUCT_SIZE, VMSA_SIZE } from '../layout/layout';
import { MAX_PAGE_BYTES } from './pageSource';
import { isHexDigit, type Literal } from './sourceNumbers';

const [QUOTE, APOSTROPHE, BACKSLASH, PLUS, LETTER_B] = Array.from('"\'\\+b', (c) => c.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
  number,
];

/** Shorter strings are something else. */
const LEAST_CHARACTERS = KERNEL_STRUCT_SIZE;
/** The longest page in base64 or digits, with room for quotation marks. */
const MOST_CHARACTERS = 5 * MAX_PAGE_BYTES;

/** No page is written in more strings. */
const MOST_PARTS = 2 ** 14;

/** Whether a byte begins a string. */
export const isQuote = (c: number | undefined): boolean => c === QUOTE || c === APOSTROPHE;

/** Escapes that mean the same in every language. */
const ESCAPES: Readonly<Record<string, number>> = {
  ...{ n: 10, r: 13, t: 9, a: 7, b: 8, f: 12, v: 11, '\\': 92, "'": 39, '"': 34 },
};

/** Where a string of one line ends: at its closing mark; undefined if the line ends first. */
function closingMark(text: Uint8Array, at: number): number | undefined {
  const mark = text[at];
  let end = at + 1;
  while (end < text.length && text[end] !== mark && text[end] !== CHAR.newline)
    end += text[end] === BACKSLASH && text[end + 1] !== CHAR.newline ? 2 : 1;
  return text[end] === mark ? end : undefined;
}

/** Where the next of several adjacent strings begins; undefined if something else follows. */
function nextString(text: Uint8Array, at: number): number | undefined {
  while (isSpace(text[at]) || text[at] === PLUS || text[at] === BACKSLASH) at++;
  if (text[at] === LETTER_B) at++;
  return isQuote(text[at]) ? at : undefined;
}

const isOctal = (c: number | undefined) => c !== undefined && c >= 0x30 && c <= 0x37;

/** The byte that an escape means and where it ends; undefined where languages differ. @param at behind the backslash */
function escapeAt(text: Uint8Array, at: number): { readonly byte: number; readonly end: number } | undefined {
  const c = text[at]!;
  if (c === 0x78) {
    const digits = latin1(text, at + 1, at + 3);
    return isHexDigit(text[at + 1]) && isHexDigit(text[at + 2])
      ? { byte: parseInt(digits, 16), end: at + 3 }
      : undefined;
  }
  if (isOctal(c)) {
    let end = at;
    while (end < at + 3 && isOctal(text[end])) end++;
    const byte = parseInt(latin1(text, at, end), 8);
    // In Rust only \0 is an escape, in Go one has three digits.
    return byte < 256 && (end - at === 3 || (end - at === 1 && c === 0x30)) ? { byte, end } : undefined;
  }
  const byte = ESCAPES[String.fromCharCode(c)];
  return byte === undefined ? undefined : { byte, end: at + 1 };
}

/** Adds the bytes of a string with escapes; false if it has any character or escape without a plain meaning. */
function pushEscaped(text: Uint8Array, from: number, to: number, out: Bytes): boolean {
  for (let at = from; at < to;) {
    const c = text[at]!;
    if (c !== BACKSLASH) {
      if (c < 0x20 || c > 0x7e) return false;
      out.push(c);
      at++;
      continue;
    }
    const escape = escapeAt(text, at + 1);
    if (!escape || escape.end > to) return false;
    out.push(escape.byte);
    at = escape.end;
  }
  return true;
}

/** The string that begins at a quotation mark, with those that follow it, and where to look on. Short strings are none. */
export function stringAt(text: Uint8Array, at: number): { readonly literal?: Literal; readonly end: number } {
  const parts: (readonly [number, number])[] = [];
  let [end, length, escaped] = [at + 1, 0, false];
  for (
    let start: number | undefined = at;
    start !== undefined && parts.length < MOST_PARTS;
    start = nextString(text, end)
  ) {
    const close = closingMark(text, start);
    if (close === undefined) {
      if (length >= LEAST_CHARACTERS)
        return { literal: { at, problem: 'is a string that does not end' }, end: start + 1 };
      break;
    }
    parts.push([start + 1, close]);
    length += close - start - 1;
    escaped ||= text.subarray(start + 1, close).includes(BACKSLASH);
    end = close + 1;
  }
  if (length < LEAST_CHARACTERS) return { end };
  if (length > MOST_CHARACTERS)
    return { literal: { at, problem: "is a string longer than any guest's pages" }, end };
  if (!escaped) {
    const plain = parts.map(([from, to]) => latin1(text, from, to)).join('');
    const bytes = fromHex(plain) ?? fromBase64(plain);
    return bytes ? { literal: sized(at, bytes), end } : { end };
  }
  const out = new Bytes(MAX_PAGE_BYTES);
  if (!parts.every(([from, to]) => pushEscaped(text, from, to, out))) {
    return {
      literal: { at, problem: 'is a string with characters or escapes that languages read differently' },
      end,
    };
  }
  return { literal: sized(at, out.take()), end };
}

function sized(at: number, bytes: Uint8Array): Literal {
  const { length } = bytes;
  if (length === KERNEL_STRUCT_SIZE || (length > 0 && length % VMSA_SIZE === 0)) return { at, bytes };
  return {
    at,
    problem: `is a string of ${length} bytes; a page has ${VMSA_SIZE}, of which Linux uses ${KERNEL_STRUCT_SIZE}`,
  };
}
