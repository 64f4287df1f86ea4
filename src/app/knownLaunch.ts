// A launch of SEV-SNP that goes on from a known digest: that is a chain, in which the pages of vCPUs are last.

import type { MatrixRequest } from '../core/check/matrix';
import { parseOvmf } from '../core/ovmf/image';
import { snpState, type SnpState } from '../core/tech/snp/digest';
import { snp } from '../core/tech/snp/loads';
import { readImage, type LaunchStart } from './digestLaunch';
import type { Io } from './io';
import { resetAddressOf } from './launch';

/** A launch whose digest with some vCPUs is known, and that goes on with more. */
export type KnownLaunch = LaunchStart<SnpState> & Pick<MatrixRequest, 'loaded'>;

/** What is known of such a launch. */
export interface KnownStart {
  /** 48 bytes. */
  readonly digest: Uint8Array;
  /** How many vCPUs are in it. */
  readonly loaded: number;
  /** Path of the image, which is read for the address at which additional vCPUs start. */
  readonly firmware: string | undefined;
  /** That address, without an image. @throws CheckError when it is not known */
  readonly resetAddress: () => number;
}

/**
 * An SNP launch that goes on after some of its vCPUs. Nothing else of it is read.
 * @throws CheckError when the image cannot be read
 */
export async function knownLaunch(
  io: Io,
  { digest, loaded, firmware, resetAddress }: KnownStart,
): Promise<KnownLaunch> {
  const image =
    firmware === undefined ? undefined : (await readImage(io, { firmware }, { find: () => undefined })).image;
  const before = snpState(io.hashes, digest);
  return {
    technology: snp,
    image: image ?? parseOvmf(new Uint8Array()).value,
    contents: {},
    before,
    loaded,
    resetAddress: image ? () => resetAddressOf(image, firmware!) : resetAddress,
    startOf: () => before,
  };
}
