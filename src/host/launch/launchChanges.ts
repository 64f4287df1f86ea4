// Has a thread compute what to change in a launch file to apply explanations.

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

/** What to change (empty when the file already agrees), or why it cannot be changed. */
export type ChangesAnswer = { readonly changes: readonly TextChange[] } | { readonly error: ErrorData };

/** Computes the changes. @returns one answer per explanation @throws CheckError when the thread failed */
export function launchChangesInThread(io: Io, task: ChangesTask): Promise<readonly ChangesAnswer[]> {
  const thread = io.thread('launchEditsWorker', task);
  return new Promise((done, fail) => {
    thread.hear<readonly ChangesAnswer[]>({
      message: done,
      error: (why) => fail(errors.launchEditsFailed(why)),
      // After an answer or an error, this arrives too late to matter.
      end: () => fail(errors.launchEditsFailed('its thread ended')),
    });
  });
}
