// Entry point of the command line.

import { join } from 'node:path';
import { nodeIo } from '../node/io';
import { runProgram } from './program';
import { processStreams } from './terminal';

const workerPath = join(__dirname, 'libvirtWorker.js');
const io = nodeIo(__dirname);
void runProgram(process.argv.slice(2), { io, ...processStreams(), workerPath }).then((status) => {
  process.exitCode = status;
});
