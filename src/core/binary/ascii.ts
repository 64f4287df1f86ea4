// Text inside bytes, for files that may be megabytes of anything: lines, hexadecimal digits and white space are told
// byte by byte, and only what is looked at becomes a string.

/** Bytes of ASCII characters that readers look for. */
export const CHAR = { tab: 9, newline: 10, return: 13, space: 32, star: 42, colon: 58, bar: 124 } as const;

/** The value of a hexadecimal digit by its byte, 255 for any other byte. */
export const HEX_DIGIT: Uint8Array = Uint8Array.from({ length: 256 }, (_, c) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(c).toLowerCase());
  return value < 0 ? 255 : value;
});

/** Whether a byte is white space of a line or between lines. */
export function isSpace(c: number | undefined): boolean {
  return c === CHAR.space || c === CHAR.newline || c === CHAR.return || c === CHAR.tab;
}

/** The first byte at or after `at` that is no white space. */
export function skipSpace(bytes: Uint8Array, at: number, end = bytes.length): number {
  while (at < end && isSpace(bytes[at])) at++;
  return at;
}

/** Where the line that `at` is in ends: at its newline, or at the end. */
export function lineEnd(bytes: Uint8Array, at: number, end = bytes.length): number {
  while (at < end && bytes[at] !== CHAR.newline) at++;
  return at;
}

/** The end of a line without the white space before it, such as the CR of CRLF. */
export function trimEnd(bytes: Uint8Array, from: number, to: number): number {
  while (to > from && isSpace(bytes[to - 1])) to--;
  return to;
}

/** Bytes as characters of the same numbers: exact for ASCII, which is all that readers compare. */
export function latin1(bytes: Uint8Array, from = 0, to = bytes.length): string {
  let text = '';
  for (let at = from; at < to; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, Math.min(to, at + 8192)));
  }
  return text;
}

/** A search for one text of ASCII (Horspool's): most bytes are never looked at. */
export function finder(text: string): (bytes: Uint8Array, from?: number) => number {
  const last = text.length - 1;
  const shift = new Uint8Array(256).fill(text.length);
  for (let i = 0; i < last; i++) shift[text.charCodeAt(i)] = last - i;
  const isAt = (bytes: Uint8Array, at: number) => {
    let i = last;
    while (i >= 0 && bytes[at + i] === text.charCodeAt(i)) i--;
    return i < 0;
  };
  return (bytes, from = 0) => {
    for (let at = from; at + last < bytes.length; at += shift[bytes[at + last]!]!) {
      if (isAt(bytes, at)) return at;
    }
    return -1;
  };
}

/** Bytes that are collected without knowing how many there will be, up to a limit. */
export class Bytes {
  length = 0;
  private buffer = new Uint8Array(8192);

  constructor(private readonly limit: number) {}

  /** Whether there was more than the limit; what came after it is dropped. */
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

  /** Adds `count` bytes more, the last `size` bytes over and over. */
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
