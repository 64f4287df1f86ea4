// Pages in source code: each list of numbers and each string that can hold one is a page, in their order.

import { CHAR } from '../../binary/ascii';
import { VMSA_SIZE } from '../layout/layout';
import { numberLaunches } from './launches';
import {
  MAX_PAGE_BYTES,
  broken,
  findBinaryPages,
  found,
  structFromText,
  type NotPages,
  type PagesFound,
  type SourcePage,
} from './pageSource';
import { isListStart, listAt, type Literal } from './sourceNumbers';
import { isQuote, stringAt } from './sourceStrings';

/** No page takes more characters for a byte than `0x00, ` and a comment now and then. */
const MOST_TEXT = 8 * MAX_PAGE_BYTES;

/** What begins a list or a string, by its byte. */
const STARTS: readonly boolean[] = Array.from({ length: 256 }, (_, c) => isQuote(c) || isListStart(c));

/** The literals of a text up to the first that is broken, or until they are more than any guest's pages. */
function literalsIn(text: Uint8Array): Literal[] {
  const literals: Literal[] = [];
  let size = 0;
  for (let at = 0; at < text.length;) {
    const c = text[at]!;
    if (!STARTS[c]) {
      at++;
      continue;
    }
    const { literal, end } = isQuote(c) ? stringAt(text, at) : listAt(text, at);
    at = end;
    if (!literal) continue;
    literals.push(literal);
    size += 'bytes' in literal ? literal.bytes.length : 0;
    if (size > MAX_PAGE_BYTES) literals.push({ at, problem: "is more than any guest's pages" });
    if ('problem' in literals.at(-1)!) break;
  }
  return literals;
}

function lineOf(text: Uint8Array, at: number): number {
  let number = 1;
  for (let i = text.indexOf(CHAR.newline); i >= 0 && i < at; i = text.indexOf(CHAR.newline, i + 1)) number++;
  return number;
}

/** Pages in source code; undefined for text without a long list or string. */
export function findSourcePages(text: Uint8Array): PagesFound | NotPages | undefined {
  const literals = text.length > MOST_TEXT ? [] : literalsIn(text);
  if (literals.length === 0) return undefined;
  const pages: SourcePage[] = [];
  for (const literal of literals) {
    const refused = (reason: string) => broken('source-code', reason);
    if ('problem' in literal)
      return refused(`What begins in line ${lineOf(text, literal.at)} ${literal.problem}.`);
    const { bytes, note } = literal;
    if (bytes.length < VMSA_SIZE) {
      const struct = structFromText(bytes, note);
      if (!struct)
        return refused(
          `What begins in line ${lineOf(text, literal.at)} has ${bytes.length} bytes, which are not those of a vCPU.`,
        );
      pages.push(struct);
      continue;
    }
    const read = findBinaryPages(bytes, 'source-code');
    if ('reason' in read) return refused(read.reason);
    pages.push(...read.pages.map((page) => (note === undefined ? page : { ...page, note })));
  }
  return found('source-code', literals.length === 1 ? pages : numberLaunches(pages));
}
