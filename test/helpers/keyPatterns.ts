// The forms in which a key or a secret could be in memory: as bytes, as text, and as what HMAC-SHA256 (RFC 2104) and AES-128
// (FIPS 197) make of a key, which is as good as the key. Each is searched for by both its ends, because freed memory loses some bytes.

import { _SHA256 } from '@noble/hashes/sha2.js';
import type { Patterns } from './heldProcess';

const BLOCK = 64;
const WORD = 4;
/** Bytes that no other data has by chance. */
const BYTES = 8;
const CHARACTERS = 12;

const ends = (bytes: Buffer, size: number): Buffer[] => [bytes.subarray(0, size), bytes.subarray(-size)];
const swapped = (bytes: Buffer): Buffer => Buffer.from(bytes).swap32();

/** Two neighbours as V8 keeps 32-bit integers of an object: in the upper half of a word, after four zeros. */
const asIntegers = (words: Buffer): Buffer =>
  Buffer.concat([
    swapped(words.subarray(0, WORD)),
    Buffer.alloc(WORD),
    swapped(words.subarray(WORD, 2 * WORD)),
  ]);

class Compression extends _SHA256 {
  stateAfter(block: Uint8Array): Buffer {
    this.process(new DataView(block.buffer, block.byteOffset), 0);
    const state = Buffer.alloc(32);
    this.get().forEach((word, i) => state.writeInt32BE(word, WORD * i));
    return state;
  }
}

const padded = (key: Buffer, pad: number): Buffer =>
  Buffer.from(Uint8Array.from({ length: BLOCK }, (_, i) => (key[i] ?? 0) ^ pad));

const rotated = (byte: number, by: number): number => ((byte << by) | (byte >> (8 - by))) & 0xff;

/** The substitution of AES: the inverse in GF(2^8), then an affine map. */
function substitute(byte: number): number {
  const times = (a: number, b: number): number => {
    let product = 0;
    for (let i = 0, x = a; i < 8; i++, x = (x << 1) ^ (x & 0x80 ? 0x11b : 0)) if ((b >> i) & 1) product ^= x;
    return product;
  };
  let inverse = 0;
  if (byte !== 0) while (times(byte, inverse) !== 1) inverse++;
  return [0, 1, 2, 3, 4].reduce((sum, by) => sum ^ rotated(inverse, by), 0x63);
}

/** The round keys of AES-128 after the key itself, 16 bytes each. */
export function roundKeys(key: Buffer): Buffer[] {
  const keys: Buffer[] = [];
  let last = key;
  for (let round = 0, constant = 1; round < 10; round++) {
    const next = Buffer.from(last);
    for (let i = 0; i < WORD; i++) next[i]! ^= substitute(last[12 + ((i + 1) % WORD)]!);
    next[0]! ^= constant;
    constant = (constant << 1) ^ (constant & 0x80 ? 0x11b : 0);
    for (let i = WORD; i < 16; i++) next[i]! ^= next[i - WORD]!;
    keys.push(next);
    last = next;
  }
  return keys;
}

/** A text as V8 keeps strings: one byte or two for each character. */
const textOf = (name: string, text: string): [string, Buffer][] =>
  [text.slice(0, CHARACTERS), text.slice(-CHARACTERS)].flatMap((part): [string, Buffer][] => [
    [name, Buffer.from(part, 'latin1')],
    [`${name}, two bytes a character`, Buffer.from(part, 'utf16le')],
  ]);

/** Bytes, and what stands for them as text. */
export function textPatterns(name: string, bytes: Buffer): [string, Buffer][] {
  const hex = bytes.toString('hex');
  return [
    ...ends(bytes, BYTES).map((part): [string, Buffer] => [name, part]),
    ...textOf(`${name} in hexadecimal`, hex),
    ...textOf(`${name} in hexadecimal`, hex.toUpperCase()),
    ...textOf(`${name} in base64`, bytes.toString('base64').replace(/=+$/, '')),
    ...textOf(`${name} in base64url`, bytes.toString('base64url')),
  ];
}

/** What is searched for of a key. */
export function keyPatterns(name: string, key: Buffer): [string, Buffer][] {
  const found = textPatterns(name, key);
  for (const [pad, what] of [
    [0x36, 'inner'],
    [0x5c, 'outer'],
  ] as const) {
    const block = padded(key, pad);
    const state = new Compression().stateAfter(block);
    for (const form of [block.subarray(0, 16), swapped(block.subarray(0, 16))])
      found.push(...ends(form, BYTES).map((part): [string, Buffer] => [`${what} pad of ${name}`, part]));
    for (const form of [state, swapped(state)])
      found.push(...ends(form, BYTES).map((part): [string, Buffer] => [`${what} state of ${name}`, part]));
    found.push([`${what} state of ${name} as integers`, asIntegers(state)]);
  }
  const keys = roundKeys(key);
  for (const round of [keys[0]!, keys[9]!])
    for (const form of [round, swapped(round)])
      found.push(...ends(form, BYTES).map((part): [string, Buffer] => [`round key of ${name}`, part]));
  return found;
}

/** All of them, each under a name with a number of its own. */
export const patternsOf = (found: readonly (readonly [string, Buffer])[]): Patterns =>
  new Map(found.map(([name, bytes], i) => [`${name} #${i}`, bytes]));
