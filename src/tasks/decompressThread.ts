// Decompresses sections in a thread of limited memory and time while the caller waits: the walk of an image needs each section
// before it goes on. The thread starts with the first section, so that an image without any costs nothing.

import type { Io } from '../app/io';
import { Spent } from '../core/ovmf/volumes/budget';
import type { Decompress } from '../core/ovmf/volumes/tree';
import { ANSWER, LEFT_AT, STATE_SIZE, STATE_AT, type SectionJob } from '../core/ovmf/volumes/sectionJob';
import { startTask, type RunningTask } from '../threads';

/** How long the thread may take, in milliseconds: for all sections, and without a sign of work. */
export interface Patience {
  readonly deadline: number;
  readonly silence: number;
}

/** The budget of a walk takes about a second, three at the worst, and the machine may be busy. */
const PATIENCE: Patience = { deadline: 60_000, silence: 8000 };

/** A decompressor in a thread. */
export interface DecompressThread {
  readonly decompress: Decompress;
  /** Ends the thread, if it was started. */
  end(): Promise<void>;
}

/** A decompressor whose thread is started when it is needed. A section of a thread that ended is `stopped`. */
export function decompressInThread(io: Io, { deadline, silence }: Patience = PATIENCE): DecompressThread {
  const state = new SharedArrayBuffer(STATE_SIZE);
  const words = new Int32Array(state, 0, 2);
  const left = new Float64Array(state, LEFT_AT, 1);
  let input = new SharedArrayBuffer(0);
  let thread: RunningTask<'decompress'> | undefined;
  let stopped: string | undefined;
  let end = 0;

  const start = (): RunningTask<'decompress'> => {
    end = performance.now() + deadline;
    // While it waits, this thread hears nothing; afterwards it is known.
    thread = startTask(io, 'decompress', state, { answer: () => undefined, end: () => undefined });
    return thread;
  };
  /** Waits for the answer. @returns why there will be none */
  const wait = (): string | undefined => {
    for (let beat = Atomics.load(words, STATE_AT.beat); ;) {
      const patience = Math.min(silence, end - performance.now());
      const late =
        patience <= 0 || Atomics.wait(words, STATE_AT.answer, ANSWER.none, patience) === 'timed-out';
      if (!late) return undefined;
      if (performance.now() >= end)
        return `its thread ran longer than ${deadline / 1000} seconds and was ended`;
      const now = Atomics.load(words, STATE_AT.beat);
      if (now === beat) return 'its thread ended or does not answer';
      beat = now;
    }
  };
  const decompress: Decompress = (method, bytes, size, budget) => {
    if (stopped !== undefined) return { stopped };
    if (input.byteLength < bytes.length) input = new SharedArrayBuffer(bytes.length);
    new Uint8Array(input).set(bytes);
    const output = new SharedArrayBuffer(size);
    const steps = budget?.steps ?? Infinity;
    const job: SectionJob = { method, input, size: bytes.length, output, steps };
    Atomics.store(words, STATE_AT.answer, ANSWER.none);
    (thread ?? start()).request(job);
    stopped = wait();
    if (stopped !== undefined) {
      void thread?.stop();
      return { stopped };
    }
    const answer = Atomics.load(words, STATE_AT.answer);
    budget?.charge(steps - left[0]!);
    if (answer === ANSWER.spent) throw new Spent();
    return answer === ANSWER.whole ? new Uint8Array(output) : undefined;
  };
  return {
    decompress,
    end: async () => {
      await thread?.stop();
    },
  };
}

/** Runs what decompresses sections in a thread, and ends that. */
export async function decompressing<T>(io: Io, run: (decompress: Decompress) => T): Promise<T> {
  const thread = decompressInThread(io);
  try {
    return run(thread.decompress);
  } finally {
    await thread.end();
  }
}
