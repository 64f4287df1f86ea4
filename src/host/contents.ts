// What is compressed in images, read in a worker thread: decompression takes seconds, and a hostile image may take all
// the memory that its thread is given.

import { Worker } from 'node:worker_threads';
import type { CheckError } from '../core/errors';
import * as errors from '../core/errors';
import type { VolumeComparison } from '../core/ovmf/volumes/compareVolumes';
import type { VolumeContents } from '../core/ovmf/volumes/contents';
import { ContentReader, type ContentPart, type ContentRequest } from './contentParts';
import { eachSlice } from './slices';

const LIMITS = { maxOldGenerationSizeMb: 512 };

/**
 * Reads the volumes of an image with their compressed sections. The thread that calls gets and gives no more at once than it
 * has time for.
 * @param script path of volumesWorker.js
 * @returns undefined when `signal` stopped it, which ends the thread
 * @throws CheckError when the thread failed
 */
export function readContentsApart(
  script: string,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<VolumeContents | undefined> {
  const reader = new ContentReader();
  const task: Task<VolumeContents> = {
    images: [bytes],
    request: { type: 'next' },
    take: (part) => {
      const contents = reader.add(part);
      return contents && { answer: contents };
    },
    failure: errors.contentsUnread,
  };
  return askWorker(script, task, signal);
}

/**
 * Compares the volumes of two images with their compressed sections.
 * @param script path of volumesWorker.js
 * @returns undefined when neither has a volume, or `signal` stopped it, which ends the thread
 * @throws CheckError when the thread failed
 */
export function compareVolumesApart(
  script: string,
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
  return askWorker(script, task, signal);
}

/** What a thread is asked. `take` gets each part and has the answer with the last; before that, the next is asked for. */
interface Task<T> {
  readonly images: readonly Uint8Array[];
  readonly request: ContentRequest;
  readonly take: (part: ContentPart) => { readonly answer: T } | undefined;
  readonly failure: (why: string) => CheckError;
}

function askWorker<T>(script: string, task: Task<T>, signal: AbortSignal): Promise<T | undefined> {
  const { images, request, take, failure } = task;
  if (signal.aborted) return Promise.resolve(undefined);
  const workerData = images.map(({ length }) => length);
  const worker = new Worker(script, { workerData, resourceLimits: LIMITS });
  const ask = (message: ContentRequest, ...transfer: ArrayBuffer[]) => worker.postMessage(message, transfer);
  const end = () => void worker.terminate();
  signal.addEventListener('abort', end);
  return new Promise<T | undefined>((done, fail) => {
    worker.on('message', (part: ContentPart) => {
      const taken = take(part);
      if (!taken) {
        ask(request);
        return;
      }
      done(taken.answer);
      end();
    });
    worker.once('error', (error) => {
      fail(failure(error.message));
    });
    // After a message or an error this comes too late to count.
    worker.once('exit', () => {
      signal.removeEventListener('abort', end);
      done(undefined);
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
