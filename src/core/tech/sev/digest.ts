// The SEV and SEV-ES launch digest: SHA-256 over what QEMU loads, in that order. Firmware first, then the
// table of kernel hashes, then one VMSA page for each vCPU. Addresses and page types are not hashed.

import * as errors from './errors';
import type { CheckError } from '../../errors';
import type { Hasher } from '../../launch/hasher';
import { MAX_VCPUS } from '../../launch/inputKinds';
import type { LaunchState } from '../../launch/state';

/** The pages of a guest: vCPU 0 has `bsp`, all others have `ap`. */
export interface VmsaPages {
  readonly bsp: Uint8Array;
  readonly ap?: Uint8Array | undefined;
  readonly count: number;
}

/** Why no guest can have this many vCPUs; undefined when one can. */
export function unfitVcpuCount(count: number): CheckError | undefined {
  const isFit = Number.isInteger(count) && count >= 1 && count <= MAX_VCPUS;
  return isFit ? undefined : errors.badVcpuCount(count, MAX_VCPUS);
}

/** Reports a missing page for additional vCPUs; undefined when it is given, or there are none. */
export function apPageMissing(count: number, ap: unknown): CheckError | undefined {
  return count > 1 && ap === undefined ? errors.apPageNeeded(count) : undefined;
}

/**
 * The pages in index order.
 * @throws CheckError (usage) when there are several vCPUs but no page for the additional ones
 */
export function* vmsaSequence({ bsp, ap, count }: VmsaPages): Generator<Uint8Array> {
  const unfit = unfitVcpuCount(count) ?? apPageMissing(count, ap);
  if (unfit) throw unfit;
  yield bsp;
  for (let i = 1; i < count; i++) yield ap!;
}

/**
 * Finishes a launch digest. `hasher` has already absorbed the firmware, because firmware files are streamed.
 * @returns 32 bytes
 */
export function finishLaunchDigest(hasher: Hasher, kernelHashes?: Uint8Array, vmsa?: VmsaPages): Uint8Array {
  if (kernelHashes) hasher.update(kernelHashes);
  if (vmsa) for (const page of vmsaSequence(vmsa)) hasher.update(page);
  return hasher.digest();
}

/**
 * The state of an SEV or SEV-ES launch.
 * @param hasher a SHA-256 that has absorbed the firmware and the kernel hashes
 */
export function sevState(hasher: Hasher): LaunchState {
  return {
    withVcpu(page) {
      const next = hasher.copy();
      next.update(page);
      return sevState(next);
    },
    digest: () => hasher.copy().digest(),
  };
}
