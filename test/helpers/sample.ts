// The sample workspace in a temporary folder of its own, for tests that open it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './vscodeServer';

/** Runs our command line in a folder, to its end. @throws when it fails */
export function sevscope(cwd: string, ...args: string[]): void {
  execFileSync(process.execPath, [join(ROOT, 'dist/sevscope.js'), ...args], { cwd });
}

/** Writes a sample. @returns its folder, which is named as in pictures: `sample` */
export function makeSample(): string {
  const parent = mkdtempSync(join(tmpdir(), 'sevscope-'));
  sevscope(parent, 'sample', 'sample');
  return join(parent, 'sample');
}

/** Removes a sample and the temporary folder around it. */
export function removeSample(folder: string): void {
  rmSync(dirname(folder), { recursive: true, force: true });
}
