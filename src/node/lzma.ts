// LZMA-alone streams (LZMA SDK, lzma-specification.txt) as firmware volumes hold them: 5 bytes of properties, the 64-bit size,
// then the data. What a stream claims is looked at before anything is allocated for it.

import { decompress } from 'lzma1';
import type { Decompress } from '../core/ovmf/volumes/tree';

const HEADER = 13;
/** The least dictionary that every decoder has. */
const LEAST_DICTIONARY = 4096;

/**
 * Decompresses a stream of at most `limit` bytes. Undefined when it is none, claims more, states no size, or does not make what it claims.
 * A stream that lost its last bytes is decompressed all the same when those before them tell everything: an encoder flushes more than a
 * decoder needs, and the library feeds bytes of ones where input ends without a word. When it needed what is missing, the output is seldom
 * of the claimed length, but it can be: LZMA-alone has no checksum, so that only what is inside tells.
 * Takes 30 ms per MiB of output: call it off the thread that must answer.
 */
export function decompressLzma(bytes: Uint8Array, limit: number): Uint8Array | undefined {
  if (bytes.length <= HEADER || bytes[0]! >= 9 * 5 * 5) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = view.getBigUint64(5, true);
  if (size === 0n || size > BigInt(limit)) return undefined;
  // No match reaches further back than the output is long, so a larger dictionary would only take memory.
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

/** The decompressor that parseVolumes takes. */
export const decompressSection: Decompress = (method, bytes, limit) =>
  // Every method has its line here; there is one so far.
  ({ lzma: decompressLzma })[method](bytes, limit);
