// The sample workspace in a temporary folder of its own, for tests that open it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useFolder } from './folder';
import { ROOT } from './vscodeServer';

/** Runs our command line in a folder, to its end. @throws when it fails */
export function sevscope(cwd: string, ...args: string[]): void {
  execFileSync(process.execPath, [join(ROOT, 'dist/sevscope.js'), ...args], { cwd });
}

/** Writes a sample. @returns its folder, which is named as in pictures: `sample` */
function makeSample(parent: string): string {
  sevscope(parent, 'sample', 'sample');
  return join(parent, 'sample');
}

/** For the tests of one `describe`: a sample for each, as `useFolder`. @param use gets its folder before the test */
export function useSample(use: (folder: string) => void): void {
  useFolder((parent) => {
    use(makeSample(parent));
  });
}

/** For the tests of a `describe` or a file: one sample for all of them. @param use gets its folder before the first */
export function useOneSample(use: (folder: string) => unknown): void {
  let parent: string | undefined;
  before(async () => {
    parent = mkdtempSync(join(tmpdir(), 'sevscope-'));
    await use(makeSample(parent));
  });
  after(() => {
    if (parent !== undefined) rmSync(parent, { recursive: true, force: true });
  });
}
