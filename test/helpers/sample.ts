// The sample workspace for tests that open it: one shared by all, or one in a folder of its own.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { useFolder } from './folder';
import { ROOT } from './vscodeServer';

/** Runs our command line in a folder to its end. @throws when it fails */
export function sevscope(cwd: string, ...args: string[]): void {
  execFileSync(process.execPath, [join(ROOT, 'dist/sevscope.js'), ...args], { cwd });
}

/** Writes a sample. @returns its folder, named `sample` as in the screenshots */
function makeSample(parent: string): string {
  sevscope(parent, 'sample', 'sample');
  return join(parent, 'sample');
}

/**
 * For the tests of one `describe`: a sample for each, like `useFolder`.
 * @param use receives its folder before the test
 */
export function useSample(use: (folder: string) => void): void {
  useFolder((parent) => {
    use(makeSample(parent));
  });
}

/**
 * For the tests of a `describe` or a file: one sample for all of them.
 * @param use receives its folder before the first
 */
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

interface SharedSample {
  readonly folder: string;
  /** Its files, by name. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** One sample for all test files, each of which has its own copy of this module. */
const shared = globalThis as { sevscopeSample?: SharedSample | undefined };

const contentOf = (folder: string) =>
  new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));

/**
 * For tests that can share a window, which shows one folder: the sample that all such tests of this process
 * share. Whatever a test adds, changes or removes in it is undone when the test has ended.
 * @param use receives its folder before the first test
 */
export function useSharedSample(use: (folder: string) => void): void {
  before(() => {
    if (!shared.sevscopeSample) {
      const folder = makeSample(mkdtempSync(join(tmpdir(), 'sevscope-')));
      shared.sevscopeSample = { folder, files: contentOf(folder) };
    }
    use(shared.sevscopeSample.folder);
  });
}

// A root hook, for every test of the run.
afterEach('restore the sample', () => {
  if (!shared.sevscopeSample) return;
  const { folder, files } = shared.sevscopeSample;
  const isThere = (name: string) => existsSync(join(folder, name));
  for (const name of readdirSync(folder))
    if (!files.has(name)) rmSync(join(folder, name), { recursive: true, force: true });
  for (const [name, bytes] of files)
    if (!isThere(name) || !readFileSync(join(folder, name)).equals(bytes))
      writeFileSync(join(folder, name), bytes);
});

// Runs once, after the last test of the last file.
after('remove the sample', () => {
  if (shared.sevscopeSample) rmSync(dirname(shared.sevscopeSample.folder), { recursive: true, force: true });
  shared.sevscopeSample = undefined;
});
