// Firmware volumes that the tests share: valid ones, as OVMF has them.

import { DXEFV, LZMA } from '../../../../../src/core/ovmf/volumes/guids';
import type { Decompress } from '../../../../../src/core/ovmf/volumes/tree';
import { file, section, sections, utf16, volume } from '../../../../../src/core/ovmf/volumes/build';
import { guided, join } from '../../../../helpers/volumes';

/** The GUID of a file or volume. */
export const A = 'aaaaaaaa-0000-4000-8000-000000000001';
/** Another one. */
export const B = 'bbbbbbbb-0000-4000-8000-000000000002';
/** A user interface section, which names a file. */
export const UI = (text: string) => section(0x15, utf16(text));
/** A number as four bytes in file order. */
export const u32 = (n: number) => Uint8Array.of(n & 0xff, (n >> 8) & 0xff, (n >> 16) & 0xff, n >>> 24);
/** Bytes that are no section. */
export const code = Uint8Array.from({ length: 33 }, (_, i) => i * 7 + 1);
/** A driver with a name. */
export const driver = (text: string, guid = A, ...more: readonly Uint8Array[]) =>
  file({ guid, type: 0x07, body: sections(section(0x10, code), UI(text), ...more) });

/** Bytes of the header of an LZMA-alone stream. */
const LZMA_HEADER = 13;
/** A stand-in for LZMA: its header with the size, then the bytes, inverted. */
export const invert = (bytes: Uint8Array) =>
  join(
    new Uint8Array(5),
    u32(bytes.length),
    new Uint8Array(4),
    bytes.map((b) => b ^ 0xff),
  );
/** The decompressor of that. */
export const decompress: Decompress = (method, bytes) =>
  method === 'lzma' ? bytes.subarray(LZMA_HEADER).map((b) => b ^ 0xff) : 'unsupported';

/** A volume in a file in a volume, as OVMF has it. */
export function nested(inner: Uint8Array): Uint8Array {
  const body = guided(LZMA, invert(sections(section(0x19, code), section(0x17, inner))));
  return volume({ size: 0x800, name: B, files: [file({ guid: B, type: 0x0b, body })] });
}

/** A volume with two named drivers. */
export const small = () => volume({ size: 0x400, name: A, files: [driver('One'), driver('Two', B)] });
/** Where the first file of `small` is. */
export const FIRST = 0x60;
/** The content of that file. */
export const BODY = FIRST + 0x18;

const dxe = (...more: readonly Uint8Array[]) =>
  volume({ size: 0x400, name: DXEFV, files: [driver('QemuKernelLoaderFsDxe', A, ...more)] });
/** An image with a compressed DXE volume whose driver looks for the hash of the kernel, or not. */
export const dxeImage = (...more: readonly Uint8Array[]) => nested(dxe(...more));
