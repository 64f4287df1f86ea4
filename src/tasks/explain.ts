// Finds out why a launch does not match, in worker threads. Used by the command line and the extension host.

import * as errors from '../app/errors';
import { KEY_MEMORY, type ExplainInputs, type ExplainScope } from '../app/explainThreads';
import type { Io } from '../app/io';

import type { ExplainProgress, ExplainResult } from '../core/explain/explanation';
import { runTask } from '../threads';

export type { OtherMeasurement } from '../app/explainThreads';

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
  inputs: ExplainInputs,
  options: ExplainOptions = {},
): Promise<ExplainResult> {
  const { signal, onProgress, ...scope } = options;
  const keyMemory = new SharedArrayBuffer(KEY_MEMORY);
  try {
    const last = await runTask(
      io,
      'explain',
      { inputs, keyMemory, ...scope },
      {
        signal,
        answer: (answer) => {
          if (answer.type === 'progress') onProgress?.(answer.progress);
        },
        died: errors.explainFailed,
      },
    );
    if (last?.type !== 'result') throw errors.explainCancelled();
    return last.result;
  } finally {
    // Its threads have ended.
    new Uint8Array(keyMemory).fill(0);
  }
}
