// A check of what a launch file names, without a host: of a recorded measurement, of a launch digest, or of a report.

import type { Report } from '../core/launch/report';
import { checkAgainstDigest } from './digestCheck';
import type { Io } from './io';
import { checkFiles, isByReport, type CheckedInputs, type CheckOptions } from './launch';
import { checkAgainstReport } from './reportCheck';

/** Runs a check. @throws CheckError when an input cannot be read, is unsuitable, or contradicts another */
export async function runCheck(io: Io, inputs: CheckedInputs, options?: CheckOptions): Promise<Report> {
  if (isByReport(inputs)) return (await checkAgainstReport(io, inputs, options)).report;
  return 'launchDigest' in inputs
    ? checkAgainstDigest(io, inputs, options)
    : (await checkFiles(io, inputs, options)).report;
}
