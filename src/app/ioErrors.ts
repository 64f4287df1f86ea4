// Files that cannot be read or written as they should.

import { CheckError, usage } from '../core/errors';

// A file that cannot be opened and firmware that cannot be used have status 6 in virt-qemu-sev-validate, which
// scripts rely on; so they are of the kind that is neither usage nor state.

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such folder',
  EACCES: 'you may not read it',
  EISDIR: 'it is a folder',
  EMFILE: 'too many files are open',
};

/** A file that cannot be opened or read; `reason` is the system's code, or a phrase. */
export function unreadableFile(path: string, reason: string): CheckError {
  return new CheckError(
    'bug',
    'unreadable-file',
    `${path} cannot be read: ${UNREADABLE[reason] ?? reason}. Check the path.`,
  );
}

/** A file that cannot be written; `reason` is the system's code. */
export function unwritableFile(path: string, reason: string): CheckError {
  return new CheckError(
    'bug',
    'unwritable-file',
    `${path} cannot be written: ${reason}. Nothing was changed.`,
  );
}

/** A file larger than anything that this tool shows. */
export function tooLarge(path: string, most: number): CheckError {
  return usage(
    'too-large',
    `${path} has more than ${most >> 20} MiB; firmware images and VMSA pages are smaller. Check the path.`,
  );
}

/** A key file of the wrong length. `found` is missing when it is longer than wanted. */
export function badKeyFile(
  what: string,
  path: string,
  found: number | undefined,
  wanted: number,
): CheckError {
  return usage(
    'bad-key-file',
    `${path} has ${found ?? `more than ${wanted}`} bytes; a file with the ${what} has exactly ${wanted}. Binary, not text: sevctl writes such files.`,
  );
}

/** A pipe in the place of a file that is read again and again. */
export function pipeForFile(path: string): CheckError {
  return usage(
    'pipe-for-file',
    `${path} is a pipe, whose content can be read once only; a launch file is read whenever it is checked. Give a file.`,
  );
}

/** A file that would be replaced. */
export function fileExists(path: string): CheckError {
  return usage(
    'file-exists',
    `${path} is there already, and was not replaced. Choose another name, or remove it first.`,
  );
}

/** A long read that the person stopped. */
export function cancelled(): CheckError {
  return new CheckError(
    'state',
    'cancelled',
    'The check was cancelled before it finished; there is no verdict.',
  );
}
