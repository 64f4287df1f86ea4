// The compressions of firmware volumes: what sections call them, and the size that each states in its header (UEFI PI,
// volume 3, "Firmware File Sections"; edk2, the decompression libraries of MdePkg and MdeModulePkg).

import { byteCount } from '../../binary/hex';
import { BROTLI, LZMA, LZMA_F86, TIANO } from './guids';
import { wrongProperties } from './lzma';

/**
 * A compression with a decoder: `lzma-f86` is LZMA over code whose branch targets were made absolute, `uefi` and `tiano`
 * are one format with 4 and 5 bits for the number of position codes.
 */
export type CompressionMethod = 'lzma' | 'lzma-f86' | 'tiano' | 'uefi' | 'brotli';

/** A compression, and where its header states how many bytes come out. */
export interface Compression {
  readonly method: CompressionMethod;
  readonly name: string;
  /** The GUID of its sections; none for the standard compression, which has a section type of its own. */
  readonly guid?: string;
  /** Bytes of its header. */
  readonly header: number;
  /** How many times what goes in and comes out is held while it is decompressed. */
  readonly copies?: 2;
  /** Where in the header the size is, and how many bytes it has. */
  readonly size: { readonly at: number; readonly bytes: 4 | 8 };
}

/** The compression of sections of type compression. */
export const STANDARD: Compression = {
  method: 'uefi',
  name: 'UEFI compression',
  header: 8,
  size: { at: 4, bytes: 4 },
};

const COMPRESSIONS: readonly Compression[] = [
  { method: 'lzma', name: 'LZMA', guid: LZMA, header: 13, size: { at: 5, bytes: 8 } },
  { method: 'lzma-f86', name: 'LZMA with x86 filter', guid: LZMA_F86, header: 13, size: { at: 5, bytes: 8 } },
  { method: 'tiano', name: 'Tiano', guid: TIANO, header: 8, size: { at: 4, bytes: 4 } },
  // Followed by the size of the decoder's scratch memory.
  { method: 'brotli', name: 'Brotli', guid: BROTLI, header: 16, copies: 2, size: { at: 0, bytes: 8 } },
  STANDARD,
];

/** The compression of a GUID-defined section, or undefined. */
export const compressionOf = (guid: string): Compression | undefined =>
  COMPRESSIONS.find((one) => one.guid === guid);

/** No more comes out of a byte of firmware, of which free space compresses best; OVMF gets 8. */
const MOST_RATIO = 256;
/** Below this nothing is suspected of what little is nearly all free space. */
const SMALL = 2 ** 20;
/** What an encoder may add to bytes that it cannot compress: an eighth, and its tables. */
const OVERHEAD = { part: 8, bytes: 4096 } as const;

/** Why the header of a stream is none of firmware, as a clause; undefined for a sound one. */
export const wrongHeader = ({ method }: Compression, bytes: Uint8Array): string | undefined =>
  method === 'lzma' || method === 'lzma-f86' ? wrongProperties(bytes) : undefined;

/** Why a stream of firmware does not yield so much, as a clause; undefined when it may. */
export function wrongRatio(bytes: Uint8Array, size: bigint): string | undefined {
  if (size <= SMALL || size <= BigInt(MOST_RATIO * bytes.length)) return undefined;
  const most = `in firmware no more than ${MOST_RATIO} come out of each`;
  return `its header states ${size} bytes for ${byteCount(bytes.length)} of data; ${most}`;
}

/** As much of a stream's data as can matter when it yields `size` bytes. */
export const neededData = (bytes: Uint8Array, size: number): Uint8Array =>
  bytes.subarray(0, size + Math.ceil(size / OVERHEAD.part) + OVERHEAD.bytes);

/** How many bytes a stream says that it holds; undefined when it is no longer than its header, or states none. */
export function statedSize({ header, size }: Compression, bytes: Uint8Array): bigint | undefined {
  if (bytes.length <= header) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const stated = size.bytes === 4 ? BigInt(view.getUint32(size.at, true)) : view.getBigUint64(size.at, true);
  return stated === 0n || stated === NO_SIZE ? undefined : stated;
}

/** What LZMA-alone streams state that end with a marker instead; edk2 takes it for a size. */
const NO_SIZE = (1n << 64n) - 1n;
