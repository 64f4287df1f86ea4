// From the options of `sevscope digest` to the launch before its first vCPU.

import * as errors from './errors';
import type { MatrixRequest } from '../core/check/matrix';
import {
  ovmfHash,
  readSevLaunch,
  readSnpLaunch,
  type DigestFiles,
  type DigestReading,
} from '../app/digestLaunch';
import type { Io } from '../app/io';
import type { DigestOptions } from './digestOptions';
import { readInput } from './inputOptions';

/** The part of a table's request that comes from files. */
export type ReadLaunch = Pick<MatrixRequest, 'technology' | 'resetAddress' | 'startOf' | 'features'>;

function filesOf({ firmware, kernel, initrd, cmdline }: DigestOptions): DigestFiles {
  if (firmware === undefined)
    throw errors.digestNeeds('--firmware', 'give the image that the guest starts with');
  return { firmware, kernel, initrd, cmdline };
}

/** The digest of the firmware pages alone, 48 bytes. @throws CheckError */
export const readOvmfHash = (io: Io, options: DigestOptions, reading: DigestReading): Promise<Uint8Array> =>
  ovmfHash(io, filesOf(options), reading);

/** The launch digest of plain SEV, 32 bytes. @throws CheckError */
export async function readSevDigest(
  io: Io,
  options: DigestOptions,
  reading: DigestReading,
): Promise<Uint8Array> {
  const { technology, state } = await readSevLaunch(io, filesOf(options), reading);
  return technology.digest(state);
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
  const files = filesOf(options);
  if (options.mode !== 'snp') return readSevLaunch(io, files, reading);
  const { firmwareDigest: given, features: wanted } = options;
  // No line of sha384sum: that is the hash of the file, and this is a digest of its pages.
  const digest =
    given === undefined
      ? undefined
      : readInput('firmwareDigest', given, ({ found }) => errors.badOvmfHash(found!));
  const features =
    wanted === undefined ? undefined : readInput('features', wanted, () => errors.badFeatures(wanted));
  return { ...(await readSnpLaunch(io, files, reading, digest)), features };
}
