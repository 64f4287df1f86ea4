// What the cases of broken OVMF images are made of. Places are distances from the end of the file, as the layout is.

import type { BuildOvmfOptions } from '../../../../src/core/ovmf/build';
import type { OvmfRule } from '../../../../src/core/ovmf/rules';

/** One broken image and the finding that it must give. */
export interface Case {
  readonly name: string;
  readonly rule: OvmfRule;
  /** Where the finding is, in bytes before the end of the file, and its size. */
  readonly back: number;
  readonly size: number;
  readonly build?: BuildOvmfOptions;
  readonly breakIt?: (image: Uint8Array) => Uint8Array | undefined;
  readonly fileSize?: number;
  /** Other rules that the same break must give, and no others. */
  readonly also?: readonly OvmfRule[];
  /** The break destroys more than one thing; only the named finding is looked for. */
  readonly amongOthers?: boolean;
}

/** Bytes of the images of the cases. */
export const SIZE = 0x10000;
const FOOTER = 50;
/** Distance of the reset block of a default image from its end; the block has 22 bytes. */
export const RESET = FOOTER + 22;
/** The same of the secret block, 26 bytes. */
export const SECRET = RESET + 26;
/** The same of the hash table block, 26 bytes. */
export const HASH = SECRET + 26;
/** The same of the SEV metadata offset, 22 bytes, with which the table starts. */
export const OFFSET = HASH + 22;
/** Asks for all three lists. */
export const ALL: BuildOvmfOptions = { tdxSections: true, igvmSections: true };
/** Distance of the SEV metadata of a default image from its end. */
export const ASEV = 0x104;
/** Distance of the TDX metadata of an image with all lists. */
export const TDVF_ALL = 0x1b0;

/** The offset in a file of what lies `back` bytes before its end. */
export const at = (image: Uint8Array, back: number) => image.length - back;
/** A break that overwrites bytes, `back` bytes before the end. */
export const poke =
  (back: number, ...bytes: number[]) =>
  (image: Uint8Array) => {
    image.set(bytes, at(image, back));
    return undefined;
  };
/** A 32-bit value as bytes in file order. */
export const u32 = (value: number) => [
  value & 0xff,
  (value >>> 8) & 0xff,
  (value >>> 16) & 0xff,
  value >>> 24,
];
/** Distance of a section of the SEV metadata of a default image from its end. */
export const sevSection = (index: number) => ASEV - 16 - 12 * index;
/** The bytes of a section of SEV metadata. */
export const section = (gpa: number, size: number, type = 1) => [...u32(gpa), ...u32(size), ...u32(type)];
const unknownGuid = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
/** Asks for one more entry with so many bytes of data. */
export const extra = (bytes: number, guid = unknownGuid) => ({
  extraEntries: [{ guid, data: new Uint8Array(bytes) }],
});
