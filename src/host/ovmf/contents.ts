// Reads and compares images in a worker thread: erased flash is read to its end, decompression takes seconds, and a
// hostile image may use up all the memory that its thread has.

import type { Io } from '../../app/io';
import type { CheckError } from '../../core/errors';
import type { ImageFound, ImagesFound } from '../../protocol/ovmf';
import * as errors from './errors';
import { eachSlice } from '../shell/slices';
import { runTask, type TaskAnswer, type TaskInput } from '../../threads';

/**
 * Reads an image: its tables if there is more to them than tablesAtEnd finds, its volumes without and then with their
 * compressed sections, its digests. What is found arrives in parts, so that no turn of the calling thread takes too long.
 * @param found receives all that is known whenever more is
 * @returns all of it; undefined when `signal` stopped it, which ends the thread
 * @throws CheckError when the thread failed
 */
export function readImageInThread(
  io: Io,
  bytes: Uint8Array,
  signal: AbortSignal,
  found: (soFar: ImageFound) => void,
): Promise<ImageFound | undefined> {
  const failure = (why: string, { contents }: ImageFound) =>
    !contents
      ? errors.volumesUnread(why)
      : contents.pending
        ? errors.compressedUnread(why)
        : errors.digestsUnknown(why);
  return askThread(io, 'readImage', { image: bytes }, { signal, found, failure });
}

/**
 * Compares two images, without and then with their compressed sections.
 * @param found receives what is known whenever more is
 * @returns all of it; undefined when `signal` stopped it, which ends the thread
 * @throws CheckError when the thread failed
 */
export function compareInThread(
  io: Io,
  a: Uint8Array,
  b: Uint8Array,
  signal: AbortSignal,
  found: (soFar: ImagesFound) => void,
): Promise<ImagesFound | undefined> {
  const failure = (why: string, { comparison }: ImagesFound) => errors.comparisonUnread(why, !comparison);
  return askThread(io, 'compareImages', { a, b }, { signal, found, failure });
}

type ImageTask = 'readImage' | 'compareImages';

interface Asking<T> {
  readonly signal: AbortSignal;
  readonly found: (soFar: T) => void;
  readonly failure: (why: string, soFar: Partial<T>) => CheckError;
}

/** Runs a task on images. Memory that is not shared is copied for it, so that no turn of this thread takes too long. */
async function askThread<N extends ImageTask>(
  io: Io,
  task: N,
  images: Readonly<Record<keyof TaskInput<N>, Uint8Array>>,
  { signal, found, failure }: Asking<TaskAnswer<N>>,
): Promise<TaskAnswer<N> | undefined> {
  const transfer: ArrayBuffer[] = [];
  const forThread = async (bytes: Uint8Array): Promise<Uint8Array> => {
    if (!(bytes.buffer instanceof ArrayBuffer)) return bytes;
    const copy = new Uint8Array(bytes.length);
    transfer.push(copy.buffer);
    await eachSlice(bytes, (slice, offset) => copy.set(slice, offset), signal);
    return copy;
  };
  const input: Partial<Record<keyof TaskInput<N>, Uint8Array>> = {};
  for (const name of Object.keys(images) as (keyof TaskInput<N>)[])
    input[name] = await forThread(images[name]);
  let soFar: Partial<TaskAnswer<N>> = {};
  return runTask<N>(io, task, input as TaskInput<N>, {
    signal,
    answer: (answer) => found((soFar = answer)),
    died: (why) => failure(why, soFar),
    transfer,
  });
}
