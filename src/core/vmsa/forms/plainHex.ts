// Pages as hexadecimal digits without addresses: xxd -p, digits in a mail, pairs with separators, od -An. Groups of 4,
// 8 or 16 digits can be words, of which the page has to tell the order.

import { Bytes, CHAR, isSpace } from '../../binary/ascii';
import { countOf } from '../../binary/hex';
import { WORDS, digitsEnd, isPrefixed, pushDigits } from './dumpLine';
import { MAX_PAGE_BYTES, broken, pagesFromText, type NotPages, type PagesFound } from './pageSource';
import { chooseOrder, reverseWords } from './wordOrder';

const [COMMA, DASH, BACKSLASH, X] = Array.from(',-\\x', (c) => c.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
];

/** Longer runs of digits are lines of text, not words. */
const LONGEST_WORD = 16;

const refused = (reason: string) => broken('hex-dump', reason);

/** Whether a byte can be between two groups. */
const isSeparator = (c: number | undefined) => isSpace(c) || c === COMMA;
/** What OpenSSL and .NET put between pairs; behind longer digits, a colon ends an address. */
const isPairSeparator = (c: number | undefined) => c === CHAR.colon || c === DASH;

/** Where the digits at a place begin, behind 0x or \x. */
const digitsStart = (text: Uint8Array, at: number) =>
  isPrefixed(text, at) || (text[at] === BACKSLASH && text[at + 1] === X) ? at + 2 : at;

/** Reads digits; undefined for text that has anything else. */
function readDigits(text: Uint8Array) {
  const memory = new Bytes(MAX_PAGE_BYTES);
  const reversed = new Bytes(MAX_PAGE_BYTES);
  /** The bytes of the first group, whether all have as many, and whether they are numbers with 0x. */
  let [unit, uniform, numbers] = [0, true, true];
  /** Whether a group ended that is shorter than the first: only at the end of the text is that no hole. */
  let [longest, starred] = [0, false];
  for (let at = 0; at < text.length;) {
    if (isSeparator(text[at]) || (unit === 1 && uniform && isPairSeparator(text[at]))) {
      at++;
      continue;
    }
    if (text[at] === CHAR.star && memory.length > 0 && isSpace(text[at - 1]) && isSpace(text[at + 1])) {
      starred = true;
      at++;
      continue;
    }
    const from = digitsStart(text, at);
    const to = digitsEnd(text, from, Math.min(text.length, from + 2 * MAX_PAGE_BYTES + 2));
    const size = (to - from) / 2;
    if (size === 0 || !Number.isInteger(size)) return undefined;
    unit ||= size;
    longest = Math.max(longest, size);
    if (size !== unit) uniform = false;
    if (!isPrefixed(text, at)) numbers = false;
    const group: number[] = [];
    if (size > LONGEST_WORD) {
      pushDigitsTo(text, from, to, memory);
    } else {
      pushDigits(text, from, to, group);
      for (const b of group) memory.push(b);
      for (const b of reverseWords(group, size)) reversed.push(b);
    }
    if (memory.overflowed) break;
    at = to;
  }
  return { memory, reversed, unit, uniform, numbers, longest, starred };
}

/** The bytes of a long run of digits, straight into the buffer. */
function pushDigitsTo(text: Uint8Array, from: number, to: number, out: Bytes): void {
  const part: number[] = [];
  for (let at = from; at < to && !out.overflowed; at += 512) {
    part.length = 0;
    pushDigits(text, at, Math.min(to, at + 512), part);
    for (const b of part) out.push(b);
  }
}

/** Plain digits; undefined for text with anything else. */
export function findPlainHexPages(text: Uint8Array): PagesFound | NotPages | undefined {
  const read = readDigits(text);
  if (!read || read.memory.length === 0) return undefined;
  const { memory, reversed, unit, uniform, numbers, longest, starred } = read;
  if (memory.overflowed)
    return refused(`The hex dump holds more than ${MAX_PAGE_BYTES >> 20} MiB, which no guest's pages have.`);
  if (starred)
    return refused(
      'The hex dump leaves out repeated lines ("*") and has no addresses that tell how many. Print all of them: od -v, hexdump -v.',
    );
  const bytes = memory.take();
  if (!uniform && longest <= LONGEST_WORD)
    return refused(
      `The hex dump has groups of different sizes, the first of ${countOf(unit, 'byte')}. Print it again with one size.`,
    );
  if (!uniform || !WORDS.includes(unit)) return pagesFromText(bytes, 'hex-dump');
  const chosen = chooseOrder({
    memory: bytes,
    littleEndian: reversed.take(),
    unit,
    ...(numbers && { form: { order: 'little-endian', programs: 'programs that write numbers' } }),
  });
  if ('problem' in chosen) return refused(`The hex dump cannot be read. ${chosen.problem}`);
  return pagesFromText(chosen.bytes, 'hex-dump', chosen.note);
}
