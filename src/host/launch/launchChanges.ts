// Asks a thread what to change in a launch file for it to say what explanations say.

import * as errors from './errors';
import type { ErrorData } from '../../core/errors';
import type { LaunchEdit } from '../../core/explain/explanation';
import type { Io } from '../../app/io';
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
 * @returns an answer to the edits of each explanation
 * @throws CheckError when the thread failed
 */
export function launchChangesInThread(io: Io, task: ChangesTask): Promise<readonly ChangesAnswer[]> {
  const thread = io.thread('launchEditsWorker', task);
  return new Promise((done, fail) => {
    thread.hear<readonly ChangesAnswer[]>({
      message: done,
      error: (why) => fail(errors.launchEditsFailed(why)),
      // After an answer or an error this comes too late to count.
      end: () => fail(errors.launchEditsFailed('its thread ended')),
    });
  });
}
