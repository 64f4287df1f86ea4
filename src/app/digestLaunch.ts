// A launch whose digest is wanted, from paths: the firmware and the files of a direct kernel boot, into the state
// before its first vCPU.

import * as errors from './errors';
import * as snpErrors from '../core/tech/snp/errors';
import { refuseSnp } from '../core/check/imageDigests';
import { refuseUnfit } from '../core/check/judge';
import { snpVmmOf, type MatrixRequest } from '../core/check/matrix';
import type { Hashes } from '../core/launch/hasher';
import { encodeKernelHashes } from '../core/launch/kernelHashes';
import { firmwareLoads } from '../core/launch/loads';
import type { OvmfImage } from '../core/ovmf/image';
import type { SevState } from '../core/tech/sev/digest';
import { sevEs } from '../core/tech/sev/loads';
import { snpState, type SnpState } from '../core/tech/snp/digest';
import { snp } from '../core/tech/snp/loads';
import { foldAll } from '../core/tech/technology';
import { firmwareOf, readMeasured } from './firmware';
import { atInput, waysToGive } from './inputs';
import type { Io, ReadOptions } from './io';
import { kernelUnmeasured, resetAddressOf } from './launch';
import { readWhole } from './vmsaFile';

/** The files of a launch, and the command line of its kernel. */
export interface DigestFiles {
  readonly firmware: string;
  readonly kernel?: string | undefined;
  readonly initrd?: string | undefined;
  readonly cmdline?: string | undefined;
}

/** How files are read, and who hears what speaks against one that has a digest all the same. */
export interface DigestReading extends ReadOptions {
  readonly warn: (text: string) => void;
}

/** The part of a table's request that comes from files. */
export type LaunchStart<State = unknown> = Pick<
  MatrixRequest<State>,
  'technology' | 'resetAddress' | 'startOf'
>;

/** The 176 bytes that are measured for a kernel; undefined without one. */
async function kernelTable(
  io: Io,
  { kernel, initrd, cmdline }: DigestFiles,
  reading: ReadOptions,
  image: OvmfImage,
): Promise<Uint8Array | undefined> {
  refuseUnfit({ given: { kernel, initrd, cmdline } }, 'digest', waysToGive);
  if (kernel === undefined) return undefined;
  // sev-snp-measure digests launches that no VMM would start; such a value is worse than none.
  if (kernelUnmeasured(image) !== undefined) throw snpErrors.noHashArea();
  const ofKernel = await atInput('kernel', () => io.digest(kernel, 'kernel', reading));
  const ofInitrd =
    initrd === undefined ? undefined : await atInput('initrd', () => io.digest(initrd, 'initrd', reading));
  return encodeKernelHashes(io.hashes, { kernel: ofKernel.sha256, initrd: ofInitrd?.sha256, cmdline });
}

/** The state of an SNP launch after its firmware. @throws CheckError when no SNP launch can load it */
function afterFirmware(hashes: Hashes, bytes: Uint8Array): SnpState {
  const refusal = refuseSnp(bytes.length);
  if (refusal) throw errors.noSnpDigest(refusal.message);
  return foldAll(snp, snp.start(hashes), firmwareLoads([bytes]));
}

/** An image that is read whole. @throws CheckError when it cannot be read, or is a container */
const readImage = (io: Io, path: string, { warn }: DigestReading) =>
  atInput('firmware', async () => {
    const bytes = await readWhole(io, path, 'firmware');
    const name = io.path.basename(path);
    if (bytes.length === 0) throw errors.emptyFirmware(name);
    const { image, doubt, flashOnly } = firmwareOf(name, bytes, io.hashes);
    if (doubt !== undefined) warn(doubt);
    return { bytes, image, flashOnly };
  });

/** The digest of the firmware pages alone, 48 bytes. @throws CheckError when it cannot be read, or has none */
export async function ovmfHash(
  io: Io,
  { firmware }: Pick<DigestFiles, 'firmware'>,
  reading: DigestReading,
): Promise<Uint8Array> {
  const { bytes } = await readImage(io, firmware, reading);
  return snp.digest(afterFirmware(io.hashes, bytes));
}

/**
 * An SEV or SEV-ES launch before its first vCPU.
 * @throws CheckError when a file cannot be read, or no VMM launches such an image that way
 */
export async function readSevLaunch(
  io: Io,
  files: DigestFiles,
  reading: DigestReading,
): Promise<LaunchStart<SevState> & { readonly state: SevState }> {
  const { firmware } = files;
  const { hasher, image, doubt } = await atInput('firmware', () => readMeasured(io, firmware, reading));
  if (doubt !== undefined) reading.warn(doubt);
  const kernelHashes = await kernelTable(io, files, reading, image);
  const state = foldAll(sevEs, hasher, sevEs.loads({ kernelHashes }, image));
  return {
    technology: sevEs,
    resetAddress: () => resetAddressOf(image, firmware),
    state,
    startOf: () => state,
  };
}

/**
 * An SNP launch before its first vCPU.
 * @param firmwareDigest of the firmware pages, 48 bytes; computed when it is not given
 * @throws CheckError when a file cannot be read, or no VMM launches such an image that way
 */
export async function readSnpLaunch(
  io: Io,
  files: DigestFiles,
  reading: DigestReading,
  firmwareDigest?: Uint8Array,
): Promise<LaunchStart<SnpState>> {
  const { firmware } = files;
  const { bytes, image, flashOnly } = await readImage(io, firmware, reading);
  if (flashOnly !== undefined) reading.warn(flashOnly);
  const loaded = firmwareDigest ? snpState(io.hashes, firmwareDigest) : afterFirmware(io.hashes, bytes);
  const kernelHashes = await kernelTable(io, files, reading, image);
  return {
    technology: snp,
    resetAddress: () => resetAddressOf(image, firmware),
    startOf: (profile) => foldAll(snp, loaded, snp.loads({ kernelHashes, vmm: snpVmmOf(profile) }, image)),
  };
}
