// `npm run test:desktop`: the vscode tier in a desktop VS Code, which @vscode/test-electron downloads, on a machine with a
// display and the internet. VSCODE names an installed one to use instead.
// @ts-check

import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from './bundle.mjs';
import { ROOT, atExit, main, readJson } from './run.mjs';
import { readArguments } from './usage.mjs';

/** @type {import('./usage.mjs').Command} */
const COMMAND = {
  name: 'npm run test:desktop',
  doc: 'Runs the vscode tests in a desktop VS Code that is downloaded, or in the one that VSCODE names.',
};

await main(import.meta.url, async (args) => {
  readArguments(COMMAND, args);
  await bundle();
  const { runTests } = await import('@vscode/test-electron');
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sevscope-tests-')));
  atExit(() => rmSync(folder, { recursive: true, force: true }));
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace);
  const result = join(folder, 'result.json');
  const program = process.env['VSCODE'];
  await runTests({
    ...(program === undefined ? {} : { vscodeExecutablePath: program }),
    extensionDevelopmentPath: ROOT,
    extensionTestsPath: join(ROOT, 'out/test/vscode/index.js'),
    extensionTestsEnv: { SEVSCOPE_TESTS: JSON.stringify({ result, timeout: 30_000 }) },
    launchArgs: [workspace, '--disable-workspace-trust', '--disable-extensions'],
  });
  const { passed, failed } = /** @type {import('./mocha.mjs').Counts} */ (readJson(result));
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
});
