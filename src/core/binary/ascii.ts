// Text scanning on raw bytes, for files that may be megabytes of anything: lines, hexadecimal digits and
// white space are recognised byte by byte, and only the parts that matter become strings.

/** ASCII codes of the characters that readers look for. */
export const CHAR = { tab: 9, newline: 10, return: 13, space: 32, star: 42, colon: 58, bar: 124 } as const;

/** The value of a hexadecimal digit, indexed by its byte; 255 for any other byte. */
export const HEX_DIGIT: Uint8Array = Uint8Array.from({ length: 256 }, (_, c) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(c).toLowerCase());
  return value < 0 ? 255 : value;
});

/** Whether a byte is white space, line ends included. */
export function isSpace(c: number | undefined): boolean {
  return c === CHAR.space || c === CHAR.newline || c === CHAR.return || c === CHAR.tab;
}

/** The first byte at or after `at` that is not white space. */
export function skipSpace(bytes: Uint8Array, at: number, end = bytes.length): number {
  while (at < end && isSpace(bytes[at])) at++;
  return at;
}

/** Where the line that holds `at` ends: at its newline, or at `end`. */
export function lineEnd(bytes: Uint8Array, at: number, end = bytes.length): number {
  while (at < end && bytes[at] !== CHAR.newline) at++;
  return at;
}

/** The end of a line without trailing white space, such as the CR of CRLF. */
export function trimEnd(bytes: Uint8Array, from: number, to: number): number {
  while (to > from && isSpace(bytes[to - 1])) to--;
  return to;
}

/** Bytes as the characters with the same codes: exact for ASCII, which is all that readers compare. */
export function latin1(bytes: Uint8Array, from = 0, to = bytes.length): string {
  let text = '';
  for (let at = from; at < to; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, Math.min(to, at + 8192)));
  }
  return text;
}

/** In each byte of a word. */
const ONES = 0x01010101;
const HIGH_BITS = 0x80 * ONES;
/** After so many words it is seen whether there is more to look for. */
const BLOCK_WORDS = 2 ** 14;

/**
 * Which of three bytes occur, in their order; when the first does, the others may be missed. A word at a time: a zero
 * byte borrows from its high bit, so that `(x - ones) & ~x` has one there, and only then (Hacker's Delight, 6-1).
 */
export function whichOccur(bytes: Uint8Array, codes: readonly [number, number, number]): boolean[] {
  const [a, b, c] = codes.map((code) => code * ONES) as [number, number, number];
  const before = (4 - (bytes.byteOffset % 4)) % 4;
  const count = Math.max(0, (bytes.length - before) >> 2);
  // Fewer bytes than lie before a word have none, and a view cannot begin behind them.
  const words =
    count === 0 ? new Uint32Array(0) : new Uint32Array(bytes.buffer, bytes.byteOffset + before, count);
  const start = Math.min(bytes.length, before);
  let [inA, inB, inC] = [0, 0, 0];
  for (let at = 0; at < words.length && (inA & HIGH_BITS) === 0; at += BLOCK_WORDS) {
    const end = Math.min(words.length, at + BLOCK_WORDS);
    for (let i = at; i < end; i++) {
      const word = words[i]!;
      const [p, q, r] = [word ^ a, word ^ b, word ^ c];
      inA |= (p - ONES) & ~p;
      inB |= (q - ONES) & ~q;
      inC |= (r - ONES) & ~r;
    }
  }
  const edges = [...bytes.subarray(0, start), ...bytes.subarray(start + 4 * words.length)];
  return [inA, inB, inC].map((bits, i) => (bits & HIGH_BITS) !== 0 || edges.includes(codes[i]!));
}

/** Who pays for a search: takes steps before they are done, and may throw to end it. */
export interface Pays {
  charge(steps: number): void;
}

/** Places that are looked at for one payment. */
const PAID = 2 ** 12;

/**
 * A search for one text of one-byte characters (Horspool's algorithm), which skips most bytes. It is linear in the bytes for any
 * text whose last character is in it once.
 */
export function finder(text: string): (bytes: Uint8Array, from?: number, payer?: Pays) => number {
  const last = text.length - 1;
  const lastCode = text.charCodeAt(last);
  const shift = new Uint8Array(256).fill(text.length);
  for (let i = 0; i < last; i++) shift[text.charCodeAt(i)] = last - i;
  const isAt = (bytes: Uint8Array, at: number) => {
    let i = last;
    while (i >= 0 && bytes[at + i] === text.charCodeAt(i)) i--;
    return i < 0;
  };
  return (bytes, from = 0, payer) => {
    const end = bytes.length - last;
    // Below zero it never gets there.
    let paid = payer ? 0 : -1;
    for (let at = from; at < end;) {
      if (paid-- === 0) payer?.charge((paid = Math.min(PAID, end - at)));
      const code = bytes[at + last]!;
      if (code === lastCode && isAt(bytes, at)) return at;
      at += shift[code]!;
    }
    return -1;
  };
}

/** A growing buffer of bytes with a limit. */
export class Bytes {
  length = 0;
  private buffer = new Uint8Array(8192);

  constructor(private readonly limit: number) {}

  /** Whether the limit was exceeded; bytes beyond it are dropped. */
  get overflowed(): boolean {
    return this.length > this.limit;
  }

  push(byte: number): void {
    if (this.length < this.limit) {
      if (this.length === this.buffer.length) this.grow();
      this.buffer[this.length] = byte;
    }
    this.length++;
  }

  /** The byte at a place; undefined beyond the end. */
  at(index: number): number | undefined {
    return index < Math.min(this.length, this.limit) ? this.buffer[index] : undefined;
  }

  /** Appends `count` bytes by repeating the last `size` bytes. */
  repeat(size: number, count: number): void {
    const from = this.length - size;
    for (let i = 0; i < count && !this.overflowed; i++) this.push(this.buffer[from + i]!);
  }

  /** Drops all but the first `length`. */
  cut(length: number): void {
    this.length = Math.min(this.length, length);
  }

  take(): Uint8Array {
    return this.buffer.slice(0, Math.min(this.length, this.limit));
  }

  private grow(): void {
    const larger = new Uint8Array(Math.min(this.limit, 2 * this.buffer.length));
    larger.set(this.buffer);
    this.buffer = larger;
  }
}
