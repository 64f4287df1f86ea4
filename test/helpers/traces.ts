// Searches what a user's work leaves behind in the workbench for what must be nowhere: a key, a password, a secret.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startServer } from './vscodeServer';
import type { Workbench } from './workbench';

/** Where a trace is, and its bytes. */
export type Trace = readonly [place: string, bytes: Buffer];

/** All files below a folder. */
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());

/**
 * Command line and environment of each process that talks to libvirt for us, as readable by anyone with the same
 * account.
 */
export const libvirtProcesses = (): Trace[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid): Trace[] => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`);
        const isOurs = command.includes('libvirtWorker');
        return isOurs ? [['a process', Buffer.concat([command, readFileSync(`/proc/${pid}/environ`)])]] : [];
      } catch {
        return [];
      }
    });

/**
 * Everything that VS Code keeps of a window: its server's files, the browser's storage, and the current pages and
 * frames.
 */
export async function tracesOf(workbench: Workbench): Promise<Trace[]> {
  const { settingsFile } = await startServer();
  const home = dirname(dirname(dirname(settingsFile)));
  // The extension itself is there as a link to the project, whose tests contain the canaries.
  const files = filesBelow(home).filter((path) => !path.startsWith(join(home, 'extensions')));
  // Searching nothing would find nothing.
  assert.ok(files.length > 10, `${files.length} files of VS Code`);
  const frames = workbench.page.frames().map((frame) => frame.content().catch(() => ''));
  return [
    ...files.map((path): Trace => [path, readFileSync(path)]),
    ['the pages', Buffer.from((await Promise.all(frames)).join('\n'))],
    ['what is stored', Buffer.from(await workbench.stored())],
  ];
}

/** The places where something occurs. */
export const placesOf = (wanted: Buffer | string, traces: readonly Trace[]): string[] =>
  traces.filter(([, bytes]) => bytes.includes(wanted)).map(([place]) => place);
