// UEFI capsules: a header, then the volumes of an update (UEFI specification, "Update Capsule"). Vendors choose the
// GUID, so a capsule is known by its lengths and by the volume after its header.

import { offsetOf } from '../../binary/struct';
import { VOLUME_HEADER } from '../volumes/layouts';
import { holds, u32At } from './fileKind';

const HEADER_SIZE = 16;
const IMAGE_SIZE = 24;
const LEAST_HEADER = 28;
const SIGNATURE_AT = offsetOf(VOLUME_HEADER, 'signature');

/** Whether a file starts with a capsule header that is followed by a firmware volume or, in FMP capsules, by items. */
export function isCapsule(head: Uint8Array, fileSize: number): boolean {
  const headerSize = u32At(head, HEADER_SIZE) ?? 0;
  const imageSize = u32At(head, IMAGE_SIZE) ?? 0;
  if (headerSize < LEAST_HEADER || headerSize >= imageSize || imageSize > fileSize) return false;
  return holds(head, headerSize + SIGNATURE_AT, '_FVH') || isFmp(head);
}

/** EFI_FIRMWARE_MANAGEMENT_CAPSULE_ID_GUID, 6dcbd5ed-e82d-4c44-bda1-7194199ad92a. */
const isFmp = (head: Uint8Array) =>
  holds(head, 0, '\xed\xd5\xcb\x6d\x2d\xe8\x44\x4c\xbd\xa1\x71\x94\x19\x9a\xd9\x2a');
