// Failures while the compressed parts of an image are read.

import { CheckError } from '../../core/errors';

/** The thread that decompresses the sections of an image failed; the rest of the image is shown. `why` is a phrase. */
export function contentsUnread(why: string): CheckError {
  return new CheckError(
    'bug',
    'contents-unread',
    `What is compressed in this image could not be read: ${why}. All else of it is shown; what it can be used for is unknown where it depends on that.`,
  );
}

/** The thread that compares the compressed sections of two images failed; the rest of them is compared. `why` is a phrase. */
export function comparisonUnread(why: string): CheckError {
  return new CheckError(
    'bug',
    'comparison-unread',
    `What is compressed in these images could not be compared: ${why}. All else of them is; compressed sections are compared as bytes.`,
  );
}
