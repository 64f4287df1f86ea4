// The vscode tier: runs out/test/vscode/index.js inside the extension host of a real VS Code server, by opening
// its page in Chromium, and shows the report as it grows. Takes the options of mocha.mjs.
// @ts-check

import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { Failure, ROOT, atExit, main, optionsIn, readJson } from './run.mjs';
import { browserOptions, serve } from './serve.mjs';

/** Time for the page to load and the extension host to start before the first test, even on a slow machine. */
const START_SECONDS = 60;

/** @typedef {import('./mocha.mjs').MochaOptions & {result: string}} Options */

await main(import.meta.url, async (args) => {
  const options = /** @type {Options} */ (optionsIn(args));
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sevscope-tests-')));
  atExit(() => rmSync(folder, { recursive: true, force: true }));
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace);
  const report = join(folder, 'report');

  // The extension host inherits the server's environment.
  const server = await serve({
    tests: join(ROOT, 'out/test/vscode/index.js'),
    env: { SEVSCOPE_TESTS: JSON.stringify({ ...options, report }) },
  });
  const browser = await chromium.launch(browserOptions());
  try {
    const page = await browser.newPage();
    await page.goto(server.pageUrl(workspace));

    let shown = 0;
    const show = () => {
      if (!existsSync(report)) return;
      const text = readFileSync(report);
      process.stdout.write(text.subarray(shown));
      shown = text.length;
    };
    const begin = performance.now();
    // The caller limits the whole run; this limits only the start, to say why nothing happens.
    for (;;) {
      await sleep(200);
      show();
      const counts = existsSync(options.result)
        ? /** @type {import('./mocha.mjs').Counts} */ (readJson(options.result))
        : undefined;
      if (counts?.finished) return counts.failed === 0 ? 0 : 1;
      if (counts === undefined && performance.now() - begin > START_SECONDS * 1000) {
        const picture = join(ROOT, 'test-results', 'extension-host.png');
        await page.screenshot({ path: picture });
        throw new Failure(
          `No test began in the extension host within ${START_SECONDS} s; the page is in ${picture}`,
        );
      }
    }
  } finally {
    await browser.close();
    await server.stop();
  }
});
