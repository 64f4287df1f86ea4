// Asks a thread what to change in a launch file for it to say what explanations say.

import { Worker } from 'node:worker_threads';
import * as errors from './errors';
import type { ErrorData } from '../../core/errors';
import type { LaunchEdit } from '../../core/explain/explanation';
import type { TextChange } from '../../app/launchEdits';

/** A launch file, and the edits of each explanation. */
export interface ChangesTask {
  readonly text: string;
  /** Where the file is, absolute. */
  readonly path: string;
  readonly edits: readonly (readonly LaunchEdit[])[];
}

/** What to change, which is nothing when the file says so already, or why it cannot say so. */
export type ChangesAnswer = { readonly changes: readonly TextChange[] } | { readonly error: ErrorData };

/**
 * Finds what to change.
 * @param script path of launchEditsWorker.js
 * @returns an answer to the edits of each explanation
 * @throws CheckError when the thread failed
 */
export function changesApart(script: string, task: ChangesTask): Promise<readonly ChangesAnswer[]> {
  const worker = new Worker(script, { workerData: task });
  return new Promise((done, fail) => {
    worker.once('message', done);
    worker.once('error', (error) => {
      fail(errors.launchEditsFailed(error.message));
    });
    // After an answer or an error this comes too late to count.
    worker.once('exit', () => {
      fail(errors.launchEditsFailed('its thread ended'));
    });
  });
}
