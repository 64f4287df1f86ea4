// The decompressors of firmware volumes, one a method. Brotli's is handed in: it is the platform's, if that has one.

import { UNLIMITED, type Charge } from './budget';
import type { CompressionMethod } from './compressions';
import { decodeLzma } from './lzma';
import { decodeTiano } from './tiano';
import type { Decompress } from './tree';
import { undoX86Filter } from './x86Filter';

/** Takes data with their header, and says whether they fill the output. May throw instead. @throws Spent when the budget does not reach */
export type Decoder = (bytes: Uint8Array, output: Uint8Array, budget: Charge) => boolean;

/**
 * Decompresses into memory that the caller provides.
 * @param output takes what comes out: as many bytes as the header of the data states
 * @returns whether the data are a valid stream of that size, if there is a decoder of the method. May throw instead
 * @throws Spent when the budget does not reach
 */
export type DecompressInto = (
  method: CompressionMethod,
  bytes: Uint8Array,
  output: Uint8Array,
  budget: Charge,
) => boolean | 'unsupported';

/** All methods. @param brotli takes data behind 16 bytes of header */
export function decodersWith(brotli: Decoder | undefined): DecompressInto {
  const methods: Readonly<Record<CompressionMethod, Decoder | undefined>> = {
    lzma: decodeLzma,
    'lzma-f86': (bytes, output, budget) => {
      if (!decodeLzma(bytes, output, budget)) return false;
      budget.charge(output.length);
      undoX86Filter(output);
      return true;
    },
    uefi: (bytes, output, budget) => decodeTiano(bytes, output, 4, budget),
    tiano: (bytes, output, budget) => decodeTiano(bytes, output, 5, budget),
    brotli,
  };
  return (method, bytes, output, budget) => methods[method]?.(bytes, output, budget) ?? 'unsupported';
}

/** The decompressor that parseVolumes takes. Takes 20 ms per MiB of output: call it off the thread that must stay responsive. */
export const sectionsBy =
  (decompress: DecompressInto): Decompress =>
  (method, bytes, size, budget) => {
    const output = new Uint8Array(size);
    const done = decompress(method, bytes, output, budget ?? UNLIMITED);
    return done === 'unsupported' ? done : done ? output : undefined;
  };
