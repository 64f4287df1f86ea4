// Runs our command line in a process of its own, which ends: what it had in memory ends with it.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { CommandLineEnd } from '../app/io';
import { leftover } from '../leftovers';

/** The environment in which VS Code on a desktop is Node. */
const AS_NODE = { ELECTRON_RUN_AS_NODE: '1' };

/** Runs `sevscope` with arguments, without a shell. @param scripts the folder of its script */
export function runCommandLine(
  scripts: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<CommandLineEnd> {
  const env = { ...process.env, ...AS_NODE };
  return new Promise((resolve) => {
    const all = [join(scripts, 'sevscope.js'), ...args];
    const child = execFile(process.execPath, all, { env, ...(signal && { signal }) }, (error, _, stderr) => {
      gone();
      resolve({ isDone: error === null, stderr });
    });
    const gone = leftover(() => child.kill());
  });
}
