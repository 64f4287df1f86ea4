// Failures of reference values in VS Code.

import { CheckError, usage } from '../../core/errors';

/** The thread that computes reference values failed; `why` is a phrase. */
export function referencesFailed(why: string): CheckError {
  return new CheckError('bug', 'references-failed', `The launch digests are not computed: ${why}.`, {
    advice: 'Compute them again, for fewer launches if they are many.',
  });
}

/** The clipboard holds no text. */
export function emptyClipboard(): CheckError {
  return usage('empty-clipboard', 'The clipboard is empty.', {
    advice: 'Copy a command line of QEMU or the XML of a domain first.',
  });
}

/** Reference values are bytes, or too long for the clipboard. */
export function notForClipboard(): CheckError {
  return usage('not-for-clipboard', 'These reference values are more than a clipboard should take.', {
    advice: 'Save them to a file.',
  });
}
