// Our command line at its own terminal, for tests of its prompts: key strokes go in, the screen's text comes out.

import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { CLI } from './peer';

/** Keys to type once the screen shows a text. */
export type Typed = readonly [shown: RegExp, keys: string];

/** How a program ended, and everything that was on the screen, as text. */
export interface Session {
  readonly status: number | null;
  readonly screen: string;
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * Runs our command line on a pseudo-terminal, using util-linux's `script`.
 * @throws when it does not end in `patience` ms
 */
export async function runAtTerminal(
  args: readonly string[],
  typed: readonly Typed[],
  { cwd, patience }: { cwd: string; patience: number },
): Promise<Session> {
  const command = [process.execPath, CLI, ...args].map(quoted).join(' ');
  const child = spawn('script', ['-qefc', `exec ${command}`, '/dev/null'], { cwd, detached: true });
  let screen = '';
  let typing = 0;
  let from = 0;
  child.stdout.on('data', (data: Buffer) => {
    screen += stripVTControlCharacters(data.toString()).replaceAll('\r', '');
    const next = typed[typing];
    if (!next?.[0].test(screen.slice(from))) return;
    from = screen.length;
    typing++;
    child.stdin.write(next[1]);
  });
  return new Promise((done, failed) => {
    const timer = setTimeout(() => {
      process.kill(-child.pid!, 'SIGKILL');
      failed(new Error(`It did not end within ${patience} ms. The screen: ${screen}`));
    }, patience);
    child.once('error', failed);
    child.once('close', (status) => {
      clearTimeout(timer);
      done({ status, screen });
    });
  });
}
