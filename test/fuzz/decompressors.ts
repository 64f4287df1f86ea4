// Decompressors for fuzzing: the real ones, which count what comes out, and one for which nothing is compressed, so that
// mutations reach what is inside.

import assert from 'node:assert/strict';
import type { Decompress } from '../../src/core/ovmf/volumes/tree';
import { decompressSection } from '../../src/node/decompress';

/** The total that a walk may decompress. */
const MOST_OUTPUT = 64 * 2 ** 20;
/** Where the data of each method start. */
const HEADERS = { lzma: 13, 'lzma-f86': 13, tiano: 8, uefi: 8, brotli: 16 } as const;

/** The real decompressors for one walk. They fail when it decompresses more than it may. */
export function countedDecompress(): Decompress {
  let left = MOST_OUTPUT;
  return (method, bytes, size, budget) => {
    assert.ok(size <= left, `${size} bytes are decompressed of ${left} that may be`);
    left -= size;
    return decompressSection(method, bytes, size, budget);
  };
}

/** Takes what follows the header of a stream for its content, however long that is. */
export const stored: Decompress = (method, bytes, size) => {
  const content = bytes.slice(HEADERS[method], HEADERS[method] + size);
  return content.length === size ? content : undefined;
};
