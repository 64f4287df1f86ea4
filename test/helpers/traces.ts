// What a person's work leaves behind in the workbench, searched for what must be nowhere: a key, a password, a secret.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startServer } from './vscodeServer';
import type { Workbench } from './workbench';

/** Where it was found, and what is there. */
export type Trace = readonly [place: string, bytes: Buffer];

/** All files below a folder. */
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());

/** Command line and environment of each process that talks to libvirt for us, as anybody in its account can read them. */
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

/** All that VS Code keeps of a window: files of its server, what the browser stores, the pages and their frames as they are now. */
export async function tracesOf(workbench: Workbench): Promise<Trace[]> {
  const { settingsFile } = await startServer();
  const home = dirname(dirname(dirname(settingsFile)));
  // The extension itself is there as a link to the project, whose tests have the canaries in them.
  const files = filesBelow(home).filter((path) => !path.startsWith(join(home, 'extensions')));
  // A search of nothing finds nothing.
  assert.ok(files.length > 10, `${files.length} files of VS Code`);
  const frames = workbench.page.frames().map((frame) => frame.content().catch(() => ''));
  return [
    ...files.map((path): Trace => [path, readFileSync(path)]),
    ['the pages', Buffer.from((await Promise.all(frames)).join('\n'))],
    ['what is stored', Buffer.from(await workbench.stored())],
  ];
}

/** Where something is found. */
export const placesOf = (wanted: Buffer | string, traces: readonly Trace[]): string[] =>
  traces.filter(([, bytes]) => bytes.includes(wanted)).map(([place]) => place);
