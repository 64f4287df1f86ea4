// A browser's threads, in the shape that Io requires. Their scripts are read as files: a worker may load only what has the
// origin of the one that starts it, and an extension's files have another.

import { THREAD_DEADLINE, type Thread, type ThreadEvents, type ThreadOptions } from '../app/io';

/** Reads the script of a thread by its name, without .js. */
export type ReadScript = (name: string) => PromiseLike<Uint8Array>;

const OF_TERMINATED = 1;

/**
 * Starts a thread; its first message is the data. A browser limits no thread's memory.
 * @param script its bytes, once they are read
 */
export function startThread(
  script: PromiseLike<Uint8Array>,
  data: unknown,
  { deadline = THREAD_DEADLINE }: ThreadOptions = {},
): Thread {
  let worker: Worker | undefined;
  let events: ThreadEvents<unknown> | undefined;
  let isOver = false;
  /** What is to be sent once the worker is there. */
  const waiting: [message: unknown, transfer: readonly ArrayBuffer[]][] = [[data, []]];

  const end = (status: number, why?: string) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    worker?.terminate();
    if (why !== undefined) events?.error(why);
    events?.end?.(status);
  };
  const timer = setTimeout(() => {
    end(OF_TERMINATED, `it ran longer than ${deadline / 1000} seconds and was ended`);
  }, deadline);
  const start = (bytes: Uint8Array) => {
    if (isOver) return;
    const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: 'text/javascript' }));
    worker = new Worker(url);
    worker.onmessage = ({ data: message }) => {
      if (!isOver) events?.message(message);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      end(OF_TERMINATED, event.message);
    };
    for (const [message, transfer] of waiting.splice(0)) worker.postMessage(message, [...transfer]);
  };
  script.then(start, (error: unknown) => {
    end(OF_TERMINATED, error instanceof Error ? error.message : String(error));
  });
  return {
    hear: <Message>(on: ThreadEvents<Message>) => {
      events = on as ThreadEvents<unknown>;
    },
    post: (message, transfer = []) => {
      if (isOver) return;
      if (worker) worker.postMessage(message, [...transfer]);
      else waiting.push([message, transfer]);
    },
    terminate: () => {
      end(OF_TERMINATED);
      return Promise.resolve();
    },
  };
}
