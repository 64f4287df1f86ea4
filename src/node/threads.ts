// Node's threads, in the shape that Io requires.

import { Worker } from 'node:worker_threads';
import { THREAD_DEADLINE, type Thread, type ThreadOptions } from '../app/io';
import { leftover } from '../leftovers';
import type { TaskInput, TaskName } from '../threads';

/** What a thread of worker.ts starts with. */
export interface ThreadStart<N extends TaskName = TaskName> {
  readonly task: N;
  readonly input: TaskInput<N>;
}

/** Starts a thread by the path of its script. */
export function startThread(
  script: string,
  workerData: unknown,
  { memory, deadline = THREAD_DEADLINE, transfer = [] }: ThreadOptions = {},
): Thread {
  const limits = memory === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memory } };
  const worker = new Worker(script, { workerData, transferList: [...transfer], ...limits });
  let late = (): void => undefined;
  // It keeps no process alive that has nothing else to do.
  const timer = setTimeout(() => {
    late();
    void worker.terminate();
  }, deadline).unref();
  const forget = leftover(() => {
    void worker.terminate();
  }, false);
  worker.once('exit', () => {
    clearTimeout(timer);
    forget();
  });
  return {
    hear: (on) => {
      late = () => {
        on.error(`it ran longer than ${deadline / 1000} seconds and was ended`);
      };
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
