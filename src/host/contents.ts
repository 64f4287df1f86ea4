// What is compressed in an image, read in a worker thread: decompression takes seconds, and a hostile image may take all
// the memory that its thread is given.

import { Worker } from 'node:worker_threads';
import * as vscode from 'vscode';
import * as errors from '../core/errors';
import type { VolumeContents } from '../core/ovmf/volumes/contents';

const LIMITS = { maxOldGenerationSizeMb: 512 };

/**
 * Reads the volumes of an image with their compressed sections.
 * @returns undefined when `signal` stopped it, which ends the thread
 * @throws CheckError when the thread failed
 */
export function readContentsApart(
  extensionUri: vscode.Uri,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<VolumeContents | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  const script = vscode.Uri.joinPath(extensionUri, 'dist', 'volumesWorker.js').fsPath;
  const worker = new Worker(script, { workerData: bytes, resourceLimits: LIMITS });
  const end = () => void worker.terminate();
  signal.addEventListener('abort', end);
  return new Promise<VolumeContents | undefined>((done, fail) => {
    worker.once('message', (contents: VolumeContents) => {
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
  });
}
