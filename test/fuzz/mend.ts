// Mends the checksums of firmware volumes and their files after a mutation, so that most mutants get past them.

import { sum16, sum8 } from '../../src/core/ovmf/volumes/checksums';
import type { Random } from '../helpers/random';

const SIGNATURE = Buffer.from('_FVH');
const [VOLUME_HEADER, FILE_HEADER, LARGE_FILE_HEADER] = [0x38, 0x18, 0x20];
/** What is mended in one input at most. */
const [MOST_VOLUMES, MOST_FILES] = [16, 64];

const u16 = (bytes: Uint8Array, at: number) => bytes[at]! | (bytes[at + 1]! << 8);
const u24 = (bytes: Uint8Array, at: number) => u16(bytes, at) | (bytes[at + 2]! << 16);

/** Makes the words of the header add up to zero. @returns its length, if it has one */
function mendHeader(bytes: Uint8Array, at: number): number | undefined {
  const length = u16(bytes, at + 0x30);
  if (length < VOLUME_HEADER || length % 2 === 1 || length > bytes.length - at) return undefined;
  bytes.fill(0, at + 0x32, at + 0x34);
  const sum = -sum16(bytes, at, at + length) & 0xffff;
  bytes.set([sum & 0xff, sum >> 8], at + 0x32);
  return length;
}

function mendFiles(bytes: Uint8Array, start: number, from: number): void {
  let at = from;
  for (let files = 0; files < MOST_FILES && at + FILE_HEADER <= bytes.length; files++) {
    const isLarge = (bytes[at + 0x13]! & 1) !== 0;
    const header = isLarge ? LARGE_FILE_HEADER : FILE_HEADER;
    const size = isLarge ? u24(bytes, at + 0x18) : u24(bytes, at + 0x14);
    if (size < header || size > bytes.length - at) return;
    const state = bytes[at + 0x17]!;
    bytes.fill(0, at + 0x10, at + 0x12);
    bytes[at + 0x11] = bytes[at + 0x13]! & 0x40 ? -sum8(bytes, at + header, at + size) & 0xff : 0xaa;
    bytes[at + 0x10] = -(sum8(bytes, at, at + header) - bytes[at + 0x11]! - state) & 0xff;
    at = start + Math.ceil((at + size - start) / 8) * 8;
  }
}

/** Mends headers of volumes always, and those of their files mostly. */
export function mendVolumes(bytes: Uint8Array, random: Random): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let hit = buffer.indexOf(SIGNATURE);
  for (let volumes = 0; hit >= 0 && volumes < MOST_VOLUMES; volumes++) {
    const at = hit - 0x28;
    if (at >= 0 && at + VOLUME_HEADER <= bytes.length) {
      const length = mendHeader(bytes, at);
      if (length !== undefined && random(4) > 0) mendFiles(bytes, at, at + length);
    }
    hit = buffer.indexOf(SIGNATURE, hit + 1);
  }
}
