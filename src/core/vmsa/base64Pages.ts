// Pages as base64 (RFC 4648, section 4), in lines or not: the form in which a page travels through JSON, mail and YAML.

import { Bytes, isSpace } from '../ascii';
import { MAX_PAGE_BYTES, pagesOf, broken, type NotPages, type PagesRead } from './pageSource';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUE = Uint8Array.from({ length: 256 }, (_, c) => {
  const value = ALPHABET.indexOf(String.fromCharCode(c));
  return value < 0 ? 255 : value;
});
const PAD = '='.charCodeAt(0);

/** The bytes of a text that is strict base64 but for white space; nothing for any other text. */
function decode(text: Uint8Array): Bytes | undefined {
  const out = new Bytes(MAX_PAGE_BYTES);
  let [word, digits, pads] = [0, 0, 0];
  for (const c of text) {
    if (isSpace(c)) continue;
    if (c === PAD) {
      if (++pads > 2) return undefined;
      continue;
    }
    const value = VALUE[c]!;
    if (value > 63 || pads > 0) return undefined;
    word = ((word << 6) | value) & 0xffffff;
    digits++;
    if (digits % 4 === 0) for (const shift of [16, 8, 0]) out.push((word >> shift) & 0xff);
    if (out.overflowed) return out;
  }
  const rest = digits % 4;
  if ((digits + pads) % 4 !== 0 || (rest === 0 && pads > 0)) return undefined;
  // Bits below the last byte must be zero, or two texts would mean one page.
  if (rest === 2 && (word & 0xf) === 0) out.push((word >> 4) & 0xff);
  else if (rest === 3 && (word & 3) === 0) for (const shift of [10, 2]) out.push((word >> shift) & 0xff);
  else if (rest !== 0) return undefined;
  return out;
}

/** Pages as base64; nothing for text that is none. */
export function readBase64(text: Uint8Array): PagesRead | NotPages | undefined {
  const bytes = decode(text);
  if (!bytes || bytes.length === 0) return undefined;
  if (bytes.overflowed)
    return broken(
      'base64',
      `The base64 holds more than ${MAX_PAGE_BYTES >> 20} MiB, which no guest's pages have.`,
    );
  const pages = pagesOf(bytes.take(), 'base64');
  // A word is base64, too: only what could be meant as a page gets a reason of its own.
  if (!('reason' in pages)) return pages;
  return bytes.length < 512 ? undefined : broken('base64', `Decoded from base64: ${pages.reason}`);
}
