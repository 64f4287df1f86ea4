// A check of what a launch file names, without a host: of a recorded measurement, or of a launch digest.

import type { Report } from '../core/launch/report';
import { checkAgainstDigest } from './digestCheck';
import type { Io } from './io';
import { checkFiles, type CheckedInputs, type CheckOptions } from './launch';

/** Runs a check. @throws CheckError when an input cannot be read, is unsuitable, or contradicts another */
export const runCheck = async (io: Io, inputs: CheckedInputs, options?: CheckOptions): Promise<Report> =>
  'launchDigest' in inputs
    ? checkAgainstDigest(io, inputs, options)
    : (await checkFiles(io, inputs, options)).report;
