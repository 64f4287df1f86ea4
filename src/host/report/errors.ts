// Failures of the editor of attestation reports.

import { CheckError, usage } from '../../core/errors';

/** The thread that reads and verifies a report failed. `why` is a phrase. */
export function reportUnread(why: string): CheckError {
  return new CheckError(
    'bug',
    'report-unread',
    `This attestation report could not be read to its end: ${why}. Whether it is true is not known.`,
  );
}

/** The clipboard has no report; `reason` is a sentence or two that begin with "It". */
export function noReportToPaste(reason: string): CheckError {
  return usage('no-report-to-paste', `The clipboard has no attestation report. ${reason}`, {
    advice: 'Copy one in hexadecimal, in base64, or as JSON.',
  });
}

/** A file that was to be compared is no report; `reason` is a sentence or two that begin with "It". */
export function noReportToCompare(name: string, reason: string): CheckError {
  return usage('no-report-to-compare', `${name} is no attestation report. ${reason}`);
}
