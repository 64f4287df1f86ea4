// The decompressors of firmware volumes in Node, one a method.

import { brotliDecompressSync } from 'node:zlib';
import type { CompressionMethod } from '../core/ovmf/volumes/compressions';
import type { Decompress } from '../core/ovmf/volumes/tree';
import { decodeTiano } from '../core/ovmf/volumes/tiano';
import { undoX86Filter } from '../core/ovmf/volumes/x86Filter';
import { decompressLzma } from './lzma';

/** Two 64-bit sizes: of what comes out, and of the scratch memory of edk2's decoder. */
const BROTLI_HEADER = 16;

/** Each takes data with their header and the size that it states. */
const METHODS: Readonly<
  Record<CompressionMethod, (bytes: Uint8Array, size: number) => Uint8Array | undefined>
> = {
  lzma: decompressLzma,
  'lzma-f86': (bytes, size) => {
    const output = decompressLzma(bytes, size);
    return output && undoX86Filter(output);
  },
  uefi: (bytes, size) => decodeTiano(bytes, size, 4),
  tiano: (bytes, size) => decodeTiano(bytes, size, 5),
  brotli: (bytes, size) => {
    // Throws as soon as more would come out.
    const output = brotliDecompressSync(bytes.subarray(BROTLI_HEADER), {
      maxOutputLength: Math.max(size, 1),
    });
    return output.length === size ? new Uint8Array(output.buffer, output.byteOffset, size) : undefined;
  },
};

/** The decompressor that parseVolumes takes. Takes 30 ms per MiB of output: call it off the thread that must stay responsive. */
export const decompressSection: Decompress = (method, bytes, size) => METHODS[method](bytes, size);
