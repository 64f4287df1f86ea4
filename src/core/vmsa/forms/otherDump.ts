// Dumps that are not hexadecimal: recognised, so that people are told how to print them again, and never guessed at.

import { isSpace, latin1, lineEnd, skipSpace } from '../../binary/ascii';
import { broken, type NotPages } from './pageSource';

/** An address, then numbers without letters: octal or decimal, as od, hexdump -b, -d, -o and gdb's x/ub print them. */
const NUMBERS = /^(?:0x[0-9a-f]{1,16}|[0-9a-f]{5,16})(?: <[^<>]{1,80}>)?:?(?:\s{1,16}-?[0-9]{1,22}){2,64}$/;
/** The same with characters: od -c, hexdump -c. */
const CHARACTERS = /^[0-9a-f]{7}(?: {1,3}(?:\\?[!-~]|[0-7]{3}| )){8,16}$/;
/** An address and eight binary digits for each byte: xxd -b. */
const BINARY = /^[0-9a-f]{8}:(?: [01]{8}){1,16} {1,9}.{1,16}$/;
/** Intel HEX and Motorola S-records, as objcopy and programmers of flash write them. */
const RECORD = /^(?::|S[0-9])(?:[0-9a-f]{2}){4,255}$/i;
/** A word with a letter behind the address, which only hexadecimal dumps have. */
const HEXADECIMAL =
  /^\S{1,24}(?: <[^<>]{1,80}>)?:?\s(?:.{0,80}\s)?(?:0x)?(?=[0-9]*[a-f])[0-9a-f]{2,16}(?:\s|$)/;
const LONGEST_LINE = 512;
/** So many lines of the text are looked at, and half of them must be such lines. */
const SAMPLE_LINES = 32;
const LEAST_LINES = 8;

/** Why a dump that is not hexadecimal is not read; undefined for other text. */
export function findOtherDump(text: Uint8Array): NotPages | undefined {
  let [lines, others, records] = [0, 0, 0];
  for (let at = skipSpace(text, 0); at < text.length && lines < SAMPLE_LINES; lines++) {
    const end = lineEnd(text, at, Math.min(text.length, at + LONGEST_LINE));
    const line = latin1(text, at, end).trimEnd();
    if (HEXADECIMAL.test(line)) return undefined;
    if (RECORD.test(line)) records++;
    if ([NUMBERS, CHARACTERS, BINARY].some((pattern) => pattern.test(line))) others++;
    at = end;
    while (at < text.length && isSpace(text[at])) at++;
  }
  if (records >= LEAST_LINES && records === lines)
    return broken(
      'hex-dump',
      'These lines are Intel HEX or Motorola S-records. Convert them to bytes, for example with "objcopy -I ihex -O binary" or "-I srec".',
    );
  if (others < LEAST_LINES || 2 * others < lines) return undefined;
  return broken(
    'hex-dump',
    'These lines are a dump in octal, decimal or binary digits, or of characters. Print the bytes in hexadecimal, for example with "xxd" or "od -A x -t x1".',
  );
}
