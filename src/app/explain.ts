// Finds out why a launch does not match, in threads of their own. The same for the command line and the extension host.

import { Worker } from 'node:worker_threads';
import * as errors from './errors';
import { errorFrom } from '../core/errors';
import type { ExplainProgress, ExplainResult } from '../core/explain/explanation';
import {
  KEY_MEMORY,
  type CoordinatorMessage,
  type CoordinatorTask,
  type DigestInputs,
  type ExplainScope,
} from './explainThreads';
import type { LaunchInputs } from './launch';

export type { DigestInputs, OtherMeasurement } from './explainThreads';

/** How far to search, and how it can be watched and stopped. */
export interface ExplainOptions extends ExplainScope {
  readonly signal?: AbortSignal | undefined;
  /** Called at most ten times a second. */
  readonly onProgress?: ((progress: ExplainProgress) => void) | undefined;
}

/**
 * Searches for what would make a launch match.
 * @param script path of explainWorker.js
 * @param inputs of a recorded launch, or of a launch digest
 * @throws CheckError when an input cannot be read or contradicts another, or when the signal stops the search
 */
export async function explainLaunch(
  script: string,
  inputs: LaunchInputs | DigestInputs,
  options: ExplainOptions = {},
): Promise<ExplainResult> {
  const { signal, onProgress, ...scope } = options;
  if (signal?.aborted) throw errors.explainCancelled();
  const keyMemory = new SharedArrayBuffer(KEY_MEMORY);
  const workerData: CoordinatorTask = { role: 'coordinator', inputs, keyMemory, ...scope };
  const worker = new Worker(script, { workerData });
  try {
    return await answerFrom(worker, signal, onProgress);
  } finally {
    await worker.terminate();
    new Uint8Array(keyMemory).fill(0);
  }
}

function answerFrom(
  worker: Worker,
  signal: AbortSignal | undefined,
  onProgress: ExplainOptions['onProgress'],
): Promise<ExplainResult> {
  return new Promise((done, fail) => {
    const cancel = () => fail(errors.explainCancelled());
    signal?.addEventListener('abort', cancel);
    worker.on('message', (message: CoordinatorMessage) => {
      if (message.type === 'progress') onProgress?.(message.progress);
      else if (message.type === 'result') done(message.result);
      else fail(errorFrom(message.error));
    });
    worker.once('error', (error) => fail(errors.explainFailed(error.message)));
    // After an answer or an error this comes too late to count.
    worker.once('exit', () => {
      signal?.removeEventListener('abort', cancel);
      fail(errors.explainFailed('its thread ended'));
    });
  });
}
