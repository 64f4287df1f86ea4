// Whether an image starts with a variable store, as combined images and VARS files do: UEFI Platform Initialization
// specification, volume 3, section 3.2 (firmware volume header).

import { guidText } from '../binary/guid';
import { decode } from '../binary/struct';
import { NVRAM } from '../ovmf/volumes/guids';
import { VOLUME_HEADER } from '../ovmf/volumes/layouts';

/** The size of the variable store at the start of an image; undefined when it starts with something else. */
export function variableStoreSize(image: Uint8Array): number | undefined {
  if (image.length < VOLUME_HEADER.size) return undefined;
  const { file_system_guid: guid, fv_length: length } = decode(VOLUME_HEADER, image);
  if (guidText(guid, 0) !== NVRAM) return undefined;
  return length > 0n && length <= BigInt(image.length) ? Number(length) : undefined;
}
