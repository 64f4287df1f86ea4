// The machine that tests run on, with the threads of the build.

import { resolve } from 'node:path';
import { nodeIo } from '../../src/node/io';

/** Node's Io. Its folder is found before a test changes the current one. */
export const io = nodeIo(resolve('dist'));
