// Failures of the page editor and its commands.

import { CheckError, usage } from '../../core/errors';

const EXPORT = { advice: 'Export a page to edit it.' };

/** The page is shown in a form whose fields cannot be changed; `why` is a phrase. */
export function readOnlyPage(name: string, why: string): CheckError {
  return usage('read-only-page', `${name} is read-only: ${why}.`, EXPORT);
}

/** The pages were read from text. @param source what kind, such as `kernel log` */
export function readFromText(source: string): CheckError {
  const article = /base64|code|JSON|text/.test(source) ? '' : 'a ';
  return usage('read-from-text', `Read from ${article}${source}, read-only.`, EXPORT);
}

/** A dump lists some fields of a page only. */
export function partOfPage(name: string): CheckError {
  return usage('part-of-page', `${name} lists only some fields of a page: read-only.`);
}

/** A file was to be saved that is shown only on the left side of a diff. */
export function leftOfDiff(name: string): CheckError {
  return usage('left-of-diff', 'The left side of a comparison cannot be saved.', {
    advice: `Open ${name} by itself to change it.`,
  });
}

/** A field was to be changed in an untrusted workspace. */
export function untrustedEdit(): CheckError {
  return new CheckError(
    'insecure',
    'untrusted-edit',
    'This workspace is in Restricted Mode: pages are shown and compared, but nothing is changed or written.',
    { advice: 'Trust the workspace to go on.' },
  );
}

/**
 * A file was to be saved that could never be read, so there is nothing to write; `why` is the sentences that give
 * the reason.
 */
export function neverRead(name: string, why: string): CheckError {
  return usage(
    'never-read',
    `${name} was not saved, because it could not be read and there is nothing to write. ${why}`,
  );
}

/** The requested page number is beyond the last page. @param page from 0 */
export function noSuchPage(name: string, page: number, pages: number): CheckError {
  return usage(
    'no-such-page',
    `${name} has ${pages === 1 ? 'one page' : `${pages} pages`}; there is no page ${page + 1}.`,
  );
}

/** Someone else wrote a file while it was being edited, and the user has not decided which version counts. */
export function changedOnDisk(name: string): CheckError {
  return new CheckError(
    'state',
    'changed-on-disk',
    `${name} was changed on disk while it was edited here, and was not written.`,
    { advice: 'Choose "Keep My Changes" or "Reload and Lose My Changes" in the editor, then save.' },
  );
}

/** Someone else deleted a file while it was open. */
export function deletedOnDisk(name: string): CheckError {
  return new CheckError(
    'state',
    'deleted-on-disk',
    `${name} was deleted. Nothing is lost: its pages are still here, and are shown again when the file comes back.`,
    { advice: 'Keep them to save them again.' },
  );
}

/** Pages cannot be exported in a format of this name. */
export function unknownFormat(id: string, known: readonly string[]): CheckError {
  return usage('unknown-format', `A VMSA cannot be exported as "${id.slice(0, 40)}".`, {
    advice: `Use one of ${known.join(', ')}.`,
  });
}

/** The clipboard contains no page in any known form; `reason` is the sentences that say what it contains. */
export function nothingToPaste(reason: string): CheckError {
  return usage('nothing-to-paste', `The clipboard holds no VMSA. ${reason}`);
}
