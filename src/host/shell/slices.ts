// Work on megabytes that the extension host does between other work: it runs the extensions of everybody on one thread.

import { setImmediate } from 'node:timers/promises';
import { SLICE } from '../../protocol/transfer';

/**
 * Hands out bytes in slices of SLICE bytes at most, with a turn of the event loop between any two.
 * @returns false when `signal` stopped it before the last one
 */
export async function eachSlice(
  bytes: Uint8Array,
  use: (slice: Uint8Array, offset: number) => void,
  signal?: AbortSignal,
): Promise<boolean> {
  for (let at = 0; at < bytes.length; at += SLICE) {
    if (at > 0) await setImmediate();
    if (signal?.aborted) return false;
    use(bytes.subarray(at, at + SLICE), at);
  }
  return true;
}
