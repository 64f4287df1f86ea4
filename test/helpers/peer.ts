// Runs the peer, virt-qemu-sev-validate of Debian's libvirt-clients-qemu, and our command line, as child processes
// with the same arguments. The peer's classes are also called from Python, as a second opinion on pages and tables.

import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, cpSync } from 'node:fs';
import { join, resolve } from 'node:path';

const PEER = '/usr/bin/virt-qemu-sev-validate';
/** The system's Python has the peer's modules; another one that comes first in PATH does not. */
export const PYTHON = '/usr/bin/python3';
/** Our command line as shipped. */
export const CLI = resolve('dist/sevscope.js');

/** Copies it into a folder, where another worker can be beside it. */
export function copyCli(folder: string): void {
  copyFileSync(CLI, join(folder, 'sevscope.js'));
  cpSync(resolve('dist/cli'), join(folder, 'cli'), { recursive: true });
}

/** The outcome of a program. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, or until its timeout in milliseconds; then its status is -1. */
export function run(
  program: string,
  args: readonly string[],
  cwd: string,
  timeout = 60_000,
): Promise<Outcome> {
  return new Promise((done) => {
    const options = { cwd, timeout, killSignal: 'SIGKILL', maxBuffer: 1 << 26 } as const;
    execFile(program, [...args], options, (error, stdout, stderr) => {
      done({ status: error ? (typeof error.code === 'number' ? error.code : -1) : 0, stdout, stderr });
    });
  });
}

/** Runs the peer with these arguments. */
export function runPeer(args: readonly string[], cwd: string, timeout?: number): Promise<Outcome> {
  return run(PYTHON, [PEER, ...args], cwd, timeout);
}

/** Runs our command line with these arguments. */
export function runCli(args: readonly string[], cwd: string): Promise<Outcome> {
  return run(process.execPath, [CLI, ...args], cwd);
}

/**
 * Runs Python with the peer's module as `peer` and JSON on standard input as `data`; the script assigns its
 * answer to `answer`.
 */
export function askPeer(script: string, data: unknown): unknown {
  const program = `
import json, sys
from importlib.machinery import SourceFileLoader
sys.dont_write_bytecode = True
peer = SourceFileLoader('peer', ${JSON.stringify(PEER)}).load_module()
data = json.load(sys.stdin)
${script}
json.dump(answer, sys.stdout)
`;
  const answer = execFileSync(PYTHON, ['-W', 'ignore', '-c', program], {
    input: JSON.stringify(data),
    maxBuffer: 1 << 28,
    timeout: 60_000,
    encoding: 'utf8',
  });
  return JSON.parse(answer) as unknown;
}
