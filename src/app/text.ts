// Text files, which are UTF-8.

const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** Decodes a text file. Keeps a byte order mark; bytes that are not UTF-8 become U+FFFD. */
export const textOf = (bytes: Uint8Array): string => DECODER.decode(bytes);
