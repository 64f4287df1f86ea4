// Our command line, ended by a signal in the middle of what it does; and what is left of it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { children, isAlive, until } from './libvirt';
import { CLI } from './peer';

/** The signals that ask a process to end. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** All processes below one. */
export const descendants = (pid: number): number[] =>
  children(pid).flatMap((child) => [child, ...descendants(child)]);

/** When and how a run is ended. */
export interface Interruption {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal: NodeJS.Signals;
  /** Milliseconds from the start, or from when `reached` holds. */
  readonly after: number;
  /** Whether what is to be interrupted has begun. */
  readonly reached?: (pid: number) => boolean;
  /** Send it to all of its process group, as a terminal does. */
  readonly toGroup?: boolean;
  /** Read its answer; otherwise nobody does. */
  readonly read?: boolean;
}

/** What a run left: its end, what it said, and its processes that still ran at the signal and were gone soon after. */
export interface Remains {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** How many processes it had. */
  readonly processes: number;
  /** From the signal to its end. */
  readonly milliseconds: number;
}

/** The most milliseconds from a signal to the end of a run and of all its processes: the machine may be busy. */
const PROMPT = 8000;

/** Runs the command line and ends it. @throws AssertionError when it does not end soon, or leaves a process */
export async function interrupted(args: readonly string[], how: Interruption): Promise<Remains> {
  const { cwd, env = process.env, signal, after, reached, toGroup = false, read = true } = how;
  const child = spawn(process.execPath, [CLI, ...args], { cwd, env, detached: true });
  const pid = child.pid!;
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  if (read) child.stdout.resume();
  const exited = once(child, 'exit');
  try {
    if (reached)
      await until(() => {
        assert.equal(child.exitCode, null, `It ended by itself: ${stderr}`);
        return reached(pid);
      }, 8000);
    await new Promise((wait) => setTimeout(wait, after));
    const running = descendants(pid);
    const begin = performance.now();
    if (child.exitCode === null) process.kill(toGroup ? -pid : pid, signal);
    const late = setTimeout(() => process.kill(pid, 'SIGKILL'), 10 * PROMPT);
    const [status, by] = (await exited) as [number | null, NodeJS.Signals | null];
    clearTimeout(late);
    const milliseconds = performance.now() - begin;
    assert.ok(milliseconds < PROMPT, `It took ${milliseconds} ms to end.`);
    await until(() => !running.some(isAlive), PROMPT);
    return { status, signal: by, stderr, processes: running.length, milliseconds };
  } finally {
    child.kill('SIGKILL');
    child.stdout.destroy();
    child.stderr.destroy();
  }
}
