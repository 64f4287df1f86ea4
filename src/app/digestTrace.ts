// A check against a launch digest as a thread runs it: with its trace, which whoever started it looks into.

import type { VmsaPages } from '../core/launch/loads';
import type { Report } from '../core/launch/report';
import { TraceRecorder, type TraceDigests } from '../core/launch/traceDigests';
import { checkAgainstDigest } from './digestCheck';
import type { Io } from './io';
import type { DigestInputs } from './launch';

/** What was loaded, beside its report. */
export interface LaunchTrace {
  /** Of each step of the runs in the report, in memory that threads share. */
  readonly digests: TraceDigests;
  /** Absent where no vCPUs are measured. */
  readonly pages?: VmsaPages;
}

/** What the thread answers; the report is the last. */
export type DigestAnswer =
  | { readonly type: 'progress'; readonly name: string; readonly done: number; readonly total?: number }
  | { readonly type: 'report'; readonly report: Report; readonly trace: LaunchTrace };

/** Milliseconds between two answers with progress. */
const PROGRESS_EVERY = 100;

/** Runs the check, and answers. @throws CheckError as checkAgainstDigest */
export async function checkTraced(
  io: Io,
  inputs: DigestInputs,
  answer: (answer: DigestAnswer) => Promise<void>,
): Promise<void> {
  const recorder = new TraceRecorder();
  let pages: VmsaPages | undefined;
  let last = 0;
  const report = await checkAgainstDigest(io, inputs, {
    onProgress: (name, done, total) => {
      const now = Date.now();
      if (now - last < PROGRESS_EVERY) return;
      last = now;
      void answer({ type: 'progress', name, done, ...(total !== undefined && { total }) });
    },
    onStep: (step) => {
      recorder.add(step);
    },
    onPages: (measured) => {
      pages = measured;
    },
  });
  const digests = recorder.digests((bytes) => new SharedArrayBuffer(bytes));
  await answer({ type: 'report', report, trace: { digests, ...(pages && { pages }) } });
}
