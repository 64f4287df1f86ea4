// What carries a dump from one place to another: quotes of a mail and fences of Markdown, which are taken off.

import { CHAR, finder, isSpace, lineEnd, skipSpace, trimEnd } from '../../binary/ascii';

const MORE = '>'.charCodeAt(0);
const FENCES = ['`', '~'].map((c) => c.charCodeAt(0));
const FENCE_LENGTH = 3;
const findFence = FENCES.map((c) => finder(String.fromCharCode(c).repeat(FENCE_LENGTH)));
/** `>` in the source of a web page. */
const ENTITY = Array.from('&gt;', (c) => c.charCodeAt(0));
/** So many lines tell whether a text is a quotation. */
const SAMPLE_LINES = 64;

/** Behind the marks of a quotation at the start of a line. */
function quoteEnd(text: Uint8Array, from: number, end: number): number {
  let after = from;
  for (let at = from; at < end;) {
    if (text[at] === MORE) after = ++at;
    else if (ENTITY.every((c, i) => text[at + i] === c)) after = at += ENTITY.length;
    else if (text[at] === CHAR.space) at++;
    else break;
  }
  return after > from && text[after] === CHAR.space ? after + 1 : after;
}

/** Whether most of the first lines with any text begin with a quotation mark. */
function isQuoted(text: Uint8Array): boolean {
  let [lines, quoted] = [0, 0];
  for (let at = skipSpace(text, 0); at < text.length && lines < SAMPLE_LINES; lines++) {
    const end = lineEnd(text, at);
    if (quoteEnd(text, at, end) > at) quoted++;
    at = skipSpace(text, end);
  }
  return 2 * quoted > lines;
}

function isFence(text: Uint8Array, at: number): boolean {
  return FENCES.some((c) =>
    Array.from({ length: FENCE_LENGTH }, (_, i) => text[at + i]).every((b) => b === c),
  );
}

/** The text without marks of quotation, and of that only what is between fences, if there are any. */
function unmarked(text: Uint8Array, quoted: boolean, fenced: boolean): Uint8Array {
  const out = new Uint8Array(text.length + 1);
  let [length, inside] = [0, false];
  for (let at = 0; at < text.length;) {
    const end = lineEnd(text, at);
    const from = quoted ? quoteEnd(text, at, end) : at;
    let first = from;
    while (first < end && isSpace(text[first])) first++;
    if (fenced && isFence(text, first)) {
      inside = !inside;
    } else if (inside || !fenced) {
      const line = text.subarray(from, trimEnd(text, from, end));
      out.set(line, length);
      length += line.length;
      out[length++] = CHAR.newline;
    }
    at = end + 1;
  }
  return out.subarray(0, length);
}

/** Nobody puts more into a mail or a comment. */
const MOST_TEXT = 2 ** 24;

/** A text without quotation marks and what is outside of fences; undefined for a text that has neither. */
export function withoutMarks(text: Uint8Array): Uint8Array | undefined {
  if (text.length > MOST_TEXT) return undefined;
  const quoted = isQuoted(text);
  const fenced = findFence.some((find) => find(text) >= 0);
  return quoted || fenced ? unmarked(text, quoted, fenced) : undefined;
}
