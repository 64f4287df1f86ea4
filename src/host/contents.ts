// What is compressed in an image, read in a worker thread: decompression takes seconds, and a hostile image may take all
// the memory that its thread is given.

import { Worker } from 'node:worker_threads';
import * as errors from '../core/errors';
import type { VolumeContents } from '../core/ovmf/volumes/contents';
import { ContentReader, type ContentPart, type ContentRequest } from './contentParts';
import { eachSlice } from './slices';

const LIMITS = { maxOldGenerationSizeMb: 512 };

/**
 * Reads the volumes of an image with their compressed sections. The thread that calls gets and gives no more at once than it has time for.
 * @param script path of volumesWorker.js
 * @returns undefined when `signal` stopped it, which ends the thread
 * @throws CheckError when the thread failed
 */
export function readContentsApart(
  script: string,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<VolumeContents | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  const worker = new Worker(script, { workerData: bytes.length, resourceLimits: LIMITS });
  const ask = (request: ContentRequest, ...transfer: ArrayBuffer[]) => worker.postMessage(request, transfer);
  const end = () => void worker.terminate();
  signal.addEventListener('abort', end);
  const reader = new ContentReader();
  return new Promise<VolumeContents | undefined>((done, fail) => {
    worker.on('message', (part: ContentPart) => {
      const contents = reader.add(part);
      if (!contents) {
        ask({ type: 'next' });
        return;
      }
      done(contents);
      end();
    });
    worker.once('error', (error) => {
      fail(errors.contentsUnread(error.message));
    });
    // After a message or an error this comes too late to count.
    worker.once('exit', () => {
      signal.removeEventListener('abort', end);
      done(undefined);
    });
    const send = (slice: Uint8Array, offset: number) => {
      const copy = slice.slice();
      ask({ type: 'bytes', bytes: copy, offset }, copy.buffer);
    };
    void eachSlice(bytes, send, signal).then((all) => {
      if (all) ask({ type: 'next' });
    });
  });
}
