// Entry point of the command line.

import { join } from 'node:path';
import { runProgram } from './program';
import { processStreams } from './terminal';

const workerPath = join(__dirname, 'libvirtWorker.js');
const explainPath = join(__dirname, 'explainWorker.js');
void runProgram(process.argv.slice(2), { ...processStreams(), workerPath, explainPath }).then((status) => {
  process.exitCode = status;
});
