// The thread's side of src/threads.ts: runs one task. The entry of each runtime's threads calls it with what that runtime provides.

import type { Io } from '../app/io';
import { CheckError, errorData } from '../core/errors';
import type { Hashes } from '../core/launch/hasher';
import type { DecompressInto } from '../core/ovmf/volumes/decoders';
import { Sender } from '../protocol/transfer';
import {
  TASKS,
  type StarterMessage,
  type TaskAnswer,
  type TaskInput,
  type TaskName,
  type TaskRequest,
  type ThreadMessage,
} from '../threads';
import { CODE } from './code';

/** What a runtime provides to its threads, each loaded when a task needs it. */
export interface Runtime {
  readonly io: () => Promise<Io>;
  readonly decoders: () => Promise<DecompressInto>;
  readonly hashes: () => Promise<Hashes>;
}

/** The thread's end of its connection with who started it. */
export interface Port {
  post(message: ThreadMessage): void;
  /** Subscribes; messages that came before are heard as well. */
  hear(listener: (message: StarterMessage) => void): void;
}

/** What a task is given beside its input. */
export interface Here<N extends TaskName> extends Runtime {
  /** Gives an answer. Settles when it is on its way: the task may go on at once. */
  readonly answer: (answer: TaskAnswer<N>) => Promise<void>;
  /** Hears requests. */
  readonly hear: (listener: (request: TaskRequest<N>) => void) => void;
}

/** The code of a task: it is done when this has settled. One that serves requests never is. */
export type TaskCode<N extends TaskName> = (input: TaskInput<N>, here: Here<N>) => Promise<void>;

/** Sends messages one at a time, each when the one before was taken. */
class Paced {
  private sent = Promise.resolve();
  private taken = Promise.resolve();
  take = (): void => undefined;

  constructor(private readonly post: (message: ThreadMessage) => void) {}

  /** Settles when the last one is on its way. */
  send(messages: Iterable<ThreadMessage>): Promise<void> {
    return (this.sent = this.sent.then(async () => {
      for (const message of messages) {
        await this.taken;
        this.taken = new Promise((take) => (this.take = take));
        this.post(message);
      }
    }));
  }
}

/** Runs a task. @throws whatever it throws that is no CheckError, which ends the thread */
export async function serve<N extends TaskName>(
  name: N,
  input: TaskInput<N>,
  port: Port,
  machine: Runtime,
): Promise<void> {
  const paced = new Paced((message) => port.post(message));
  const sender = new Sender();
  const { lists } = TASKS[name] as { readonly lists?: readonly string[] };
  let request: ((request: TaskRequest<N>) => void) | undefined;
  const early: TaskRequest<N>[] = [];
  port.hear((message) => {
    switch (message.type) {
      case 'taken':
        paced.take();
        return;
      case 'request': {
        const asked = message.request as TaskRequest<N>;
        if (request) request(asked);
        else early.push(asked);
        return;
      }
      default:
        message satisfies never;
    }
  });
  const here: Here<N> = {
    ...machine,
    answer: (answer) =>
      paced.send(lists ? sender.messages(answer as object, lists) : [{ type: 'answer', answer }]),
    hear: (listener) => {
      request = listener;
      for (const asked of early.splice(0)) listener(asked);
    },
  };
  try {
    const run: TaskCode<N> = await CODE[name]();
    await run(input, here);
    await paced.send([{ type: 'done' }]);
  } catch (error) {
    if (!(error instanceof CheckError)) throw error;
    await paced.send([{ type: 'failed', error: errorData(error) }]);
  }
}
