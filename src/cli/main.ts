// Entry point of the command line.

import { join } from 'node:path';
import { runProgram } from './program';

// A pipe that closes early, as in `sevscope show x | head`, loses lines but never the exit status: a mismatch stays one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
});

const { stdout, stderr } = process;
const workerPath = join(__dirname, 'libvirtWorker.js');
const explainPath = join(__dirname, 'explainWorker.js');
void runProgram(process.argv.slice(2), { stdout, stderr, workerPath, explainPath }).then((status) => {
  process.exitCode = status;
});
