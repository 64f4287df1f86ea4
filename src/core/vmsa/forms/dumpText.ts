// The lines of dumps among the lines of a text: prompts, prose and other messages are left out, because the addresses
// say whether all is there.

import { CHAR, HEX_DIGIT, isSpace, trimEnd } from '../../binary/ascii';
import { LEAST_ADDRESS_DIGITS, isRepetition, parseDumpLine, type DumpLine } from './dumpLine';
import { MAX_PAGE_BYTES } from './pageSource';

/** A line of a dump, or of its repetition, with its number in the text. */
export interface NumberedLine {
  readonly number: number;
  /** Undefined for a `*`. */
  readonly line?: DumpLine;
  /** Where the characters of its bytes begin, if there are as many as bytes. */
  readonly characters?: number;
}

/** As many lines as the most pages take at eight bytes a line. */
const MOST_LINES = MAX_PAGE_BYTES / 8;
/** No dump line is longer, including blanks and the character column. */
const MOST_LINE_CHARS = 2048;

/** After this many lines of other text, no dump begins or goes on. */
const MOST_OTHER_LINES = 10_000;

const MORE = '>'.charCodeAt(0);

/** Where the characters after the words begin, inside of the frame that some programs draw. */
function charactersAt(text: Uint8Array, { rest, bytes }: DumpLine, end: number): number | undefined {
  let at = rest;
  while (at < end && isSpace(text[at])) at++;
  const framed = text[at] === CHAR.bar || text[at] === MORE;
  const from = framed ? at + 1 : at;
  const to = framed ? end - 1 : end;
  if (to - from === bytes.length) return from;
  // The first characters can be spaces, too.
  return to - (rest + 2) === bytes.length ? rest + 2 : undefined;
}

/** A line of a text: its end, and where the digits before its first colon begin, -1 without any. */
function scanLine(text: Uint8Array, from: number): { readonly end: number; readonly address: number } {
  const most = Math.min(text.length, from + MOST_LINE_CHARS);
  let [end, digits, address] = [from, 0, -1];
  for (; end < most && text[end] !== CHAR.newline; end++) {
    if (HEX_DIGIT[text[end]!]! < 16) {
      digits++;
    } else {
      if (text[end] === CHAR.colon && digits >= LEAST_ADDRESS_DIGITS && address < 0) address = end - digits;
      digits = 0;
    }
  }
  if (end < most || most === text.length) return { end, address };
  const newline = text.indexOf(CHAR.newline, end);
  return { end: newline < 0 ? text.length : newline, address: -1 };
}

/** The lines of dumps in a text, in order; undefined if there are more than pages have. */
export function dumpLines(text: Uint8Array): NumberedLine[] | undefined {
  const lines: NumberedLine[] = [];
  let [size, others] = [0, 0];
  for (let at = 0, number = 1; at < text.length && others < MOST_OTHER_LINES; number++) {
    const { end, address } = scanLine(text, at);
    const to = end - at > MOST_LINE_CHARS ? at : trimEnd(text, at, end);
    const line = to > at ? parseDumpLine(text, at, to, address) : undefined;
    if (line) {
      size += line.bytes.length;
      const characters = line.unit > 1 ? charactersAt(text, line, to) : undefined;
      lines.push({ number, line, ...(characters !== undefined && { characters }) });
    } else if (lines.length > 0 && isRepetition(text, at, to)) {
      lines.push({ number });
    }
    others = line ? 0 : others + 1;
    if (lines.length > MOST_LINES || size > MAX_PAGE_BYTES) return undefined;
    at = end + 1;
  }
  return lines;
}
