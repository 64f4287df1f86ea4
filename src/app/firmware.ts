// The firmware of a launch, as far as others than the hasher need it: its tables, and why no VMM would start a guest
// with it. A container is refused: its bytes are never measured.

import * as errors from './errors';
import type { FileDigest } from '../core/check/loadedSteps';
import { CheckError } from '../core/errors';
import { byteCount } from '../core/binary/hex';
import type { Hasher, Hashes } from '../core/launch/hasher';
import { parseFirmware } from '../core/ovmf/firmwareFile';
import type { OvmfImage } from '../core/ovmf/image';
import { describeKind } from '../core/ovmf/kinds/fileKind';
import { whyUnfit } from '../core/ovmf/kinds/judge';
import type { OvmfRule } from '../core/ovmf/rules';
import { USUAL_FIRMWARE } from './fileRoles';
import type { DigestFile, Io, ReadOptions } from './io';

/** A firmware image. */
export interface Firmware {
  readonly image: OvmfImage;
  /**
   * Why no VMM starts a guest with this file, or why it measures as another image than it seems to be: sentences
   * that name the file. It has a digest all the same.
   */
  readonly doubt: string | undefined;
  /** Why QEMU takes it as flash only, which KVM refuses to SNP guests: a sentence that names the file. */
  readonly flashOnly?: string;
}

/** @throws CheckError (usage) for a container */
function refuseContainer(name: string, { fileKind }: OvmfImage): void {
  if (fileKind?.role === 'container') throw errors.containerAsFirmware(name, fileKind);
}

const BIOS_SIZE: OvmfRule = 'bios-size';

/** That an image is larger than QEMU maps; it is measured all the same. */
const whyTooLong = (name: string, size: number): string | undefined =>
  size > USUAL_FIRMWARE
    ? `${name} has ${byteCount(size)}; QEMU maps at most ${byteCount(USUAL_FIRMWARE)} of firmware below 4 GiB (max-fw-size), and OVMF is never larger.`
    : undefined;

/** Judges a file that is in memory. @param name for messages @param hashes of the runtime @throws CheckError (usage) for a container */
export function firmwareOf(name: string, bytes: Uint8Array, hashes?: Hashes): Firmware {
  const { value: image, findings } = parseFirmware(bytes, { isSame: hashes?.isSame });
  refuseContainer(name, image);
  const { fileKind } = image;
  const why = whyUnfit(findings, image);
  const { message: flashOnly } = findings.find(({ rule }) => rule === BIOS_SIZE) ?? {};
  if (!why)
    return {
      image,
      doubt: whyTooLong(name, bytes.length),
      ...(flashOnly && { flashOnly: `${name}: ${flashOnly}` }),
    };
  const isNamed =
    fileKind?.role === 'other' || fileKind?.role === 'foreign' || fileKind?.role === 'variables';
  return { image, doubt: isNamed ? describeKind(fileKind, name) : `${name}: ${why.message}` };
}

/** Firmware with its digest, and a hasher that continues from there: all of one version of the file. */
export interface MeasuredFirmware extends Firmware, FileDigest {
  readonly hasher: Hasher;
}

/** The same with all bytes of the file. */
export interface WholeFirmware extends MeasuredFirmware {
  readonly content: Uint8Array;
}

/** How the files of a check are read: by the Io, unless a batch shares what is read. */
export interface LaunchReads {
  readonly digest: DigestFile;
  /** @throws CheckError as readMeasured */
  readonly firmware: (path: string, options?: ReadOptions) => Promise<MeasuredFirmware>;
  /** @throws CheckError as readMeasured */
  readonly wholeFirmware: (path: string, options?: ReadOptions) => Promise<WholeFirmware>;
}

/** Reads each file for itself. */
export const readsOf = (io: Io): LaunchReads => ({
  digest: io.digest,
  firmware: (path, options) => readMeasured(io, path, options),
  wholeFirmware: (path, options) => readWholeFirmware(io, path, options),
});

/**
 * Reads an image once, for its digest and for what is in it.
 * @throws CheckError when it cannot be read, or is a container
 */
export async function readMeasured(io: Io, path: string, options?: ReadOptions): Promise<MeasuredFirmware> {
  const { content, ...digest } = await io.readDigested(path, 'firmware', options);
  return { ...digest, ...firmwareOf(digest.name, content, io.hashes) };
}

/** The same with its bytes. @throws CheckError as readMeasured */
export async function readWholeFirmware(io: Io, path: string, options?: ReadOptions): Promise<WholeFirmware> {
  const { content, ...digest } = await io.readDigested(path, 'firmware', options);
  return { content, ...digest, ...firmwareOf(digest.name, content, io.hashes) };
}

/** Reads the tables of an image from its ends. @throws CheckError when it cannot be read, or is a container */
export async function readFirmware(io: Io, path: string, options?: ReadOptions): Promise<OvmfImage> {
  const { head, tail, bytes } = await io.readEnds(path, 'firmware', options);
  const image = parseFirmware(tail, { fileSize: bytes, head }).value;
  refuseContainer(io.path.basename(path), image);
  return image;
}

/** What speaks against a file as firmware, if it can be read; for those who only pass its name on. */
export async function firmwareDoubt(io: Io, path: string): Promise<string | undefined> {
  try {
    // A pipe can be read only once, and not for this.
    const bytes = await io.read(path, 'firmware', { onlyFile: true });
    return firmwareOf(io.path.basename(path), bytes, io.hashes).doubt;
  } catch (error) {
    if (error instanceof CheckError && error.code === 'no-firmware') return error.message;
    return undefined;
  }
}
