// What can go wrong in the editor of pages and its commands.

import { CheckError, usage } from '../../core/errors';

/** A page whose fields cannot be changed; `why` is a phrase. */
export function readOnlyPage(name: string, why: string): CheckError {
  return usage(
    'read-only-page',
    `Fields of ${name} cannot be changed: ${why}. Export it to a file to change it there.`,
  );
}

/** A file that is shown as the left half of a diff only. */
export function leftOfDiff(name: string): CheckError {
  return usage(
    'left-of-diff',
    `The left side of a comparison cannot be saved. Open ${name} by itself to change it.`,
  );
}

/** Fields that are not to be changed before the workspace is trusted. */
export function untrustedEdit(): CheckError {
  return new CheckError(
    'insecure',
    'untrusted-edit',
    'This workspace is in Restricted Mode: pages are shown and compared, but nothing is changed or written. Trust the workspace to go on.',
  );
}

/** Saving what was never there. */
export function neverRead(name: string, why: string): CheckError {
  return usage(
    'never-read',
    `${name} was not saved, because it could not be read and there is nothing to write. ${why}`,
  );
}

/** A page beyond the last. */
export function noSuchPage(name: string, page: number, pages: number): CheckError {
  return usage(
    'no-such-page',
    `${name} has ${pages === 1 ? 'one page' : `${pages} pages`}; there is no page ${page + 1}.`,
  );
}

/** A file that somebody else wrote while it was edited. */
export function changedOnDisk(name: string): CheckError {
  return new CheckError(
    'state',
    'changed-on-disk',
    `${name} was changed on disk while it was edited here, and was not written. Choose "Keep My Changes" or "Reload and Lose My Changes" in the editor, then save.`,
  );
}

/** A file that is gone while it is open. */
export function deletedOnDisk(name: string): CheckError {
  return new CheckError(
    'state',
    'deleted-on-disk',
    `${name} was deleted. Nothing is lost: its pages are still here, and are shown again when the file comes back. Keep them to save them again.`,
  );
}

/** A form that pages cannot be exported in. */
export function unknownFormat(id: string, known: readonly string[]): CheckError {
  return usage(
    'unknown-format',
    `A VMSA cannot be exported as "${id.slice(0, 40)}". Use one of ${known.join(', ')}.`,
  );
}

/** Nothing to paste. */
export function nothingToPaste(reason: string): CheckError {
  return usage('nothing-to-paste', `The clipboard holds no VMSA. ${reason}`);
}
