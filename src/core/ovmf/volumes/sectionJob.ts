// What a program and the thread that decompresses for it share: memory, because the one waits without hearing messages.

import type { CompressionMethod } from './compressions';

/** What the thread is asked, beside the memory that it got at its start. */
export interface SectionJob {
  readonly method: CompressionMethod;
  /** The data, with their header, and how many bytes of them there are. */
  readonly input: SharedArrayBuffer;
  readonly size: number;
  /** As long as what has to come out. */
  readonly output: SharedArrayBuffer;
  /** Steps that may be taken. */
  readonly steps: number;
}

/** Where the words of the shared state are: what became of the job, and a number that changes while the thread works. */
export const STATE_AT = { answer: 0, beat: 1 } as const;
/** Bytes of the shared state: two words of 32 bits, and the steps that are left as a double. */
export const STATE_SIZE = 16;
export const LEFT_AT = 8;

/** What became of a job. */
export const ANSWER = { none: 0, whole: 1, broken: 2, spent: 3 } as const;
