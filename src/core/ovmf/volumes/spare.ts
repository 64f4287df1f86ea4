// The spare block of a variables volume (edk2, MdeModulePkg/Universal/FaultTolerantWriteDxe): before the start of the volume is
// written anew, its new content is copied here, header and all. In OVMF it is the second half of the volume. When power fails in
// between, the copy is the only good one.

import { guidText } from '../../binary/guid';
import { hex } from '../../binary/hex';
import { decode } from '../../binary/struct';
import { NVRAM, WORKING_BLOCK } from './guids';
import { VOLUME_HEADER } from './layouts';
import type { ByteSpace, VolumeNode, WalkRange } from './tree';
import type { Walk } from './walk';

const SIGNATURE = 0x4856465f;

/** The file system of the volume whose header is at `at`; undefined when there is none. */
function fileSystemAt({ bytes }: ByteSpace, at: number, end: number): string | undefined {
  if (at < 0 || end - at < VOLUME_HEADER.size) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  return view.getUint32(0x28, true) === SIGNATURE ? guidText(bytes, at + 0x10) : undefined;
}

/** Half the length of a volume according to its header; undefined when it is not that of two equal blocks. */
function halfOf({ space, at }: WalkRange): number | undefined {
  const { fv_length } = decode(VOLUME_HEADER, space.bytes, at);
  const half = Number(fv_length) / 2;
  return Number.isSafeInteger(half) && half > VOLUME_HEADER.size ? half : undefined;
}

/** Where the copy in the spare block of a variables volume starts; undefined when there is none. */
export function copyIn(volume: WalkRange): number | undefined {
  const half = halfOf(volume);
  if (half === undefined || 2 * half !== volume.end - volume.at) return undefined;
  const at = volume.at + half;
  return fileSystemAt(volume.space, at, volume.end) === NVRAM ? at : undefined;
}

/**
 * Where the live volume of a copy should start whose header is at `range.at`: half a volume before it, after `free`, where no
 * volume is. What follows half a volume after it shows that it is a copy. Undefined when it is none.
 */
export function liveStartOf(range: WalkRange, free: number): number | undefined {
  const { space, at, end } = range;
  if (fileSystemAt(space, at, end) !== NVRAM) return undefined;
  const half = halfOf(range);
  if (half === undefined || at - half < free || half > end - at) return undefined;
  const next = fileSystemAt(space, at + half, end);
  return at + half === end || (next !== undefined && next !== NVRAM) ? at - half : undefined;
}

/**
 * Notes that what should be the live store is gone, and where the copy is.
 * @param parts what was found in its place
 * @param hasHeader whether the volume still has its header, without which OVMF's flash driver erases the whole volume before
 *   anything is restored (edk2, OvmfPkg/QemuFlashFvbServicesRuntimeDxe/FwBlockService.c, InitializeVariableFvHeader)
 */
export function noteLost(
  walk: Walk,
  { space, at, end }: WalkRange,
  parts: readonly VolumeNode[],
  hasHeader: boolean,
): void {
  const before = parts.find(({ kind }) => kind === 'store')?.offset ?? end;
  const what = walk.blank(space, at, before) === 0xff ? 'erased' : 'not readable';
  const isRecorded = parts.some(({ guid }) => guid === WORKING_BLOCK);
  const next = !hasHeader
    ? 'The header of the volume is gone, too: at its next start OVMF erases all of it with this copy, so keep the file'
    : isRecorded
      ? 'Firmware restores it only if the FTW working block records the write'
      : 'No FTW working block is left that could record the write, so firmware may not restore it';
  const message = `The live variable store at ${hex(at)} is ${what}, and the spare block at ${hex(end)} holds a copy of it: a write was interrupted. ${next}.`;
  walk.note(space, 'store-in-spare', at, end - at, message);
}
