// Sections in each compression of firmware volumes, for tests that read them back.

import { brotliCompressSync } from 'node:zlib';
import { compress } from 'lzma1';
import { BROTLI, LZMA, LZMA_F86, TIANO } from '../../src/core/ovmf/volumes/guids';
import { encodeTiano } from './tiano';
import { section } from '../../src/core/ovmf/volumes/build';
import { guided, join } from './volumes';
import { applyX86Filter } from './x86Filter';

const u32 = (n: number) => Uint8Array.of(n & 0xff, (n >> 8) & 0xff, (n >> 16) & 0xff, n >>> 24);

/** A Brotli stream behind edk2's header, which states this size. */
export const brotliData = (content: Uint8Array, size = content.length): Uint8Array =>
  join(u32(size), u32(0), u32(0x10000), u32(0), brotliCompressSync(content));

/** The data of each method, with its header. */
export const COMPRESSED = {
  lzma: compress,
  'lzma-f86': (content: Uint8Array) => compress(applyX86Filter(content)),
  tiano: (content: Uint8Array) => encodeTiano(content, { positionBits: 5 }),
  uefi: (content: Uint8Array) => encodeTiano(content, { positionBits: 4 }),
  brotli: (content: Uint8Array) => brotliData(content),
} as const;

/** The section of each method that holds this content, which is a list of sections. */
export const SECTIONS: Readonly<Record<keyof typeof COMPRESSED, (content: Uint8Array) => Uint8Array>> = {
  lzma: (content) => guided(LZMA, COMPRESSED.lzma(content)),
  'lzma-f86': (content) => guided(LZMA_F86, COMPRESSED['lzma-f86'](content)),
  tiano: (content) => guided(TIANO, COMPRESSED.tiano(content)),
  uefi: (content) => section(0x01, join(u32(content.length), Uint8Array.of(1), COMPRESSED.uefi(content))),
  brotli: (content) => guided(BROTLI, COMPRESSED.brotli(content)),
};
