// What is compressed in images, read in a worker thread: decompression takes seconds, and a hostile image may take all
// the memory that its thread is given.

import { Worker } from 'node:worker_threads';
import * as vscode from 'vscode';
import type { CheckError } from '../core/errors';
import * as errors from '../core/errors';
import type { VolumeAnswers, VolumesRequest } from './volumesWorker';

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
): Promise<VolumeAnswers['read'] | undefined> {
  return askWorker(extensionUri, { kind: 'read', bytes }, signal, errors.contentsUnread);
}

/**
 * Compares the volumes of two images with their compressed sections.
 * @returns undefined when neither has a volume, or `signal` stopped it, which ends the thread
 * @throws CheckError when the thread failed
 */
export function compareVolumesApart(
  extensionUri: vscode.Uri,
  a: Uint8Array,
  b: Uint8Array,
  signal: AbortSignal,
): Promise<VolumeAnswers['compare'] | undefined> {
  return askWorker(extensionUri, { kind: 'compare', a, b }, signal, errors.comparisonUnread);
}

function askWorker<K extends VolumesRequest['kind']>(
  extensionUri: vscode.Uri,
  request: VolumesRequest & { readonly kind: K },
  signal: AbortSignal,
  failure: (why: string) => CheckError,
): Promise<VolumeAnswers[K] | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  const script = vscode.Uri.joinPath(extensionUri, 'dist', 'volumesWorker.js').fsPath;
  const worker = new Worker(script, { workerData: request, resourceLimits: LIMITS });
  const end = () => void worker.terminate();
  signal.addEventListener('abort', end);
  return new Promise<VolumeAnswers[K] | undefined>((done, fail) => {
    worker.once('message', (answer: VolumeAnswers[K]) => {
      done(answer);
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
  });
}
