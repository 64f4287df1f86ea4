// The lines of dumps among the lines of a text: prompts, prose and other messages are left out, because the addresses
// say whether all is there.

import { CHAR, isSpace, lineEnd, trimEnd } from '../../binary/ascii';
import { isRepetition, parseDumpLine, type DumpLine } from './dumpLine';
import { MAX_PAGE_BYTES } from './pageSource';

/** A line of a dump, or of its repetition, with its number in the text. */
export interface NumberedLine {
  readonly number: number;
  /** Undefined for a `*`. */
  readonly line?: DumpLine;
  /** The characters at its end, if there are as many as bytes. */
  readonly characters?: Uint8Array;
}

/** Twice as many lines as the most pages take at sixteen bytes a line, to allow for repeats. */
const MOST_LINES = MAX_PAGE_BYTES / 8;
/** No dump line is longer, including blanks and the character column. */
const MOST_LINE_CHARS = 2048;

/** The characters after the words, without the frame that some programs draw. */
function charactersOf(text: Uint8Array, { rest, bytes }: DumpLine, end: number): Uint8Array | undefined {
  let at = rest;
  while (at < end && isSpace(text[at])) at++;
  const framed = text[at] === CHAR.bar || text[at] === '>'.charCodeAt(0);
  for (const from of framed ? [at + 1] : [at, rest + 2]) {
    const characters = text.subarray(from, framed ? end - 1 : end);
    if (characters.length === bytes.length) return characters;
  }
  return undefined;
}

/** The lines of dumps in a text, in order; other lines are left out. Undefined if there are more than pages have. */
export function dumpLines(text: Uint8Array): NumberedLine[] | undefined {
  const lines: NumberedLine[] = [];
  for (let at = 0, number = 1; at < text.length; number++) {
    const end = lineEnd(text, at);
    if (end > at && end - at <= MOST_LINE_CHARS) {
      const to = trimEnd(text, at, end);
      const line = to > at ? parseDumpLine(text, at, to) : undefined;
      if (line) {
        const characters = charactersOf(text, line, to);
        lines.push({ number, line, ...(characters && { characters }) });
      } else if (lines.length > 0 && isRepetition(text, at, to)) {
        lines.push({ number });
      }
      if (lines.length > MOST_LINES) return undefined;
    }
    at = end + 1;
  }
  return lines;
}
