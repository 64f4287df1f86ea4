// The decompressors of firmware volumes in Node: core's, and Node's own for Brotli.

import { brotliDecompressSync } from 'node:zlib';
import { PRICE } from '../core/ovmf/volumes/budget';
import { decodersWith, sectionsBy, type Decoder } from '../core/ovmf/volumes/decoders';

/** Two 64-bit sizes: of what comes out, and of the scratch memory of edk2's decoder. */
const BROTLI_HEADER = 16;
/**
 * Steps for setting up Brotli's decoder, for a byte that it takes in, and for one that it gives. It is not ours and cannot be stopped,
 * so that the worst is paid: 82 bytes can be a block whose tables take 80 microseconds.
 */
const BROTLI_STEPS = { setUp: 10 * PRICE.decoder, in: 150, out: 2 } as const;
/** The least chunk that Node's decoder takes. */
const LEAST_CHUNK = 64;

const brotli: Decoder = (bytes, output, budget) => {
  const { length: size } = output;
  budget.charge(BROTLI_STEPS.setUp + BROTLI_STEPS.in * bytes.length + BROTLI_STEPS.out * size);
  // Throws as soon as more would come out. In one chunk, for chunks would be there twice when they are joined.
  const all = brotliDecompressSync(bytes.subarray(BROTLI_HEADER), {
    maxOutputLength: Math.max(size, 1),
    chunkSize: Math.max(size + 1, LEAST_CHUNK),
  });
  if (all.length !== size) return false;
  output.set(all);
  return true;
};

/** Decompresses into memory that the caller provides. */
export const decompressInto = decodersWith(brotli);

/** The decompressor that parseVolumes takes: for tests, and for who may wait. */
export const decompressSection = sectionsBy(decompressInto);
