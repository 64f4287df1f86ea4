// What can go wrong in the editor of pages and its commands.

import { CheckError, usage } from '../../core/errors';

/** A page is shown in a form in which its fields cannot be changed; `why` is a phrase. */
export function readOnlyPage(name: string, why: string): CheckError {
  return usage('read-only-page', `Fields of ${name} cannot be changed: ${why}.`, {
    advice: 'Export it to a file to change it there.',
  });
}

/** A file was to be saved that is shown only as the left side of a diff. */
export function leftOfDiff(name: string): CheckError {
  return usage('left-of-diff', 'The left side of a comparison cannot be saved.', {
    advice: `Open ${name} by itself to change it.`,
  });
}

/** A field was to be changed in a workspace that the person has not trusted. */
export function untrustedEdit(): CheckError {
  return new CheckError(
    'insecure',
    'untrusted-edit',
    'This workspace is in Restricted Mode: pages are shown and compared, but nothing is changed or written.',
    { advice: 'Trust the workspace to go on.' },
  );
}

/** A file was to be saved that could never be read, so there is nothing to write; `why` is the sentences that say why. */
export function neverRead(name: string, why: string): CheckError {
  return usage(
    'never-read',
    `${name} was not saved, because it could not be read and there is nothing to write. ${why}`,
  );
}

/** A page was asked for whose number is beyond the last. @param page from 0 */
export function noSuchPage(name: string, page: number, pages: number): CheckError {
  return usage(
    'no-such-page',
    `${name} has ${pages === 1 ? 'one page' : `${pages} pages`}; there is no page ${page + 1}.`,
  );
}

/** Somebody else wrote a file while it was edited, and the person has not decided what counts. */
export function changedOnDisk(name: string): CheckError {
  return new CheckError(
    'state',
    'changed-on-disk',
    `${name} was changed on disk while it was edited here, and was not written.`,
    { advice: 'Choose "Keep My Changes" or "Reload and Lose My Changes" in the editor, then save.' },
  );
}

/** Somebody else deleted a file while it was open. */
export function deletedOnDisk(name: string): CheckError {
  return new CheckError(
    'state',
    'deleted-on-disk',
    `${name} was deleted. Nothing is lost: its pages are still here, and are shown again when the file comes back.`,
    { advice: 'Keep them to save them again.' },
  );
}

/** There is no form of this name that pages are exported in. */
export function unknownFormat(id: string, known: readonly string[]): CheckError {
  return usage('unknown-format', `A VMSA cannot be exported as "${id.slice(0, 40)}".`, {
    advice: `Use one of ${known.join(', ')}.`,
  });
}

/** The clipboard holds no page in any form that is known; `reason` is the sentences that say what it holds. */
export function nothingToPaste(reason: string): CheckError {
  return usage('nothing-to-paste', `The clipboard holds no VMSA. ${reason}`);
}
