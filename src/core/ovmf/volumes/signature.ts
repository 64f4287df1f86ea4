// Finds the volumes of a range (UEFI PI, volume 3, "Firmware Volumes"): a volume is wherever the signature is in a plausible
// header.

import { finder } from '../../binary/ascii';
import { guidText } from '../../binary/guid';
import { offsetOf } from '../../binary/struct';
import { BYTES_PER_STEP, PRICE } from './budget';
import { sum16 } from './checksums';
import { FFS1, FFS2, FFS3, NVRAM } from './guids';
import { VOLUME_HEADER } from './layouts';
import type { WalkRange } from './tree';
import type { Walk } from './walk';

const SIGNATURE_AT = offsetOf(VOLUME_HEADER, 'signature');
const LENGTH_AT = offsetOf(VOLUME_HEADER, 'header_length');
const GUID_AT = offsetOf(VOLUME_HEADER, 'file_system_guid');
const findSignature = finder('_FVH');
/** More than any header has: that of OVMF has 72 bytes, of which the block map takes 16. */
const MOST_HEADER = 1024;
const KNOWN: readonly string[] = [FFS1, FFS2, FFS3, NVRAM];
/** The first bytes of the known file systems, which are read for each candidate. */
const FIRST_BYTES = new Set(KNOWN.map((guid) => Number.parseInt(guid.slice(6, 8), 16)));

/** Where the next volume of a range starts, not before `range.at`; undefined without one. @throws Spent */
export function nextVolume(walk: Walk, range: WalkRange): number | undefined {
  const within = range.space.bytes.subarray(0, range.end);
  for (let from = range.at; ;) {
    const hit = findSignature(within, from + SIGNATURE_AT, walk.budget);
    if (hit < 0) return undefined;
    const at = hit - SIGNATURE_AT;
    walk.budget.charge(PRICE.candidate);
    if (isPlausible(walk, { ...range, at })) return at;
    from = at + 1;
  }
}

/** Where the next volume that holds no variables starts; the end of the range without one. @throws Spent */
export function codeAfter(walk: Walk, range: WalkRange): number {
  // Not within the header.
  for (let from = range.at + VOLUME_HEADER.size; ;) {
    const at = nextVolume(walk, { ...range, at: from });
    if (at === undefined) return range.end;
    if (knownAt(range.space.bytes, at) !== NVRAM) return at;
    from = at + 1;
  }
}

/** The file system of a header, if it is a known one. */
function knownAt(bytes: Uint8Array, at: number): string | undefined {
  if (!FIRST_BYTES.has(bytes[at + GUID_AT]!)) return undefined;
  const guid = guidText(bytes, at + GUID_AT);
  return KNOWN.includes(guid) ? guid : undefined;
}

/** Whether the signature belongs to a header: its checksum is right, or it names a known file system. */
function isPlausible(walk: Walk, { space: { bytes }, at, end }: WalkRange): boolean {
  if (end - at < VOLUME_HEADER.size) return false;
  const length = bytes[at + LENGTH_AT]! | (bytes[at + LENGTH_AT + 1]! << 8);
  if (length >= VOLUME_HEADER.size && length <= Math.min(end - at, MOST_HEADER) && length % 2 === 0) {
    walk.budget.charge(length / BYTES_PER_STEP.sum);
    if (sum16(bytes, at, at + length) === 0) return true;
  }
  if (FIRST_BYTES.has(bytes[at + GUID_AT]!)) walk.budget.charge(PRICE.guid);
  return knownAt(bytes, at) !== undefined;
}
