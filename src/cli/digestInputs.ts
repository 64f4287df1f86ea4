// What `sevscope digest` reads: the firmware and the files of a direct kernel boot, into the state of a launch
// before its first vCPU.

import * as errors from './errors';
import * as snpErrors from '../core/tech/snp/errors';
import { encodeKernelHashes } from '../core/launch/kernelHashes';
import { sevState } from '../core/tech/sev/digest';
import { snpLaunch } from '../core/tech/snp/loads';
import { refuseUnfit } from '../core/check/judge';
import { snpVmmOf, type MatrixRequest } from '../core/check/matrix';
import { computeImageDigests } from '../core/check/imageDigests';
import type { OvmfImage } from '../core/ovmf/image';
import { atInput, waysToGive } from '../app/inputs';
import { firmwareOf, readMeasured } from '../app/firmware';
import { kernelUnmeasured, resetAddressOf } from '../app/launch';
import type { Io, ReadOptions } from '../app/io';
import { readWhole } from '../app/vmsaFile';
import type { DigestOptions } from './digestOptions';
import { readInput } from './inputOptions';

/** The part of a table's request that comes from files. */
export type ReadLaunch = Pick<MatrixRequest, 'resetAddress' | 'startOf' | 'features'>;

/** How files are read, and who hears what speaks against one that has a digest all the same. */
export interface DigestReading extends ReadOptions {
  readonly warn: (text: string) => void;
}

function pathOf({ firmware }: DigestOptions): string {
  if (firmware === undefined)
    throw errors.digestNeeds('--firmware', 'give the image that the guest starts with');
  return firmware;
}

/** The 176 bytes that are measured for a kernel; undefined without one. */
async function kernelTable(
  io: Io,
  options: DigestOptions,
  reading: ReadOptions,
  image: OvmfImage,
): Promise<Uint8Array | undefined> {
  const { kernel, initrd, cmdline } = options;
  refuseUnfit({ given: { kernel, initrd, cmdline } }, 'digest', waysToGive);
  if (kernel === undefined) return undefined;
  // sev-snp-measure digests launches that no VMM would start; such a value is worse than none.
  if (kernelUnmeasured(image) !== undefined) throw snpErrors.noHashArea();
  const ofKernel = await atInput('kernel', () => io.digest(kernel, 'kernel', reading));
  const ofInitrd =
    initrd === undefined ? undefined : await atInput('initrd', () => io.digest(initrd, 'initrd', reading));
  return encodeKernelHashes(io.hashes, { kernel: ofKernel.sha256, initrd: ofInitrd?.sha256, cmdline });
}

/** The digest of the firmware pages, from which the rest of an SNP launch continues. */
function firmwarePages(bytes: Uint8Array): Uint8Array {
  const { snpOvmfHash, snpRefusal } = computeImageDigests(bytes);
  if (!snpOvmfHash) throw errors.noSnpDigest(snpRefusal?.message ?? '');
  return snpOvmfHash;
}

/** An image that is read whole. @throws CheckError when it cannot be read, or is a container */
const readImage = (io: Io, path: string, { warn }: DigestReading) =>
  atInput('firmware', async () => {
    const bytes = await readWhole(io, path, 'firmware');
    const { image, doubt, flashOnly } = firmwareOf(io.path.basename(path), bytes);
    if (doubt !== undefined) warn(doubt);
    return { bytes, image, flashOnly };
  });

/** The digest of the firmware pages alone, 48 bytes. @throws CheckError */
export async function ovmfHash(io: Io, options: DigestOptions, reading: DigestReading): Promise<Uint8Array> {
  return firmwarePages((await readImage(io, pathOf(options), reading)).bytes);
}

/** The state of an SEV or SEV-ES launch before its first vCPU, and its reset address. @throws CheckError */
export async function readSevLaunch(io: Io, options: DigestOptions, reading: DigestReading) {
  const path = pathOf(options);
  const { hasher, image, doubt } = await atInput('firmware', () => readMeasured(io, path, reading));
  if (doubt !== undefined) reading.warn(doubt);
  const table = await kernelTable(io, options, reading, image);
  if (table) hasher.update(table);
  return { resetAddress: () => resetAddressOf(image, path), state: sevState(hasher) };
}

/**
 * Reads the files of a launch that measures vCPUs.
 * @throws CheckError when one cannot be read, or no VMM launches such an image that way
 */
export async function readLaunch(
  io: Io,
  options: DigestOptions,
  reading: DigestReading,
): Promise<ReadLaunch> {
  if (options.mode === 'snp') return readSnpLaunch(io, pathOf(options), options, reading);
  const { resetAddress, state } = await readSevLaunch(io, options, reading);
  return { resetAddress, startOf: () => state };
}

async function readSnpLaunch(
  io: Io,
  path: string,
  options: DigestOptions,
  reading: DigestReading,
): Promise<ReadLaunch> {
  const { firmwareDigest: given, features: wanted } = options;
  const { bytes, image, flashOnly } = await readImage(io, path, reading);
  if (flashOnly !== undefined) reading.warn(flashOnly);
  const seed =
    given === undefined
      ? firmwarePages(bytes)
      : // No line of sha384sum: that is the hash of the file, and this is a digest of its pages.
        readInput('firmwareDigest', given, ({ found }) => errors.badOvmfHash(found!));
  const features =
    wanted === undefined ? undefined : readInput('features', wanted, () => errors.badFeatures(wanted));
  const table = await kernelTable(io, options, reading, image);
  return {
    resetAddress: () => resetAddressOf(image, path),
    startOf: (profile) => snpLaunch(seed, image, snpVmmOf(profile)!, table),
    features,
  };
}
