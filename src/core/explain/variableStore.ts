// Whether an image starts with a variable store, as combined images and VARS files do: UEFI Platform Initialization
// specification, volume 3, section 3.2 (firmware volume header).

import { guidBytes } from '../binary/guid';
import { NVRAM } from '../ovmf/volumes/guids';

const NV_DATA = guidBytes(NVRAM);
const GUID_AT = 16;
const LENGTH_AT = 32;
const HEADER = 56;

/** The size of the variable store at the start of an image; undefined when it starts with something else. */
export function variableStoreSize(image: Uint8Array): number | undefined {
  if (image.length < HEADER || NV_DATA.some((byte, i) => image[GUID_AT + i] !== byte)) return undefined;
  const { buffer, byteOffset } = image;
  const length = new DataView(buffer, byteOffset, HEADER).getBigUint64(LENGTH_AT, true);
  return length > 0n && length <= BigInt(image.length) ? Number(length) : undefined;
}
