// Finds out why a launch does not match, in worker threads. Used by the command line and the extension host.

import * as errors from './errors';
import { errorFrom } from '../core/errors';
import type { ExplainProgress, ExplainResult } from '../core/explain/explanation';
import {
  EXPLAIN_DEADLINE,
  EXPLAIN_THREAD,
  KEY_MEMORY,
  type CoordinatorMessage,
  type CoordinatorTask,
  type DigestInputs,
  type ExplainScope,
} from './explainThreads';
import type { Io, Thread } from './io';
import type { LaunchInputs } from './launch';

export type { DigestInputs, OtherMeasurement } from './explainThreads';

/** How far to search, and how it can be watched and stopped. */
export interface ExplainOptions extends ExplainScope {
  readonly signal?: AbortSignal | undefined;
  /** Called at most ten times a second. */
  readonly onProgress?: ((progress: ExplainProgress) => void) | undefined;
}

/**
 * Searches for changes that would make a launch match.
 * @param inputs of a recorded launch, or of a launch digest
 * @throws CheckError when an input cannot be read or contradicts another, or when the signal stops the search
 */
export async function explainLaunch(
  io: Io,
  inputs: LaunchInputs | DigestInputs,
  options: ExplainOptions = {},
): Promise<ExplainResult> {
  const { signal, onProgress, ...scope } = options;
  if (signal?.aborted) throw errors.explainCancelled();
  const keyMemory = new SharedArrayBuffer(KEY_MEMORY);
  const task: CoordinatorTask = { role: 'coordinator', inputs, keyMemory, ...scope };
  const thread = io.thread(EXPLAIN_THREAD, task, { deadline: EXPLAIN_DEADLINE });
  try {
    return await answerFrom(thread, signal, onProgress);
  } finally {
    await thread.terminate();
    new Uint8Array(keyMemory).fill(0);
  }
}

function answerFrom(
  thread: Thread,
  signal: AbortSignal | undefined,
  onProgress: ExplainOptions['onProgress'],
): Promise<ExplainResult> {
  return new Promise((done, fail) => {
    const cancel = () => fail(errors.explainCancelled());
    signal?.addEventListener('abort', cancel);
    thread.hear<CoordinatorMessage>({
      message: (message) => {
        if (message.type === 'progress') onProgress?.(message.progress);
        else if (message.type === 'result') done(message.result);
        else fail(errorFrom(message.error));
      },
      error: (why) => fail(errors.explainFailed(why)),
      // After an answer or an error, this arrives too late to matter.
      end: () => {
        signal?.removeEventListener('abort', cancel);
        fail(errors.explainFailed('its thread ended'));
      },
    });
  });
}
