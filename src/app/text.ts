// Files of text, which are UTF-8.

const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text of a file. A byte order mark stays in it; bytes that are not UTF-8 become U+FFFD. */
export const textOf = (bytes: Uint8Array): string => DECODER.decode(bytes);
