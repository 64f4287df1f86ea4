// Reads images in a worker thread: erased flash is read to its end, decompression takes seconds, and a hostile
// image may use up all the memory that its thread has.

import type { Io } from '../../app/io';
import type { CheckError } from '../../core/errors';
import * as errors from './errors';
import type { VolumeComparison } from '../../core/ovmf/compare/compareVolumes';
import { ContentReader, type ContentPart } from '../../core/ovmf/contentParts';
import type { VolumeContents } from '../../core/ovmf/contents';
import { eachSlice } from '../shell/slices';

const LIMITS = { memory: 512 };

/** Requests to the thread: bytes of an image, the next part of the first image's contents, the differences. */
export type ContentRequest =
  | { readonly type: 'bytes'; readonly image: number; readonly bytes: Uint8Array; readonly offset: number }
  | { readonly type: 'next' }
  | { readonly type: 'compare' };

/** What is known of an image before anything is decompressed. */
export type FirstRead = Pick<VolumeContents, 'findings' | 'facts'>;

/** The thread's answers: for one image, what is known without decompression first; for two, the differences. */
export type ContentAnswer =
  | { readonly type: 'first'; readonly first: FirstRead }
  | ContentPart
  | { readonly type: 'comparison'; readonly comparison: VolumeComparison | undefined };

/**
 * Reads an image and its volumes with their compressed sections. Transfers in both directions are split so that
 * no turn of the calling thread takes too long.
 * @param found receives what is known before anything is decompressed
 * @returns undefined when `signal` stopped it, which ends the thread
 * @throws CheckError when the thread failed
 */
export function readImageInThread(
  io: Io,
  bytes: Uint8Array,
  signal: AbortSignal,
  found: (first: FirstRead) => void,
): Promise<VolumeContents | undefined> {
  const reader = new ContentReader();
  const task: Task<VolumeContents> = {
    images: [bytes],
    request: { type: 'next' },
    take: (part) => {
      if (part.type === 'comparison') return undefined;
      if (part.type === 'first') {
        found(part.first);
        return undefined;
      }
      const contents = reader.add(part);
      return contents && { answer: contents };
    },
    failure: errors.contentsUnread,
  };
  return askThread(io, task, signal);
}

/**
 * Compares the volumes of two images with their compressed sections.
 * @returns undefined when neither has a volume, or `signal` stopped it, which ends the thread
 * @throws CheckError when the thread failed
 */
export function compareVolumesInThread(
  io: Io,
  a: Uint8Array,
  b: Uint8Array,
  signal: AbortSignal,
): Promise<VolumeComparison | undefined> {
  const task: Task<VolumeComparison | undefined> = {
    images: [a, b],
    request: { type: 'compare' },
    take: (part) => (part.type === 'comparison' ? { answer: part.comparison } : undefined),
    failure: errors.comparisonUnread,
  };
  return askThread(io, task, signal);
}

/**
 * A request to a thread. `take` receives each part and returns the answer after the last one; until then, the
 * next part is requested.
 */
interface Task<T> {
  readonly images: readonly Uint8Array[];
  readonly request: ContentRequest;
  readonly take: (part: ContentAnswer) => { readonly answer: T } | undefined;
  readonly failure: (why: string) => CheckError;
}

function askThread<T>(io: Io, task: Task<T>, signal: AbortSignal): Promise<T | undefined> {
  const { images, request, take, failure } = task;
  if (signal.aborted) return Promise.resolve(undefined);
  const sizes = images.map(({ length }) => length);
  const thread = io.thread('volumesWorker', sizes, LIMITS);
  const ask = (message: ContentRequest, ...transfer: ArrayBuffer[]) => thread.post(message, transfer);
  const end = () => void thread.terminate();
  signal.addEventListener('abort', end);
  return new Promise<T | undefined>((done, fail) => {
    thread.hear<ContentAnswer>({
      message: (part) => {
        // Whatever was in transit when it was stopped belongs to an image that is no longer shown.
        if (signal.aborted) return;
        const taken = take(part);
        if (!taken) {
          ask(request);
          return;
        }
        done(taken.answer);
        end();
      },
      error: (why) => fail(failure(why)),
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
      ask(request);
    };
    void send();
  });
}
