// Failures that any editor or command can have.

import { CheckError, usage } from '../../core/errors';

/** Something was to be checked or written in an untrusted workspace. */
export function untrustedWorkspace(): CheckError {
  return new CheckError(
    'insecure',
    'untrusted-workspace',
    'This workspace is in Restricted Mode: files are shown, but nothing is checked or written.',
    { advice: 'Trust the workspace to go on.' },
  );
}

/** A check needs a path, but the file is on a file system without paths. */
export function notOnDisk(scheme: string): CheckError {
  return usage('not-on-disk', `The file is on "${scheme}"; a check reads files from disk.`, {
    advice: 'Save it to a folder first.',
  });
}

/** A URI of our own scheme was made by hand and cannot be opened. */
export function badEditorUri(what: string): CheckError {
  return usage('bad-editor-uri', `This address does not name a ${what}.`, {
    advice: 'Open it again from the command palette.',
  });
}

/** Pasted text contains more pages than fit into an editor's URI. */
export function tooManyPasted(found: number, most: number): CheckError {
  return usage('too-many-pasted', `The text holds ${found} pages; at most ${most} can be pasted.`, {
    advice: 'Save it as a file and open that.',
  });
}
