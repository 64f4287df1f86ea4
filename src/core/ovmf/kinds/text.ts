// Texts that are taken for firmware: an image written out as text, and texts of any other kind. Only the two ends of
// a file are looked at.

import { HEX_DIGIT, isSpace, latin1, lineEnd, skipSpace, trimEnd } from '../../binary/ascii';
import { BASE64_DIGIT } from '../../binary/hex';
import { OWN_IMAGE, holds, type FileEnds, type FileKind, type KindRole } from './fileKind';

/** A kind of text, by its first line or by all that is at hand of it. */
interface TextRow {
  readonly id: string;
  readonly role: KindRole;
  readonly words: string;
  readonly next: string;
  readonly line?: RegExp;
  readonly is?: (ends: readonly Uint8Array[]) => boolean;
}

/** No line that identifies a text is longer. */
const MOST_LINE = 256;
/** Less text is no image in any form. */
const LEAST_DIGITS = 32;

/** An image as text that a command turns back into bytes. */
const encoded = (id: string, words: string, how: string, rest: Pick<TextRow, 'line' | 'is'>): TextRow => ({
  id,
  role: 'container',
  words,
  next: `Decode it: "${how}".`,
  ...rest,
});

const plain = (id: string, words: string, next = OWN_IMAGE, line?: RegExp): TextRow => ({
  id,
  role: 'other',
  words,
  next,
  ...(line && { line }),
});

const ROWS: readonly TextRow[] = [
  plain(
    'lfs',
    'a Git LFS pointer',
    'Fetch the image that it stands for: git lfs pull.',
    /^version https:\/\/git-lfs/,
  ),
  plain('pem', 'a PEM file, such as a certificate or a private key', OWN_IMAGE, /^-----BEGIN /),
  plain(
    'html',
    'a web page, perhaps of a failed download',
    'Download the image again.',
    /^<(!doctype html|html)/i,
  ),
  encoded('ihex', 'Intel HEX text', 'objcopy -I ihex -O binary FILE OVMF.fd', { line: /^:[0-9a-f]{10,}$/i }),
  encoded('srec', 'Motorola S-record text', 'objcopy -I srec -O binary FILE OVMF.fd', {
    line: /^S0[0-9a-f]{6,}$/i,
  }),
  encoded('uuencode', 'uuencoded text', 'uudecode -o OVMF.fd FILE', { line: /^begin(-base64)? [0-7]{3,4} / }),
  encoded('xxd', 'a hex dump of xxd', 'xxd -r FILE > OVMF.fd', { line: /^[0-9a-f]{6,16}: [0-9a-f]{2,}/i }),
  {
    id: 'hex-dump',
    role: 'container',
    words: 'a hex dump',
    next: 'Give the image itself, or a dump of "xxd", which "xxd -r" turns back into bytes.',
    line: /^0{6,16} +[0-9a-f]{2,}/i,
  },
  encoded('hex', 'plain hexadecimal text', 'xxd -r -p FILE > OVMF.fd', {
    is: (ends) => ends.every((bytes) => isMadeOf(bytes, HEX_DIGIT)),
  }),
  encoded('base64', 'base64 text', 'base64 -d FILE > OVMF.fd', {
    is: (ends) => ends.every((bytes) => isMadeOf(bytes, BASE64_OR_PADDING)),
  }),
  { ...plain('json', 'a JSON text'), is: ([head]) => head![skipSpace(head!, 0)] === '{'.charCodeAt(0) },
  plain('text', 'a text file'),
];

const BASE64_OR_PADDING = BASE64_DIGIT.map((value, c) => (c === '='.charCodeAt(0) ? 0 : value));

/** Whether there are only white space and digits: lines of words have spaces, lines of digits rarely do. */
function isMadeOf(bytes: Uint8Array, digits: Uint8Array): boolean {
  let count = 0;
  let spaces = 0;
  for (const c of bytes) {
    if (digits[c]! < 64) count++;
    else if (!isSpace(c)) return false;
    else if (c === ' '.charCodeAt(0)) spaces++;
  }
  return count >= LEAST_DIGITS && (digits === HEX_DIGIT || spaces === 0);
}

const CONTROLS: readonly number[] = [9, 10, 11, 12, 13, 27];

/** Whether bytes can be a part of a UTF-8 text: no control characters, and each long character in one piece. */
function isText(bytes: Uint8Array): boolean {
  const isTail = (c: number | undefined) => c === undefined || (c >= 0x80 && c < 0xc0);
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i]!;
    if (c < 0x20 ? !CONTROLS.includes(c) : c === 0x7f) return false;
    if (c >= 0xc0 && (c > 0xf4 || !isTail(bytes[i + 1]))) return false;
    // The first bytes may be the rest of a character that was cut.
    if (c >= 0x80 && c < 0xc0 && i > 2 && bytes[i - 1]! < 0x80) return false;
  }
  return true;
}

const isUtf16 = ({ head }: FileEnds) =>
  (holds(head, 0, '\xff\xfe') && head[3] === 0) || (holds(head, 0, '\xfe\xff') && head[2] === 0);

/** Whether a kind is a text, which may hold pages in one of their own forms. */
export const isTextKind = ({ id }: FileKind): boolean => ROWS.some((row) => row.id === id);

/** The kind of a text; undefined for an empty file, and for one that is no text. */
export function textKind(file: FileEnds): FileKind | undefined {
  if (file.fileSize === 0) return undefined;
  if (isUtf16(file)) return plain('text', 'a text file in UTF-16');
  if (!isText(file.head) || !isText(file.tail)) return undefined;
  const head = file.head.subarray(holds(file.head, 0, '\xef\xbb\xbf') ? 3 : 0);
  const from = skipSpace(head, 0);
  const to = trimEnd(head, from, lineEnd(head, from, Math.min(head.length, from + MOST_LINE)));
  const line = latin1(head, from, to);
  return ROWS.find((row) => (row.line?.test(line) ?? true) && (row.is?.([head, file.tail]) ?? true));
}
