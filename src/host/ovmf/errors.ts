// What can go wrong while the compressed parts of an image are read.

import { CheckError } from '../../core/errors';

/** Compressed sections that could not be read, although the rest of the image could. */
export function contentsUnread(why: string): CheckError {
  return new CheckError(
    'bug',
    'contents-unread',
    `What is compressed in this image could not be read: ${why}. All else of it is shown; its kernel hashes may or may not be verified.`,
  );
}

/** The thread that compares what is compressed in two images ended without a comparison. */
export function comparisonUnread(why: string): CheckError {
  return new CheckError(
    'bug',
    'comparison-unread',
    `What is compressed in these images could not be compared: ${why}. All else of them is; compressed sections are compared as bytes.`,
  );
}
