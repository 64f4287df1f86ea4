// Failures of `sevscope explain` with an argument that is no line of a log.

import { withoutKey } from '../core/check/keyText';
import { usage, type CheckError } from '../core/errors';

/** A file was given where a line of a log belongs. @param command that takes it, without the name of the program */
export function fileForLine(path: string, what: string, command: string | undefined): CheckError {
  return usage('file-for-line', `${path} is ${what}, and a line of a log is wanted.`, {
    advice: command === undefined ? 'Give the line itself.' : `Use sevscope ${command}`,
    at: { input: 'line' },
  });
}

/** What looks like a path was given where a line of a log belongs, and there is no such file. */
export function noFileForLine(path: string): CheckError {
  return usage(
    'no-file-for-line',
    `${withoutKey(path)} is no line of a log that is known here, and no file.`,
    {
      advice: 'Check the path. A launch file is given with --launch, a log as standard input, with a hyphen.',
      at: { input: 'line' },
    },
  );
}
