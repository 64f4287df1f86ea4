// A check against a launch digest as a thread runs it: with its trace, which whoever started it looks into.

import type { VerifiedReport } from '../core/check/checkReport';
import type { VmsaPages } from '../core/launch/loads';
import type { Report } from '../core/launch/report';
import { TraceRecorder, type TraceDigests } from '../core/launch/traceDigests';
import { checkAgainstDigest } from './digestCheck';
import type { Io } from './io';
import { isByReport, type CheckOptions, type DigestInputs, type ReportInputs } from './launch';
import { checkAgainstReport, type CheckedByReport } from './reportCheck';
import type { VerifyEvidence } from './reportEvidence';

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
  | {
      readonly type: 'report';
      readonly report: Report;
      readonly trace: LaunchTrace;
      /** The attestation report that the launch was compared with. */
      readonly evidence?: VerifiedReport;
    };

/** Milliseconds between two answers with progress. */
const PROGRESS_EVERY = 100;

/** Runs the check, and answers. @throws CheckError as checkAgainstDigest and checkAgainstReport */
export async function checkTraced(
  io: Io,
  inputs: DigestInputs | ReportInputs,
  verifyEvidence: VerifyEvidence,
  answer: (answer: DigestAnswer) => Promise<void>,
): Promise<void> {
  const recorder = new TraceRecorder();
  let pages: VmsaPages | undefined;
  let last = 0;
  const options: CheckOptions = {
    verifyEvidence,
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
  };
  const { report, evidence }: Pick<CheckedByReport, 'report'> & Partial<CheckedByReport> = isByReport(inputs)
    ? await checkAgainstReport(io, inputs, options)
    : { report: await checkAgainstDigest(io, inputs, options) };
  const digests = recorder.digests((bytes) => new SharedArrayBuffer(bytes));
  const trace = { digests, ...(pages && { pages }) };
  await answer({ type: 'report', report, trace, ...(evidence && { evidence }) });
}
