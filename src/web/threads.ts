// A browser's threads, in the shape that Io requires. Their script is read as a file: a worker may load only what has the
// origin of who starts it, and an extension's files have another.

import { THREAD_DEADLINE, type Io, type Thread, type ThreadEvents, type ThreadOptions } from '../app/io';
import type { TaskInput, TaskName } from '../threads';

/** The first message to a thread. */
export interface ThreadStart<N extends TaskName = TaskName> {
  readonly task: N;
  readonly input: TaskInput<N>;
}

/** The status of a thread that was ended. */
const ENDED = 1;

/** Threads of one script. @param readScript reads it */
export function threadsOf(readScript: () => PromiseLike<Uint8Array>): Io['thread'] {
  let url: Promise<string> | undefined;
  const load = async (): Promise<string> => {
    try {
      return URL.createObjectURL(new Blob([new Uint8Array(await readScript())], { type: 'text/javascript' }));
    } catch (error) {
      url = undefined;
      throw error;
    }
  };
  return (task, input, options) => startThread((url ??= load()), { task, input }, options);
}

/** Starts a thread when its script is there. A browser limits no thread's memory. */
function startThread(
  script: Promise<string>,
  start: unknown,
  { deadline = THREAD_DEADLINE, transfer = [] }: ThreadOptions = {},
): Thread {
  let worker: Worker | undefined;
  let events: ThreadEvents<unknown> | undefined;
  let isOver = false;
  /** What is to be sent once the thread is there. */
  const waiting: [message: unknown, transfer: readonly ArrayBuffer[]][] = [[start, transfer]];

  const end = (why?: string) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    worker?.terminate();
    if (why !== undefined) events?.error(why);
    events?.end?.(ENDED);
  };
  const timer = setTimeout(() => {
    end(`it ran longer than ${deadline / 1000} seconds and was ended`);
  }, deadline);
  const begin = (url: string) => {
    if (isOver) return;
    worker = new Worker(url);
    worker.onmessage = ({ data }) => {
      if (!isOver) events?.message(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      end(event.message);
    };
    for (const [message, moved] of waiting.splice(0)) worker.postMessage(message, [...moved]);
  };
  script.then(begin).catch((error: unknown) => {
    end(error instanceof Error ? error.message : String(error));
  });
  return {
    hear: <Message>(on: ThreadEvents<Message>) => {
      events = on as ThreadEvents<unknown>;
    },
    post: (message, moved = []) => {
      if (worker && !isOver) worker.postMessage(message, [...moved]);
      else if (!isOver) waiting.push([message, moved]);
    },
    terminate: () => {
      end();
      return Promise.resolve();
    },
  };
}
