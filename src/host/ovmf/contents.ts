// Reads and compares images in a worker thread: erased flash is read to its end, decompression takes seconds, and a
// hostile image may use up all the memory that its thread has.

import type { Io, ThreadOptions } from '../../app/io';
import type { CheckError } from '../../core/errors';
import { PartReader, type ListPart } from '../../protocol/parts';
import type { ImageFound, ImagesFound } from '../../protocol/ovmf';
import * as errors from './errors';
import { eachSlice } from '../shell/slices';

/** What a thread may use. */
const LIMITS: ThreadOptions = { memory: 512 };

/** Requests to the thread: bytes of an image, and the next part of what is found in one image or of how two differ. */
export type ContentRequest =
  | { readonly type: 'bytes'; readonly image: number; readonly bytes: Uint8Array; readonly offset: number }
  | { readonly type: 'next' };

/** The thread's answers: a part of what is found under a name, or that there is no more. */
export type ContentAnswer =
  { readonly type: 'part'; readonly name: string; readonly part: ListPart } | { readonly type: 'end' };

/**
 * Reads an image: its tables if there is more to them than tablesAtEnd finds, its volumes without and then with their compressed sections, its digests. Transfers in both
 * directions are split so that no turn of the calling thread takes too long.
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
  return askThread(io, { images: [bytes], found, failure }, signal);
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
  return askThread(io, { images: [a, b], found, failure }, signal);
}

interface Task<T> {
  readonly images: readonly Uint8Array[];
  readonly found: (soFar: Partial<T>) => void;
  readonly failure: (why: string, soFar: Partial<T>) => CheckError;
}

function askThread<T>(
  io: Io,
  { images, found, failure }: Task<T>,
  signal: AbortSignal,
): Promise<Partial<T> | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  const sizes = images.map(({ length }) => length);
  const thread = io.thread('volumesWorker', sizes, LIMITS);
  const ask = (message: ContentRequest, ...transfer: ArrayBuffer[]) => thread.post(message, transfer);
  const end = () => void thread.terminate();
  signal.addEventListener('abort', end);
  let soFar: Partial<T> = {};
  let reader = new PartReader();
  return new Promise<Partial<T> | undefined>((done, fail) => {
    thread.hear<ContentAnswer>({
      message: (answer) => {
        // Whatever was in transit when it was stopped belongs to an image that is no longer shown.
        if (signal.aborted) return;
        if (answer.type === 'end') {
          done(soFar);
          end();
          return;
        }
        // It goes on while this thread takes what it has found.
        ask({ type: 'next' });
        const whole = reader.add(answer.part);
        if (!whole) return;
        reader = new PartReader();
        soFar = { ...soFar, [answer.name]: whole };
        found(soFar);
      },
      error: (why) => fail(failure(why, soFar)),
      // After a message or an error, this arrives too late to matter.
      end: () => {
        signal.removeEventListener('abort', end);
        done(undefined);
      },
    });
    const send = async () => {
      for (const [image, bytes] of images.entries()) {
        const all = await eachSlice(
          bytes,
          (slice, offset) => {
            const copy = slice.slice();
            ask({ type: 'bytes', image, bytes: copy, offset }, copy.buffer);
          },
          signal,
        );
        if (!all) return;
      }
      ask({ type: 'next' });
    };
    void send();
  });
}
