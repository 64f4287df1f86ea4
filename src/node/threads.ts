// Node's threads, in the shape that Io requires.

import { Worker } from 'node:worker_threads';
import type { Thread, ThreadOptions } from '../app/io';
import { leftover } from '../leftovers';

/** Starts a thread by the path of its script. */
export function startThread(script: string, workerData: unknown, { memory }: ThreadOptions = {}): Thread {
  const limits = memory === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memory } };
  const worker = new Worker(script, { workerData, ...limits });
  const forget = leftover(() => {
    void worker.terminate();
  });
  worker.once('exit', forget);
  return {
    hear: (on) => {
      worker.on('message', on.message);
      worker.once('error', ({ message }) => on.error(message));
      worker.once('exit', (status) => on.end?.(status));
    },
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    terminate: async () => {
      await worker.terminate();
    },
  };
}
