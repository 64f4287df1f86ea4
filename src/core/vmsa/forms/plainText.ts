// The text of a file as one byte a character, whatever program wrote it: UTF-16 as PowerShell and Notepad
// write it, byte order marks, the escape sequences of a terminal, no-break spaces of a web page, lone carriage
// returns. Readers of dumps compare ASCII only; what is none becomes a byte that no dump has.

import { CHAR, finder, isSpace, whichOccur } from '../../binary/ascii';

const UTF8_MARK = [0xef, 0xbb, 0xbf];
const ESCAPE = 0x1b;
const NO_BREAK_SPACE = 0xa0;
/** In UTF-8. */
const NO_BREAK = [0xc2, NO_BREAK_SPACE];
const findNoBreakSpace = finder(String.fromCharCode(...NO_BREAK));
/** A character that is none of ASCII. */
const OTHER = '?'.charCodeAt(0);
/** A text that has no line end so far has none. */
const MOST_FIRST_LINE = 2 ** 16;
/** So many characters decide whether a text without a mark is UTF-16. */
const SAMPLE = 512;

const isPrintable = (c: number) => (c > 0x1f && c < 0x7f) || isSpace(c) || c === ESCAPE;

/** Where the low byte of UTF-16's units is, 0 or 1; undefined for other bytes. */
function utf16Low(bytes: Uint8Array): 0 | 1 | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 0;
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 1;
  const units = Math.min(SAMPLE, bytes.length >> 1);
  const plain = [0, 0];
  for (let i = 0; i < 2 * units; i += 2) {
    for (const low of [0, 1]) {
      if (bytes[i + 1 - low] === 0 && isPrintable(bytes[i + low]!)) plain[low]!++;
    }
  }
  // Other languages may stand among the lines of a log, but most of it is ASCII.
  const low = plain[0]! > plain[1]! ? 0 : 1;
  return units > 8 && plain[low]! > 0.9 * units ? low : undefined;
}

function fromUtf16(bytes: Uint8Array, low: 0 | 1): Uint8Array {
  const text = new Uint8Array(bytes.length >> 1);
  for (let i = 0; i < text.length; i++) {
    const c = bytes[2 * i + low]!;
    text[i] = bytes[2 * i + 1 - low] !== 0 ? OTHER : c === NO_BREAK_SPACE ? CHAR.space : c;
  }
  // The mark itself is no character.
  return text[0] === OTHER && bytes[0]! >= 0xfe ? text.subarray(1) : text;
}

/** The end of an escape sequence of ECMA-48: `ESC [ … letter`, `ESC ] … BEL`, or two characters. */
function escapeEnd(text: Uint8Array, at: number): number {
  const kind = text[at + 1];
  let end = at + 2;
  if (kind === 0x5b) {
    while (end < text.length && text[end]! >= 0x20 && text[end]! < 0x40) end++;
    return end + 1;
  }
  if (kind !== 0x5d) return end;
  while (end < text.length && text[end] !== 7 && text[end] !== CHAR.newline) end++;
  return text[end] === 7 ? end + 1 : end;
}

function withoutEscapes(text: Uint8Array): Uint8Array {
  const out = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length;) {
    if (text[at] === ESCAPE) at = escapeEnd(text, at);
    else out[length++] = text[at++]!;
  }
  return out.subarray(0, length);
}

function withPlainSpaces(text: Uint8Array): Uint8Array {
  const out = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const isNoBreak = text[at] === NO_BREAK[0] && text[at + 1] === NO_BREAK_SPACE;
    out[length++] = isNoBreak ? CHAR.space : text[at]!;
    if (isNoBreak) at++;
  }
  return out.subarray(0, length);
}

/** A text as plain as it can be made. */
export interface PlainText {
  readonly text: Uint8Array;
  /** Whether it has zero bytes, which no text has, except for a log of a machine that crashed. */
  readonly hasZeros: boolean;
}

/** The text of a file in any encoding; the same bytes for what is plain already. */
export function decodeText(bytes: Uint8Array): PlainText {
  const low = utf16Low(bytes);
  let text = low === undefined ? bytes : fromUtf16(bytes, low);
  if (UTF8_MARK.every((b, i) => text[i] === b)) text = text.subarray(UTF8_MARK.length);
  const [hasZeros, escapes, noBreaks] = whichOccur(text, [0, ESCAPE, NO_BREAK[0]!]);
  if (hasZeros!) return { text, hasZeros: true };
  if (escapes!) text = withoutEscapes(text);
  if (noBreaks! && findNoBreakSpace(text) >= 0) text = withPlainSpaces(text);
  const head = text.subarray(0, MOST_FIRST_LINE);
  if (!head.includes(CHAR.newline) && head.includes(CHAR.return))
    text = text.map((c) => (c === CHAR.return ? CHAR.newline : c));
  return { text, hasZeros: false };
}
