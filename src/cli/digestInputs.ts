// From the options of `sevscope digest` to the launch before its first vCPU.

import * as errors from './errors';
import * as appErrors from '../app/errors';
import {
  ovmfHash,
  readSevLaunch,
  readSnpLaunch,
  snpLaunchFrom,
  type DigestFiles,
  type DigestReading,
  type LaunchStart,
} from '../app/digestLaunch';
import { readSvsmLaunch } from '../app/svsmLaunch';
import type { TableMode } from '../app/digestSelection';
import type { Io } from '../app/io';
import { digestFinding } from '../core/check/digestRules';
import type { MatrixRequest } from '../core/check/matrix';
import type { DigestOptions } from './digestOptions';
import { isOther } from './digestSelection';
import { sev } from '../core/tech/sev/loads';
import { readInput } from '../core/launch/readInput';

/** The part of a table's request that comes from files. */
export type ReadLaunch = LaunchStart & Pick<MatrixRequest, 'features' | 'loaded'>;

function filesOf(options: DigestOptions): DigestFiles {
  const { firmware, kernel, initrd, cmdline, kernelDigest, initrdDigest, cmdlineDigest } = options;
  if (firmware === undefined)
    throw errors.digestNeeds('--firmware', 'give the image that the guest starts with');
  const isTemplate = options.matrix;
  return { firmware, kernel, initrd, cmdline, isTemplate, kernelDigest, initrdDigest, cmdlineDigest };
}

/** The digest of the firmware pages alone, 48 bytes. @throws CheckError */
export const readOvmfHash = (io: Io, options: DigestOptions, reading: DigestReading): Promise<Uint8Array> =>
  ovmfHash(io, filesOf(options), reading);

/** A launch of plain SEV, which measures no vCPUs. @throws CheckError */
export async function readSev(io: Io, options: DigestOptions, reading: DigestReading) {
  return { ...(await readSevLaunch(io, filesOf(options), reading)), technology: sev };
}

async function readSvsm(io: Io, options: DigestOptions, reading: DigestReading): Promise<ReadLaunch> {
  const { svsm, varsSize, varsFile } = options;
  if (svsm === undefined) throw errors.digestNeeds('--svsm', 'give the SVSM image');
  return readSvsmLaunch(io, filesOf(options), { svsm, varsSize, varsFile }, reading);
}

async function readSevEs(io: Io, options: DigestOptions, reading: DigestReading): Promise<ReadLaunch> {
  const launch = await readSevLaunch(io, filesOf(options), reading);
  const { vmm } = options;
  if (!isOther(vmm)) return launch;
  // Its page of these VMMs is that of SNP, without features.
  reading.find(
    digestFinding(
      'vmm-unknown',
      `No SEV-ES launch by ${vmm} is known; this is what sev-snp-measure computes.`,
    ),
  );
  return { ...launch, features: 0n };
}

async function readSnp(io: Io, options: DigestOptions, reading: DigestReading): Promise<ReadLaunch> {
  const { firmwareDigest: given, features: wanted } = options;
  // No line of sha384sum: that is the hash of the file, and this is a digest of its pages.
  const digest =
    given === undefined
      ? undefined
      : readInput('firmwareDigest', given, ({ found }) => errors.badOvmfHash(found!));
  const features =
    wanted === undefined ? undefined : readInput('features', wanted, () => appErrors.badFeatures(wanted));
  const { snpInputs, known } = options;
  if (known) return { ...known, features };
  if (snpInputs) return { ...snpLaunchFrom(io, snpInputs, reading), features };
  return { ...(await readSnpLaunch(io, filesOf(options), reading, digest)), features };
}

/** How launches of the modes that measure vCPUs are read. */
const READERS: Readonly<
  Record<TableMode, (io: Io, options: DigestOptions, reading: DigestReading) => Promise<ReadLaunch>>
> = { seves: readSevEs, snp: readSnp, 'snp:svsm': readSvsm };

/**
 * Reads the files of a launch that measures vCPUs.
 * @throws CheckError when one cannot be read, or no VMM launches such an image that way
 */
export function readLaunch(io: Io, options: DigestOptions, reading: DigestReading): Promise<ReadLaunch> {
  return READERS[options.mode as TableMode](io, options, reading);
}
