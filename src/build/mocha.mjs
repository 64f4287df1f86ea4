// Runs test files under Mocha and keeps the counts in a JSON file, so that the caller can add them up even when
// the run never ends. As a program: `node mocha.mjs OPTIONS-AS-JSON`. The tests in the extension host import it.
// @ts-check

import { renameSync, writeFileSync } from 'node:fs';
import { format } from 'node:util';
import Mocha from 'mocha';
import { main, optionsIn } from './run.mjs';

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} failures full titles of the tests and hooks that failed
 * @property {string[]} retried full titles of the tests that were tried again
 * @property {Record<string, number>} seconds what each file took, by its path
 * @property {boolean} finished false while the tests run
 *
 * @typedef {object} MochaOptions
 * @property {string[]} files absolute paths of CommonJS test files
 * @property {string} [result] where to write the Counts
 * @property {string} [grep] run only tests whose full title matches
 * @property {number} [timeout] milliseconds for one test, 10 s by default
 * @property {number} [retries] how often a failed test is retried; its first failure is printed
 * @property {boolean} [color]
 */

/**
 * @param {MochaOptions} options
 * @param {(line: string) => void} [print] receives each line of the report instead of the console
 * @returns {Promise<Counts>}
 */
export function runMocha({ files, result, grep, timeout = 10_000, retries = 0, color = false }, print) {
  // The extension host forwards its console to the page; the report goes to `print` instead.
  if (print) Mocha.reporters.Base.consoleLog = (/** @type {unknown[]} */ ...words) => print(format(...words));
  const mocha = new Mocha({ ui: 'bdd', timeout, retries, color, ...(grep === undefined ? {} : { grep }) });
  for (const file of files) mocha.addFile(file);

  /** @type {Counts} */
  const counts = {
    passed: 0,
    failed: 0,
    skipped: 0,
    failures: [],
    retried: [],
    seconds: {},
    finished: false,
  };
  const keep = () => {
    if (result === undefined) return;
    // Renamed into place, because it may be read at any moment.
    writeFileSync(`${result}.part`, JSON.stringify(counts));
    renameSync(`${result}.part`, result);
  };
  keep();
  return new Promise((resolve) => {
    const runner = mocha.run(() => {
      counts.finished = true;
      keep();
      resolve(counts);
    });
    runner.on('pass', () => (counts.passed += 1));
    // A failing hook counts, too: the tests it was for did not run.
    runner.on('fail', (test) => {
      counts.failed += 1;
      counts.failures.push(test.fullTitle());
    });
    // Mocha's types lack this event.
    const onRetry = (/** @type {Mocha.Test} */ test, /** @type {Error} */ error) => {
      counts.retried.push(test.fullTitle());
      (print ?? console.log)(`    tried again: ${test.fullTitle()}: ${error.stack ?? error.message}`);
    };
    /** @type {NodeJS.EventEmitter} */ (runner).on('retry', onRetry);
    runner.on('pending', () => (counts.skipped += 1));
    /** @type {Map<Mocha.Suite, number>} */
    const begins = new Map();
    runner.on('suite', (suite) => begins.set(suite, performance.now()));
    runner.on('suite end', (suite) => {
      // A file has one or more suites below the root; its top-level hooks belong to none of them.
      if (suite.parent?.root && suite.file !== undefined) {
        const seconds = (performance.now() - (begins.get(suite) ?? 0)) / 1000;
        counts.seconds[suite.file] = (counts.seconds[suite.file] ?? 0) + seconds;
      }
      keep();
    });
  });
}

await main(import.meta.url, async (args) => {
  const counts = await runMocha(/** @type {MochaOptions} */ (optionsIn(args)));
  // A test that leaves a socket or timer open must not keep the tier waiting.
  setTimeout(() => process.exit(), 1000).unref();
  return counts.failed === 0 ? 0 : 1;
});
