// Files that cannot be read or written. No message names the purpose of the file: the caller knows it and adds the
// place (withPlace of core's errors). A failure that `launch lint` also reports uses the name of its rule as its code.

import { byteCount } from '../core/binary/hex';
import type { TextInFile } from '../core/binary/textBytes';
import { withoutKey } from '../core/check/keyText';
import { CheckError, usage } from '../core/errors';
import { FILE_ROLES, type FileRole } from './fileRoles';
import type { NamedPath } from './outputs';

// virt-qemu-sev-validate exits with status 6 for files that cannot be opened and firmware that cannot be used,
// and scripts rely on that; hence a kind that is neither usage nor state.

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such folder',
  EACCES: 'you may not read it',
  EISDIR: 'it is a folder, and a regular file or a pipe is wanted',
  ENXIO: 'nobody is behind it: it is a socket, or a device that is not there',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open on this machine',
  EPERM: 'the system does not let you read it',
  ELOOP: 'its links lead round in a circle',
  ENAMETOOLONG: 'no path is that long',
  EIO: 'the disk or the network that it is on fails',
  ESTALE: 'it was removed on the machine that shares it',
  EINVAL: 'that is no path',
  ERR_INVALID_ARG_VALUE: 'that is no path',
};

/** What to do about it, where the path is not to blame. */
const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'Check its permissions, and those of the folders that it is in.',
  EPERM: 'Check its permissions, and those of the folders that it is in.',
  EMFILE: 'Close some, or raise the limit (ulimit -n).',
  ENFILE: 'Close some.',
  EIO: 'Try again, or copy it from where it is whole.',
  ESTALE: 'Try again, or copy it from where it is whole.',
};

const UNWRITABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EISDIR: 'it is a folder',
  EEXIST: 'there is something else of that name',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'what is there cannot be changed',
  ENOSPC: 'there is no space left',
  EDQUOT: 'your share of the space is used up',
  EFBIG: 'the system allows no file of that size',
  ENAMETOOLONG: 'no path is that long',
  ELOOP: 'its links lead round in a circle',
  EBADF: 'it is not open for writing',
  EPIPE: 'nobody reads it any more',
  EIO: 'the device that it is on fails',
};

/** Why something cannot be written, a phrase. @param reason the system's code */
export const whyUnwritable = (reason: string): string => UNWRITABLE[reason] ?? reason;

/** The codes of the system for a path at which there is nothing, and perhaps never was. */
const NOWHERE = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EINVAL', 'ERR_INVALID_ARG_VALUE'];

/** Whether a system's code says that a path names nothing: then it may be something else that was typed there. */
export const isNowhere = (reason: string): boolean => NOWHERE.includes(reason);

/** A file cannot be opened or read; `reason` is the system's code, or a phrase. A path that may be a key is not repeated. */
export function unreadableFile(path: string, reason: string): CheckError {
  const shown = isNowhere(reason) ? withoutKey(path) : path;
  return new CheckError(
    'bug',
    'unreadable-file',
    `${shown} cannot be read: ${UNREADABLE[reason] ?? reason}.`,
    { advice: ADVICE[reason] ?? 'Check the path.' },
  );
}

/** A file cannot be written and is unchanged; `reason` is the system's code. */
export function unwritableFile(path: string, reason: string): CheckError {
  return new CheckError(
    'bug',
    'unwritable-file',
    `${isNowhere(reason) ? withoutKey(path) : path} cannot be written: ${whyUnwritable(reason)}. Nothing was changed.`,
  );
}

/** Something at a path is neither a regular file nor a pipe, or no regular file where only that will do; as a reason of `unreadableFile`. */
export const notAFile = (kind: string, onlyFile: boolean): string =>
  `it is a ${kind}, and a regular file${onlyFile ? '' : ' or a pipe'} is wanted`;

/** A file was written, replaced or cut while it was read. */
export function changedFile(path: string): CheckError {
  return new CheckError(
    'bug',
    'file-changed',
    `${path} changed while it was read: what was read is no one version of it.`,
    { advice: 'Run this again when it is written.' },
  );
}

/** A file is larger than one of its role can be. @param size in bytes; undefined for a pipe */
export function tooLarge(path: string, role: FileRole, size?: number): CheckError {
  const { words, most } = FILE_ROLES[role];
  const has = size === undefined ? 'more' : byteCount(size);
  return usage('file-too-large', `${path} has ${has}; ${words} has at most ${byteCount(most)}.`, {
    advice: 'Check the path.',
  });
}

/** Whether a failure is that of `tooLarge`. */
export const isTooLarge = (error: unknown): boolean =>
  error instanceof CheckError && error.code === 'file-too-large';

/** Reads, with another failure for a file that is too large, from who knows better what is wrong with it. */
export const unlessTooLarge = <T>(reading: Promise<T>, failure: () => CheckError): Promise<T> =>
  reading.catch((error: unknown) => {
    throw isTooLarge(error) ? failure() : error;
  });

/** How a text becomes a key file. */
const TO_BINARY: Readonly<Record<TextInFile['form'], string>> = {
  hex: 'Convert it to binary: xxd -r -p.',
  base64: 'Convert it to binary: base64 -d.',
  other: 'Binary, not text: sevctl writes such files.',
};

/**
 * A key file does not have the length of its key. `found` is undefined when it is longer.
 * @param text what it holds instead, if it was read and is text
 */
export function badKeyFile(
  what: string,
  path: string,
  found: number | undefined,
  wanted: number,
  text?: TextInFile,
): CheckError {
  const isText = text ? ` of text, ${text.found}` : '';
  return usage(
    'key-size',
    `${path} has ${found ?? `more than ${wanted}`} bytes${isText}; a file with the ${what} has exactly ${wanted}.`,
    { advice: TO_BINARY[text?.form ?? 'other'] },
  );
}

/** A file would be written over one that is read. Nothing was written. */
export function outputIsInput(output: NamedPath, input: NamedPath): CheckError {
  return usage(
    'output-is-input',
    `${output.name} would overwrite ${output.path}, which is read here (${input.name}); nothing was written.`,
    { advice: 'Give another path.', at: { input: output.name } },
  );
}

/** Two files would be written at the same place. Nothing was written. */
export function sameOutput(first: NamedPath, second: NamedPath): CheckError {
  return usage(
    'same-output',
    `${first.name} and ${second.name} are the same file, ${second.path}; nothing was written.`,
    { advice: 'Give each a path of its own.', at: { input: second.name } },
  );
}

/** Whether a failure is that of `outputIsInput`: then not even the results of a check may be written. */
export const isOverwriting = (error: unknown): boolean =>
  error instanceof CheckError && error.code === 'output-is-input';

/** A launch file is a pipe, which can be read only once, but each check reads it again. */
export function pipeForFile(path: string): CheckError {
  return usage(
    'launch-file-is-pipe',
    `${path} is a pipe, whose content can be read once only; a launch file is read whenever it is checked.`,
    { advice: 'Give a file.' },
  );
}

/** A new file was to be written where one already exists; that one is unchanged. */
export function fileExists(path: string): CheckError {
  return usage('file-exists', `${path} is there already, and was not replaced.`, {
    advice: 'Choose another name, or remove it first.',
  });
}

/** The program runs in a browser, and something needs more than that has. */
export function noMachine(): CheckError {
  return new CheckError(
    'state',
    'no-machine',
    'In a browser, files are shown and compared; launches are checked on a machine, which has a disk and libvirt.',
    { advice: 'Open the folder in VS Code on a desktop or over a remote connection.' },
  );
}

/** The user stopped a check while its files were read. */
export function cancelled(): CheckError {
  return new CheckError(
    'state',
    'check-cancelled',
    'The check was cancelled before it finished; there is no verdict.',
  );
}
