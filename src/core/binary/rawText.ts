// Bytes that are nearly always UTF-8, as text and back without loss: what a command line of QEMU or a kernel may have. A byte that is not UTF-8 is a
// low surrogate by itself from U+DC80 on, as Python has it (PEP 383), which no text has otherwise.

import { utf8 } from './hex';

const ESCAPE = 0xdc00;

/** The least code point of a sequence of so many bytes; shorter ones are no UTF-8 (Unicode, table 3-7). */
const LEAST = [0, 0, 0x80, 0x800, 0x10000] as const;

/** How many bytes a character has, by its first one; 0 for a byte that begins none. */
function lengthFrom(first: number): 0 | 1 | 2 | 3 | 4 {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/** The code point at an offset and its length; undefined where none is. */
function characterAt(
  bytes: Uint8Array,
  at: number,
): { readonly code: number; readonly length: number } | undefined {
  const first = bytes[at]!;
  const length = lengthFrom(first);
  if (length === 0) return undefined;
  let code = length === 1 ? first : first & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const next = bytes[at + i];
    if (next === undefined || (next & 0xc0) !== 0x80) return undefined;
    code = (code << 6) | (next & 0x3f);
  }
  const isSurrogate = code >= 0xd800 && code < 0xe000;
  return code < LEAST[length] || code > 0x10ffff || isSurrogate ? undefined : { code, length };
}

/** The text of bytes. A byte order mark is kept. */
export function textWithBytes(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const character = characterAt(bytes, at);
    parts.push(String.fromCodePoint(character?.code ?? ESCAPE + bytes[at]!));
    at += character?.length ?? 1;
  }
  return parts.join('');
}

/** The bytes of such a text: UTF-8, and each byte that was none. */
export function bytesOfText(text: string): Uint8Array {
  if (!/[\udc80-\udcff]/u.test(text)) return utf8(text);
  const out: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= ESCAPE + 0x80 && code <= ESCAPE + 0xff) out.push(code - ESCAPE);
    else out.push(...utf8(character));
  }
  return Uint8Array.from(out);
}
