// A run of the command line. Exit status 0 and 1 come from an answer only; whatever else happens is one line, and
// the status of a bug.

import { join } from 'node:path';
import { keyFilter } from '../core/check/keyText';
import { EXIT_STATUS } from '../core/errors';
import { leaveNothing } from '../leftovers';
import { nodeIo } from '../node/io';
import * as errors from './errors';
import { runProgram, type AddCommand } from './program';
import { printer, processStreams } from './terminal';

/** Runs the command line, which has these commands, in this process. */
export function main(commands: readonly AddCommand[]): void {
  const argv = process.argv.slice(2);
  let status: number | undefined;
  let failed = false;

  /** Says why there is no answer, once: the first failure is the cause of those that follow. */
  function fail({ message }: Error): void {
    process.exitCode = EXIT_STATUS.bug;
    if (failed) return;
    failed = true;
    out.note(`ERROR: ${message}`);
  }

  const streams = processStreams((code) => {
    fail(errors.unwritableAnswer(code));
  });
  // Made when it is needed: most runs say nothing here.
  const { out } = printer(streams, (text) => keyFilter(argv)(text));

  // Also of promises that nobody awaits.
  process.on('uncaughtException', (error: unknown) => {
    fail(error instanceof Error ? error : new Error(String(error)));
    process.exit();
  });
  process.on('exit', () => {
    if (status === undefined) fail(errors.noAnswer());
  });
  leaveNothing();

  // The script of the command is in a folder beside those of the threads.
  const scripts = join(__dirname, '..');
  const workerPath = join(scripts, 'libvirtWorker.js');
  void runProgram(commands, argv, { io: nodeIo(scripts), ...streams, workerPath }).then((answered) => {
    status = answered;
    if (!failed) process.exitCode = status;
  });
}
