// Files that cannot be read or written as they should. None of them says what the file was for: who reads it knows and adds the place
// (withPlace of core's errors). What `launch lint` reports, too, has the name of its rule as its code.

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

/** A file cannot be opened or read; `reason` is the system's code, or a phrase. */
export function unreadableFile(path: string, reason: string): CheckError {
  return new CheckError(
    'bug',
    'unreadable-file',
    `${path} cannot be read: ${UNREADABLE[reason] ?? reason}.`,
    { advice: 'Check the path.' },
  );
}

/** A file cannot be written and is as it was; `reason` is the system's code. */
export function unwritableFile(path: string, reason: string): CheckError {
  return new CheckError(
    'bug',
    'unwritable-file',
    `${path} cannot be written: ${reason}. Nothing was changed.`,
  );
}

/** A file is larger than anything that this tool shows. @param most in bytes */
export function tooLarge(path: string, most: number): CheckError {
  return usage(
    'file-too-large',
    `${path} has more than ${most >> 20} MiB; firmware images and VMSA pages are smaller.`,
    { advice: 'Check the path.' },
  );
}

/** A key file has another length than its key. `found` is undefined when it is longer than wanted. */
export function badKeyFile(
  what: string,
  path: string,
  found: number | undefined,
  wanted: number,
): CheckError {
  return usage(
    'key-size',
    `${path} has ${found ?? `more than ${wanted}`} bytes; a file with the ${what} has exactly ${wanted}.`,
    { advice: 'Binary, not text: sevctl writes such files.' },
  );
}

/** A launch file, which is read again for each check, is a pipe, which can be read once only. */
export function pipeForFile(path: string): CheckError {
  return usage(
    'launch-file-is-pipe',
    `${path} is a pipe, whose content can be read once only; a launch file is read whenever it is checked.`,
    { advice: 'Give a file.' },
  );
}

/** A new file was to be written where there is one already, which was left alone. */
export function fileExists(path: string): CheckError {
  return usage('file-exists', `${path} is there already, and was not replaced.`, {
    advice: 'Choose another name, or remove it first.',
  });
}

/** The person stopped a check while its files were read. */
export function cancelled(): CheckError {
  return new CheckError(
    'state',
    'check-cancelled',
    'The check was cancelled before it finished; there is no verdict.',
  );
}
