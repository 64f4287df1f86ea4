// Processes megabytes in small steps: the extension host runs everybody's extensions on one thread.

import { SLICE } from '../../protocol/transfer';

/** Lets the event loop make a turn, so that others are served. A browser would delay a timer by milliseconds. */
export function nextTurn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((done) => {
    port1.addEventListener('message', () => {
      port1.close();
      done();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}

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
    if (at > 0) await nextTurn();
    if (signal?.aborted) return false;
    use(bytes.subarray(at, at + SLICE), at);
  }
  return true;
}
