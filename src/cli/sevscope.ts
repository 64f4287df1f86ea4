// Entry point of the command line: loads the script of the command that is asked for, and nothing of the others.

import { join } from 'node:path';
import { EXIT_STATUS } from '../core/errors';
import { runCompiled } from '../node/compileCache';
import { scriptFor } from './scripts';

/** The names of the scripts beside this one, which are written from `entries`. */
declare const SEVSCOPE_SCRIPTS: readonly string[];

const args = process.argv.slice(2);
const script = scriptFor(args, SEVSCOPE_SCRIPTS);
const asksForHelp = args.includes('--help') || args.includes('-h');
runCompiled(
  join(__dirname, 'cli', `${script}.js`),
  // A run that only prints help, or fails, calls little of its command.
  (status) => status < EXIT_STATUS.usage && !(script !== 'all' && asksForHelp),
);
