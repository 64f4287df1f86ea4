// The decompressors of firmware volumes in Node, one a method.

import { brotliDecompressSync } from 'node:zlib';
import { PRICE, UNLIMITED, type Charge } from '../core/ovmf/volumes/budget';
import type { CompressionMethod } from '../core/ovmf/volumes/compressions';
import { decodeLzma } from '../core/ovmf/volumes/lzma';
import { decodeTiano } from '../core/ovmf/volumes/tiano';
import type { Decompress } from '../core/ovmf/volumes/tree';
import { undoX86Filter } from '../core/ovmf/volumes/x86Filter';

/** Two 64-bit sizes: of what comes out, and of the scratch memory of edk2's decoder. */
const BROTLI_HEADER = 16;
/**
 * Steps for setting up Brotli's decoder, for a byte that it takes in, and for one that it gives. It is not ours and cannot be stopped,
 * so that the worst is paid: 82 bytes can be a block whose tables take 80 microseconds.
 */
const BROTLI_STEPS = { setUp: 10 * PRICE.decoder, in: 150, out: 2 } as const;
/** The least chunk that Node's decoder takes. */
const LEAST_CHUNK = 64;

type Decoder = (bytes: Uint8Array, output: Uint8Array, budget: Charge) => boolean;

/** Each takes data with their header, and says whether they fill the output. */
const METHODS: Readonly<Record<CompressionMethod, Decoder>> = {
  lzma: decodeLzma,
  'lzma-f86': (bytes, output, budget) => {
    if (!decodeLzma(bytes, output, budget)) return false;
    budget.charge(output.length);
    undoX86Filter(output);
    return true;
  },
  uefi: (bytes, output, budget) => decodeTiano(bytes, output, 4, budget),
  tiano: (bytes, output, budget) => decodeTiano(bytes, output, 5, budget),
  brotli: (bytes, output, budget) => {
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
  },
};

/**
 * Decompresses into memory that the caller provides.
 * @param output takes what comes out: as many bytes as the header of the data states
 * @returns whether the data are a valid stream of that size. May throw instead
 * @throws Spent when the budget does not reach
 */
export const decompressInto = (
  method: CompressionMethod,
  bytes: Uint8Array,
  output: Uint8Array,
  budget: Charge,
): boolean => METHODS[method](bytes, output, budget);

/** The decompressor that parseVolumes takes. Takes 20 ms per MiB of output: call it off the thread that must stay responsive. */
export const decompressSection: Decompress = (method, bytes, size, budget) => {
  const output = new Uint8Array(size);
  return decompressInto(method, bytes, output, budget ?? UNLIMITED) ? output : undefined;
};
