// Temporary folders for tests.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * For the tests of one `describe`: a temporary folder for each, removed after it. Each suite of a file calls this
 * itself: Mocha would run hooks outside suites around every test of every file.
 * @param use receives the folder before the test, and may fill it
 */
export function useFolder(use: (folder: string) => unknown): void {
  let folder: string | undefined;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sevscope-'));
    await use(folder);
  });
  afterEach(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });
}
