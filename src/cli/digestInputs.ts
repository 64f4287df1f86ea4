// From the options of `sevscope digest` to the launch before its first vCPU.

import * as errors from './errors';
import { parseUnsigned } from '../core/binary/hex';
import { PLAIN_FORMS, readTextBytes } from '../core/binary/textBytes';
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

/** The part of a table's request that comes from files. */
export type ReadLaunch = Pick<MatrixRequest, 'technology' | 'resetAddress' | 'startOf' | 'features'>;

/** One of two options with the same meaning. */
function oneOf(
  a: string | undefined,
  b: string | undefined,
  names: readonly [string, string],
): string | undefined {
  if (a !== undefined && b !== undefined) throw errors.oddOption(names[1], `${names[0]} says the same`);
  return a ?? b;
}

function filesOf({ firmware: given, ovmf, kernel, initrd, cmdline, append }: DigestOptions): DigestFiles {
  const firmware = oneOf(given, ovmf, ['--firmware', '--ovmf']);
  if (firmware === undefined)
    throw errors.digestNeeds('--firmware', 'give the image that the guest starts with');
  return { firmware, kernel, initrd, cmdline: oneOf(cmdline, append, ['--cmdline', '--append']) };
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

/** No line of sha384sum: that is the hash of the file, and this is a digest of its pages. */
function ovmfHashFrom(text: string): Uint8Array {
  const read = readTextBytes(text, [48], PLAIN_FORMS);
  if (!read.ok) throw errors.badOvmfHash(read);
  return read.bytes;
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
  const { snpOvmfHash, guestFeatures } = options;
  const given = snpOvmfHash === undefined ? undefined : ovmfHashFrom(snpOvmfHash);
  const features = guestFeatures === undefined ? undefined : parseUnsigned(guestFeatures);
  if (guestFeatures !== undefined && (features === undefined || features >= 2n ** 64n))
    throw errors.badFeatures(guestFeatures);
  return { ...(await readSnpLaunch(io, files, reading, given)), features };
}
