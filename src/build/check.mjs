// `npm run check`: everything that can be checked without starting VS Code. Types, the walls between the parts,
// lint, format, generated files, unit tests; two at a time, one line each, and the output of those that fail.
// @ts-check

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALONE, alone, browserHasNoNode, bundle, pageReadsNoImage } from './bundle.mjs';
import { deal, remember } from './deal.mjs';
import { runJobs } from './jobs.mjs';
import { CACHE, Failure, ROOT, atExit, main, readJson, run, since } from './run.mjs';
import { TEST_PACKAGES, ensureDebianPackages, ensureNodeModules } from './setup.mjs';
import { readArguments } from './usage.mjs';
import { walls } from './walls.mjs';

/** @type {import('./usage.mjs').Command} */
const COMMAND = {
  name: 'npm run check',
  doc: 'Checks types, walls, lint, format and generated files, and runs the unit tests.',
};

/** The unit tests are the longest step; their parts fill the gaps. */
const UNIT_PARTS = 4;
const SECONDS = 400;

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {number} seconds estimated run time
 * @property {number} load how much of a core each of its parts keeps busy
 * @property {() => string} [told] what its line says besides that it passed, once all parts have ended
 * @property {(() => Promise<void>)[]} parts that can run in parallel; each throws a Failure with what to show
 */

/**
 * A step that is a Node program.
 * @param {string} name
 * @param {number} seconds
 * @param {string} script
 * @param {string[]} args
 * @returns {Step}
 */
function program(name, seconds, script, ...args) {
  const runProgram = async () => {
    const { code, output } = await run(process.execPath, [join(ROOT, script), ...args], {
      seconds: SECONDS,
    });
    if (code !== 0) throw new Failure(output.trimEnd() || `status ${code}`);
  };
  return { name, seconds, load: 1, parts: [runProgram] };
}

/**
 * The unit tests, one seed in eight: `npm test` takes all of them.
 * @returns {Step}
 */
function unitTests() {
  /** @type {Promise<void> | undefined} */
  let built;
  const results = mkdtempSync(join(tmpdir(), 'sevscope-check-'));
  atExit(() => rmSync(results, { recursive: true, force: true }));
  let passed = 0;
  let skipped = 0;
  const parts = deal('unit', UNIT_PARTS, 'quick').map(({ files }, index) => async () => {
    built ??= bundle({ quiet: true, tier: 'unit' });
    await built;
    const result = join(results, `${index}.json`);
    const options = JSON.stringify({ files, result, timeout: 60_000 });
    const { code, output } = await run(
      process.execPath,
      ['--enable-source-maps', join(ROOT, 'src/build/mocha.mjs'), options],
      { seconds: SECONDS, env: { SEEDS: 'few' } },
    );
    if (existsSync(result)) {
      const counts = /** @type {import('./mocha.mjs').Counts} */ (readJson(result));
      passed += counts.passed;
      skipped += counts.skipped;
      remember(counts.seconds, 'quick');
    }
    if (code !== 0) throw new Failure(output.trimEnd() || `status ${code}`);
  });
  const told = () => `, fewer seeds: ${passed} passed, ${skipped} left to npm test`;
  return { name: 'unit tests', seconds: 10, load: 0.8, told, parts };
}

/** @returns {Step[]} */
function steps() {
  const remember = (/** @type {string} */ tool) => [
    ...['--cache', '--cache-strategy', 'content'],
    ...['--cache-location', join(CACHE, tool)],
  ];
  const lint = ['--config', 'src/build/eslint.config.mjs', ...remember('eslint'), '.'];
  const format = ['--check', '--log-level', 'warn', ...remember('prettier'), '.'];
  return [
    program('lint', 70, 'node_modules/eslint/bin/eslint.js', ...lint),
    unitTests(),
    program('types', 50, 'src/build/types.mjs'),
    program('format', 5, 'node_modules/prettier/bin/prettier.cjs', ...format),
    {
      name: 'core and app on no platform',
      seconds: 2,
      load: 1,
      parts: ALONE.map((folder) => () => alone(folder)),
    },
    { name: 'the page reads no image', seconds: 1, load: 1, parts: [pageReadsNoImage] },
    { name: 'the browser has no Node', seconds: 1, load: 1, parts: [browserHasNoNode] },
    { name: 'no arrow runs up', seconds: 1, load: 1, parts: [walls] },
    program('generated files', 3, 'src/build/generate.mjs', '--check'),
  ];
}

/**
 * The jobs of one step; the last one to end prints its line.
 * @param {Step} step
 * @param {() => void} fail called when the step fails
 * @returns {import('./jobs.mjs').Job[]}
 */
function jobsOf({ name, seconds, load, told, parts }, fail) {
  /** @type {number | undefined} */
  let begin;
  let left = parts.length;
  /** Without a build, every part fails alike: print each problem once. @type {Set<string>} */
  const problems = new Set();
  return parts.map((part) => ({
    seconds,
    load,
    run: async () => {
      begin ??= performance.now();
      await part().catch((/** @type {unknown} */ error) =>
        problems.add(
          error instanceof Failure ? error.message : String(error instanceof Error ? error.stack : error),
        ),
      );
      left -= 1;
      if (left > 0) return;
      const passed = problems.size === 0;
      const listed = passed ? '' : `\n${[...problems].join('\n').replace(/^/gm, '    ')}`;
      console.log(`${passed ? '✔' : '✘'} ${name}${told?.() ?? ''} (${since(begin)})${listed}`);
      if (!passed) fail();
    },
  }));
}

await main(import.meta.url, async (args) => {
  readArguments(COMMAND, args);
  const begin = performance.now();
  await ensureNodeModules();
  await ensureDebianPackages(TEST_PACKAGES.filter((name) => name !== 'chromium'));
  let failed = 0;
  await runJobs(steps().flatMap((step) => jobsOf(step, () => (failed += 1))));
  console.log(failed === 0 ? `All is well (${since(begin)})` : `${failed} failed (${since(begin)})`);
  return failed === 0 ? 0 : 1;
});
