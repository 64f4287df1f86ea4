// LZMA-alone streams (LZMA SDK, lzma-specification.txt) as firmware volumes contain them: 5 bytes of properties,
// the 64-bit size, then the data. The claims of a stream are checked before anything is allocated for it.

import { decompress } from 'lzma1';

const HEADER = 13;
/**
 * The properties up to 127, of 224: the library takes the others for negative numbers and allocates until memory ends.
 * Firmware has 93.
 */
const MOST_PROPERTIES = 0x80;
/** The smallest dictionary that every decoder has. */
const LEAST_DICTIONARY = 4096;

/**
 * Decompresses a stream to at most `limit` bytes. Undefined when it is not a stream, claims more, states no size, or
 * does not yield the size it claims. A stream that lost its last bytes is still decompressed when the rest suffices:
 * an encoder flushes more than a decoder needs, and the library silently feeds bytes of ones where input ends. If it
 * needed the missing bytes, the output seldom has the claimed length, but it can: LZMA-alone has no checksum, so only
 * the content reveals it. Takes 30 ms per MiB of output: call it off the thread that must stay responsive.
 */
export function decompressLzma(bytes: Uint8Array, limit: number): Uint8Array | undefined {
  if (bytes.length <= HEADER || bytes[0]! >= MOST_PROPERTIES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = view.getBigUint64(5, true);
  if (size === 0n || size > BigInt(limit)) return undefined;
  // No match reaches back further than the output is long, so a larger dictionary would only waste memory.
  const stream = new Uint8Array(bytes);
  const dictionary = Math.min(view.getUint32(1, true), Math.max(Number(size), LEAST_DICTIONARY));
  new DataView(stream.buffer).setUint32(1, Math.max(dictionary, LEAST_DICTIONARY), true);
  try {
    const output = decompress(stream);
    return output.length === Number(size) ? output : undefined;
  } catch {
    return undefined;
  }
}
