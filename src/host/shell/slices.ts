// Processes megabytes in small steps: the extension host runs everybody's extensions on one thread.

import { setImmediate } from 'node:timers/promises';
import { SLICE } from '../../protocol/transfer';

/**
 * Passes on bytes in slices of at most SLICE bytes, with a turn of the event loop between them.
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
