// Pages as hexadecimal digits: dumps with an offset on each line, as printed by xxd, hexdump and od, and
// plain digits, as printed by xxd -p or found in source code.

import { Bytes, CHAR, HEX_DIGIT, isSpace, latin1, lineEnd, skipSpace, trimEnd } from '../../binary/ascii';
import { MAX_PAGE_BYTES, broken, pagesFromText, type NotPages, type PagesFound } from './pageSource';

/** One line: its offset as printed and its bytes; `again` for the `*` that stands for repeated lines. */
interface DumpLine {
  readonly offset: number;
  readonly bytes: readonly number[];
  readonly again: boolean;
}

const MOST_OFFSET_DIGITS = 16;
/** No program prints more bytes per line. */
const MOST_LINE_BYTES = 256;

/** Offsets are hexadecimal, except in od, which prints octal by default and decimal on request. */
const RADIXES = [16, 8, 10] as const;

const isDigit = (c: number | undefined) => c !== undefined && HEX_DIGIT[c]! < 16;

/** Digits per number when od and hexdump print bytes, words and longer units. */
const NUMBER_DIGITS = new Set([2, 4, 8, 16]);

/** No dump line is longer, including blanks and the character column. */
const MOST_LINE_CHARS = 2048;
/** Twice as many lines as the most pages take at sixteen bytes a line, to allow for blank lines and repeats. */
const MOST_LINES = MAX_PAGE_BYTES / 8;

function digitsEnd(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && isDigit(bytes[at])) at++;
  return at;
}

/** The bytes of one group of digits. Words on lines without a colon are little-endian numbers. */
function groupBytes(bytes: Uint8Array, from: number, to: number, inOrder: boolean): number[] {
  const group: number[] = [];
  for (let i = from; i < to; i += 2) group.push((HEX_DIGIT[bytes[i]!]! << 4) | HEX_DIGIT[bytes[i + 1]!]!);
  return inOrder ? group : group.reverse();
}

/** The groups of a line after its offset, up to an optional character column. */
function lineBytes(bytes: Uint8Array, from: number, end: number, colon: boolean): number[] {
  const line: number[] = [];
  for (let at = from; at < end && line.length < MOST_LINE_BYTES;) {
    const start = skipSpace(bytes, at, end);
    const to = digitsEnd(bytes, start, end);
    const size = to - start;
    const even = colon ? size > 0 && size % 2 === 0 : NUMBER_DIGITS.has(size);
    const whole = even && (to === end || isSpace(bytes[to]));
    // xxd and the kernel put two spaces before the characters; programs that print pairs may put two in the middle.
    const gap = colon && line.length > 0 && start - at > 1 && !(line.length === 8 && size === 2);
    if (!whole || gap || start === at) break;
    line.push(...groupBytes(bytes, start, to, colon || size === 2));
    at = to;
  }
  return line;
}

/** Parses one line; undefined for text that is not a dump line. */
function readLine(bytes: Uint8Array, from: number, end: number, radix: number): DumpLine | undefined {
  const start = skipSpace(bytes, from, end);
  if (bytes[start] === CHAR.star && start + 1 === end) return { offset: 0, bytes: [], again: true };
  const to = digitsEnd(bytes, start, end);
  const size = to - start;
  const colon = bytes[to] === CHAR.colon;
  if (size < 4 || size > MOST_OFFSET_DIGITS || (to < end && !colon && !isSpace(bytes[to]))) return undefined;
  if (bytes.subarray(start, to).some((c) => HEX_DIGIT[c]! >= radix)) return undefined;
  const offset = parseInt(latin1(bytes, start, to), radix);
  return { offset, bytes: lineBytes(bytes, colon ? to + 1 : to, end, colon), again: false };
}

/**
 * The bytes of a dump, or the number of the first line that does not follow from the previous ones. The next
 * offset tells how many bytes of a line count; the last line has at most as many as the others.
 */
function readOffsets(bytes: Uint8Array, radix: number): Uint8Array | { readonly line: number } {
  const out = new Bytes(MAX_PAGE_BYTES);
  let base: number | undefined;
  let width = MOST_LINE_BYTES;
  let again = false;
  // Where the previous line starts, and its length in bytes.
  let [last, size] = [0, 0];
  for (let at = 0, number = 1; at < bytes.length; number++) {
    const most = Math.min(bytes.length, at + MOST_LINE_CHARS);
    const end = lineEnd(bytes, at, most);
    if ((end === most && most < bytes.length) || number > MOST_LINES) return { line: number };
    const from = skipSpace(bytes, at, end);
    const to = trimEnd(bytes, from, end);
    at = end + 1;
    if (from === to) continue;
    const line = readLine(bytes, from, to, radix);
    if (!line || (line.again && size === 0)) return { line: number };
    if (line.again) {
      again = true;
      continue;
    }
    if (base === undefined) {
      base = line.offset;
    } else {
      const step = line.offset - base - last;
      if (step < 1 || (!again && step > size) || step > MAX_PAGE_BYTES) return { line: number };
      out.cut(last + Math.min(step, size));
      if (step > size) out.repeat(size, step - size);
      width = Math.min(step, size);
    }
    last = out.length;
    size = Math.min(line.bytes.length, width);
    again = false;
    for (let i = 0; i < size; i++) out.push(line.bytes[i]!);
    if (out.overflowed) return { line: number };
  }
  return out.take();
}

/** A dump with offsets; undefined for text that does not start like one. */
export function findOffsetDumpPages(bytes: Uint8Array): PagesFound | NotPages | undefined {
  let best: NotPages | undefined;
  for (const radix of RADIXES) {
    const read = readOffsets(bytes, radix);
    if ('line' in read) {
      if (read.line > 2 && radix === 16) {
        best = broken(
          'hex-dump',
          `Line ${read.line} of the hex dump does not follow from the line before it.`,
        );
      }
      continue;
    }
    const pages = pagesFromText(read, 'hex-dump');
    if (!('reason' in pages)) return pages;
    best ??= pages;
  }
  return best;
}

const ZERO = '0'.charCodeAt(0);
const X = 'x'.charCodeAt(0);
const COMMA = ','.charCodeAt(0);

/** Plain digits: pairs with any white space or commas between them, and optional 0x prefixes. */
export function findPlainHexPages(bytes: Uint8Array): PagesFound | NotPages | undefined {
  const out = new Bytes(MAX_PAGE_BYTES);
  for (let at = 0; at < bytes.length;) {
    if (isSpace(bytes[at]) || bytes[at] === COMMA) {
      at++;
      continue;
    }
    if (bytes[at] === ZERO && bytes[at + 1] === X) at += 2;
    if (!isDigit(bytes[at]) || !isDigit(bytes[at + 1])) return undefined;
    out.push((HEX_DIGIT[bytes[at]!]! << 4) | HEX_DIGIT[bytes[at + 1]!]!);
    if (out.overflowed)
      return broken(
        'hex-dump',
        `The hex dump holds more than ${MAX_PAGE_BYTES >> 20} MiB, which no guest's pages have.`,
      );
    at += 2;
  }
  return out.length === 0 ? undefined : pagesFromText(out.take(), 'hex-dump');
}
