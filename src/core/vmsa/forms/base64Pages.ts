// Pages as base64 (RFC 4648, section 4), wrapped or not: the form in which a page
// travels through JSON, mail and YAML.

import { Bytes, CHAR, isSpace, latin1 } from '../../binary/ascii';
import { BASE64_DIGIT, fromBase64 } from '../../binary/hex';
import { describeArtefact } from './notVmsa';
import { MAX_PAGE_BYTES, findBinaryPages, broken, type NotPages, type PagesFound } from './pageSource';

const BLANKS: readonly number[] = [CHAR.space, CHAR.tab];
const PAD = '='.charCodeAt(0);
/** The maximum number of base64 digits, including padding. */
const MOST_DIGITS = Math.ceil(MAX_PAGE_BYTES / 3) * 4;

/** A text without its white space; undefined for a text with any character that base64 does not have. */
function digitsOf(text: Uint8Array): Bytes | undefined {
  const digits = new Bytes(MOST_DIGITS);
  for (const c of text) {
    if (isSpace(c)) continue;
    if (BASE64_DIGIT[c] === 255 && c !== PAD) return undefined;
    digits.push(c);
    if (digits.overflowed) return digits;
  }
  return digits;
}

/** Whether a line has white space inside, which base64 never has, but words and numbers do. */
function hasWords(text: Uint8Array): boolean {
  return text.some(
    (c, i) => BLANKS.includes(c) && i > 0 && !isSpace(text[i - 1]) && !isSpace(text[i + 1] ?? CHAR.space),
  );
}

/** Pages from base64; undefined for other text. */
export function findBase64Pages(text: Uint8Array): PagesFound | NotPages | undefined {
  const digits = digitsOf(text);
  if (digits?.overflowed)
    return broken(
      'base64',
      `The base64 holds more than ${MAX_PAGE_BYTES >> 20} MiB, which no guest's pages have.`,
    );
  const bytes = digits && fromBase64(latin1(digits.take()));
  if (!bytes || bytes.length === 0) return undefined;
  const artefact = describeArtefact(bytes);
  if (artefact !== undefined) return broken('base64', artefact);
  const pages = findBinaryPages(bytes, 'base64');
  // Words and numbers are valid base64 too: only what could be meant as a page gets a specific reason.
  if (!('reason' in pages)) return pages;
  return bytes.length < 512 || hasWords(text)
    ? undefined
    : broken('base64', `Decoded from base64: ${pages.reason}`);
}
