// The real machine, with the thread scripts of the build.

import { resolve } from 'node:path';
import { nodeIo } from '../../src/node/io';

/** Node's Io. Its folder is resolved before a test changes the current one. */
export const io = nodeIo(resolve('dist'));
