// The SEV and SEV-ES launch digest: SHA-256 over all loads, in their order. Addresses and page types are not hashed.

import * as errors from './errors';
import type { CheckError } from '../../errors';
import type { Hasher } from '../../launch/hasher';
import { MAX_VCPUS } from '../../launch/inputKinds';
import type { Load } from '../../launch/loads';
import type { Technology } from '../technology';

/** Why no guest can have this many vCPUs; undefined when one can. */
export function unfitVcpuCount(count: number): CheckError | undefined {
  const isFit = Number.isInteger(count) && count >= 1 && count <= MAX_VCPUS;
  return isFit ? undefined : errors.badVcpuCount(count, MAX_VCPUS);
}

/** Reports a missing page for additional vCPUs; undefined when it is given, or there are none. */
export function apPageMissing(count: number, ap: unknown): CheckError | undefined {
  return count > 1 && ap === undefined ? errors.apPageNeeded(count) : undefined;
}

/** An SEV or SEV-ES launch so far: a SHA-256 that has absorbed its loads, which nobody updates. */
export type SevState = Hasher;

function bytesOf({ label, bytes }: Load): Uint8Array {
  if (!bytes) throw new RangeError(`${label} has no contents`);
  return bytes;
}

/** The fold of both technologies. */
export const sevFold: Pick<Technology<SevState>, 'start' | 'fold' | 'digest'> = {
  start: ({ newSha256 }) => newSha256(),
  fold(state, load) {
    const next = state.copy();
    next.update(bytesOf(load));
    return next;
  },
  digest: (state) => state.copy().digest(),
};

/**
 * The launch digest after one more load and then `count` times another, as 32 characters, one per byte. For those who
 * want thousands of digests that begin alike: no state is made on the way.
 */
export function sevDigestAfter(state: SevState, load?: Load, again?: Load, count = 0): string {
  const hasher = state.copy();
  if (load) hasher.update(bytesOf(load));
  for (let i = 0; i < count; i++) hasher.update(bytesOf(again!));
  return hasher.digest('binary');
}

/**
 * The same for `least` to `most` loads, with their number; for one only, when there is no load to repeat.
 */
export function* sevDigestsAfter(
  state: SevState,
  load: Load,
  again: Load | undefined,
  [least, most]: readonly [least: number, most: number],
): Generator<readonly [number, string], undefined> {
  const hasher = state.copy();
  hasher.update(bytesOf(load));
  for (let count = 1; count <= most; count++) {
    if (count >= least) yield [count, hasher.copy().digest('binary')];
    if (!again) return;
    hasher.update(bytesOf(again));
  }
}
