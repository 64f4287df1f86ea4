// Text files, which are UTF-8.

const LENIENT = { ignoreBOM: true };
const STRICT = { ...LENIENT, fatal: true };
const DECODER = new TextDecoder('utf-8', LENIENT);

/** Decodes a text file. Keeps a byte order mark; bytes that are not UTF-8 become U+FFFD. */
export const textOf = (bytes: Uint8Array): string => DECODER.decode(bytes);

/** The first byte of a file that is not UTF-8. */
export interface BadByte {
  readonly value: number;
  /** In the file. */
  readonly byte: number;
  /** In the text, in UTF-16 units. */
  readonly offset: number;
}

/** The text before the first byte that is not UTF-8, in so many bytes; undefined when they have one. */
function cleanText(bytes: Uint8Array, isWhole: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', STRICT).decode(bytes, { stream: !isWhole });
  } catch {
    return undefined;
  }
}

/** Where a file is first not UTF-8; undefined when all of it is. A character that is broken off counts from its first byte. */
export function badByteIn(bytes: Uint8Array): BadByte | undefined {
  if (cleanText(bytes, true) !== undefined) return undefined;
  // A decoder does not say where it stopped: the longest beginning that it takes does.
  let [taken, refused] = [0, bytes.length + 1];
  while (refused - taken > 1) {
    const middle = (taken + refused) >> 1;
    if (cleanText(bytes.subarray(0, middle), false) === undefined) refused = middle;
    else taken = middle;
  }
  const before = cleanText(bytes.subarray(0, taken), false)!;
  const byte = new TextEncoder().encode(before).length;
  return { value: bytes[byte]!, byte, offset: before.length };
}
