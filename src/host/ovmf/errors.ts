// Failures while images are read and compared.

import { CheckError } from '../../core/errors';

/** The thread that reads an image failed before it could read any volume; tables and bytes are shown. `why` is a phrase. */
export function volumesUnread(why: string): CheckError {
  return new CheckError(
    'bug',
    'volumes-unread',
    `The firmware volumes of this image could not be read: ${why}. Its tables and bytes are shown; what it can be used for is unknown where it depends on volumes.`,
  );
}

/** The same, when it read what is not compressed. */
export function compressedUnread(why: string): CheckError {
  return new CheckError(
    'bug',
    'contents-unread',
    `What is compressed in this image could not be read: ${why}. All else of it is shown; what it can be used for is unknown where it depends on that.`,
  );
}

/** The same, when it read all volumes. */
export function digestsUnknown(why: string): CheckError {
  return new CheckError(
    'bug',
    'digests-unread',
    `The digests of this image could not be computed: ${why}. All else of it is shown.`,
  );
}

/**
 * The thread that compares two images failed; the rest of them is compared.
 * @param why a phrase
 * @param isAll whether nothing is known of how they differ
 */
export function comparisonUnread(why: string, isAll: boolean): CheckError {
  return new CheckError(
    'bug',
    'comparison-unread',
    isAll
      ? `These images could not be compared: ${why}. Their bytes are shown.`
      : `What is compressed in these images could not be compared: ${why}. All else of them is; compressed sections are compared as bytes.`,
  );
}
