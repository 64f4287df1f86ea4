// Entry point of the command line: loads the script of the command that is asked for, and nothing of the others.

import { join } from 'node:path';
import { EXIT_STATUS } from '../core/errors';
import { runCompiled } from '../node/compileCache';

/** The names of the scripts beside this one, which are written from `entries`. */
declare const SEVSCOPE_SCRIPTS: readonly string[];

const [, , command = '', ...rest] = process.argv;
const isOne = SEVSCOPE_SCRIPTS.includes(command);
const asksForHelp = rest.includes('--help') || rest.includes('-h');
runCompiled(
  join(__dirname, 'cli', `${isOne ? command : 'all'}.js`),
  // A run that only prints help, or fails, calls little of its command.
  (status) => status < EXIT_STATUS.usage && !(isOne && asksForHelp),
);
