// The firmware of a launch, as far as others than the hasher need it: its tables, and why no VMM would start a guest
// with it. A container is refused: its bytes are never measured.

import * as errors from './errors';
import { CheckError } from '../core/errors';
import { MAX_FILE } from '../core/binary/limits';
import { parseFirmware } from '../core/ovmf/firmwareFile';
import type { OvmfImage } from '../core/ovmf/image';
import { describeKind } from '../core/ovmf/kinds/fileKind';
import { whyUnfit } from '../core/ovmf/kinds/judge';
import type { OvmfRule } from '../core/ovmf/rules';
import type { Parsed } from '../core/binary/region';
import type { FileEnds, Io } from './io';

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

function firmwareFrom(name: string, { value: image, findings }: Parsed<OvmfImage>): Firmware {
  refuseContainer(name, image);
  const { fileKind } = image;
  const why = whyUnfit(findings, image);
  const { message: flashOnly } = findings.find(({ rule }) => rule === BIOS_SIZE) ?? {};
  if (!why) return { image, doubt: undefined, ...(flashOnly && { flashOnly: `${name}: ${flashOnly}` }) };
  const isNamed =
    fileKind?.role === 'other' || fileKind?.role === 'foreign' || fileKind?.role === 'variables';
  return { image, doubt: isNamed ? describeKind(fileKind, name) : `${name}: ${why.message}` };
}

/** Judges a file that is in memory. @param name for messages @throws CheckError (usage) for a container */
export const firmwareOf = (name: string, bytes: Uint8Array): Firmware =>
  firmwareFrom(name, parseFirmware(bytes));

/** Reads the tables of an image from its ends. @throws CheckError when it cannot be read, or is a container */
export async function readFirmware(io: Io, path: string): Promise<OvmfImage> {
  const { head, tail, bytes } = await io.readEnds(path);
  const image = parseFirmware(tail, { fileSize: bytes, head }).value;
  refuseContainer(io.path.basename(path), image);
  return image;
}

/** What speaks against a file as firmware, if it can be read; for those who only pass its name on. */
export async function firmwareDoubt(io: Io, path: string): Promise<string | undefined> {
  // A pipe can be read only once, and not for this.
  if ((await io.stat(path)).kind !== 'file') return undefined;
  try {
    return (await inspectFirmware(io, path, await io.readEnds(path))).doubt;
  } catch (error) {
    if (error instanceof CheckError && error.code === 'no-firmware') return error.message;
    return undefined;
  }
}

/** Checks that share the ends of a file, as those of a batch do, share what was found in the rest of it, too. */
const inspected = new WeakMap<Uint8Array, Promise<Firmware>>();

/**
 * Judges a file that was streamed. What its ends do not show, such as padding behind an image, shows in the rest,
 * which is read again unless it is a pipe or too large for an image.
 * @throws CheckError (usage) for a container
 */
export function inspectFirmware(io: Io, path: string, ends: FileEnds): Promise<Firmware> {
  const known = inspected.get(ends.tail);
  if (known) return known;
  const found = inspect(io, path, ends);
  inspected.set(ends.tail, found);
  return found;
}

/** The roles of files that are known by their ends. */
const BY_ENDS: readonly string[] = ['container', 'other', 'foreign', 'variables'];

async function inspect(io: Io, path: string, { head, tail, bytes }: FileEnds): Promise<Firmware> {
  const name = io.path.basename(path);
  const parsed = parseFirmware(tail, { fileSize: bytes, head });
  const isKnown = BY_ENDS.includes(parsed.value.fileKind?.role ?? '');
  if (isKnown || bytes > MAX_FILE || (await io.stat(path)).kind !== 'file') return firmwareFrom(name, parsed);
  // It may change at any moment; what was measured is what was streamed.
  const whole = await io.read(path, bytes).catch(() => undefined);
  return firmwareFrom(name, whole?.length === bytes ? parseFirmware(whole) : parsed);
}
