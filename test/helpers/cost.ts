// What a run of the command line costs: the processor time and the memory of the real process, as the system counts them.

import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const CLI = resolve('dist/sevscope.js');
/**
 * Writes the cost as the last line of standard error when the process ends. The most memory is the process's own: what
 * getrusage tells begins with that of the process which started it.
 */
const PROBE = `data:text/javascript,${encodeURIComponent(`
  import { readFileSync, writeSync } from 'node:fs';
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    const memory = 1024 * /VmHWM:\\s*(\\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'))[1];
    writeSync(2, '\\n' + JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, memory }));
  });
`)}`;

/** Processor time in seconds, the most memory in bytes, the length of the answer, and the exit status. */
export interface Cost {
  readonly cpu: number;
  readonly memory: number;
  readonly answer: number;
  readonly status: number | null;
}

/** Runs a command and counts what it costs. The answer is read and dropped. */
export function costOf(args: readonly string[], cwd: string): Promise<Cost> {
  const child = spawn(process.execPath, ['--import', PROBE, CLI, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [answer, errors] = [0, ''];
  child.stdout.on('data', (part: Buffer) => (answer += part.length));
  child.stderr.on('data', (part: Buffer) => (errors += part.toString()));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (status) => {
      const counted = JSON.parse(errors.slice(errors.lastIndexOf('\n') + 1)) as Pick<Cost, 'cpu' | 'memory'>;
      done({ ...counted, answer, status });
    });
  });
}
