// Entry point of the command line: loads the script of the command that is asked for, and nothing of the others.

import { createRequire } from 'node:module';
import { keepCompiled } from '../node/compileCache';

/** The names of the scripts beside this one, which are written from `entries`. */
declare const SEVSCOPE_SCRIPTS: readonly string[];

const [, , command = ''] = process.argv;
keepCompiled();
createRequire(__filename)(`./cli/${SEVSCOPE_SCRIPTS.includes(command) ? command : 'all'}.js`);
