// What can go wrong in every editor and command.

import { CheckError, usage } from '../../core/errors';

/** A workspace in Restricted Mode, where files are shown and nothing is run. */
export function untrustedWorkspace(): CheckError {
  return new CheckError(
    'insecure',
    'untrusted-workspace',
    'This workspace is in Restricted Mode: files are shown, but nothing is checked or written. Trust the workspace to go on.',
  );
}

/** A file system without paths. */
export function notOnDisk(scheme: string): CheckError {
  return usage(
    'not-on-disk',
    `The file is on "${scheme}"; a check reads files from disk. Save it to a folder first.`,
  );
}

/** A URI of our own scheme that we did not make. */
export function badEditorUri(what: string): CheckError {
  return usage(
    'bad-editor-uri',
    `This address does not name a ${what}. Open it again from the command palette.`,
  );
}

/** More pages than an address holds. */
export function tooManyPasted(found: number, most: number): CheckError {
  return usage(
    'too-many-pasted',
    `The text holds ${found} pages; at most ${most} can be pasted. Save it as a file and open that.`,
  );
}
