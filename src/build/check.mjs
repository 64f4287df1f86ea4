// `npm run check`: everything that can be told without starting VS Code. Types, the walls between the parts, lint, format,
// generated files, unit tests; two at a time, one line each, the output of those that fail.
// @ts-check

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, coreAlone, testFiles } from './bundle.mjs';
import { CACHE, Failure, ROOT, main, run, since } from './run.mjs';
import { TEST_PACKAGES, ensureDebianPackages, ensureNodeModules } from './setup.mjs';

/** Steps at the same time: more would only slow each other down on a small machine. */
const PARALLEL = 2;
/** Of the unit tests: one more, because some wait. */
const UNIT_PROCESSES = 3;
/** Each runs one part after the other: all end at about the same time, whichever files are slow. */
const UNIT_PARTS = 16;
const SECONDS = 180;

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {() => Promise<void>} run throws a Failure with what to show
 */

/** A step that is a Node program. */
function program(/** @type {string} */ name, /** @type {string} */ script, /** @type {string[]} */ ...args) {
  return {
    name,
    run: async () => {
      const { code, output } = await run(process.execPath, [join(ROOT, script), ...args], {
        seconds: SECONDS,
      });
      if (code !== 0) throw new Failure(output.trimEnd() || `status ${code}`);
    },
  };
}

/** Type checking of one part; its result is kept, so that only what changed is checked the next time. */
function types(/** @type {string} */ part) {
  const memory = join(CACHE, 'tsc', `${part.replace('/', '-')}.tsbuildinfo`);
  const args = ['-p', part, '--incremental', '--tsBuildInfoFile', memory];
  return program(`types of ${part}`, 'node_modules/typescript/bin/tsc', ...args);
}

/**
 * Parts of about the same size.
 * @param {{file: string, size: number}[]} files
 * @returns {string[][]}
 */
function parts(files) {
  const most = files.reduce((sum, { size }) => sum + size, 0) / UNIT_PARTS;
  /** @type {string[][]} */
  const made = [];
  let left = 0;
  for (const { file, size } of files) {
    if (left <= 0) {
      made.push([]);
      left = most;
    }
    made.at(-1)?.push(file);
    left -= size;
  }
  return made;
}

/** The unit tests, built first; its files dealt out to some processes, because they take longer than all else. */
function unitTests() {
  return {
    name: 'unit tests',
    run: async () => {
      await bundle({ quiet: true });
      const waiting = parts(testFiles('unit'));
      /** @type {string[]} */
      const failures = [];
      const worker = async () => {
        for (let files = waiting.shift(); files; files = waiting.shift()) {
          const options = JSON.stringify({ files, timeout: 60_000 });
          const { code, output } = await run(
            process.execPath,
            ['--enable-source-maps', join(ROOT, 'src/build/mocha.mjs'), options],
            // `npm test` takes all of them.
            { seconds: SECONDS, env: { SEEDS: 'few' } },
          );
          if (code !== 0) failures.push(output.trimEnd());
        }
      };
      await Promise.all(Array.from({ length: UNIT_PROCESSES }, worker));
      if (failures.length > 0) throw new Failure(failures.join('\n'));
    },
  };
}

/** @returns {Step[]} the slow ones first, so that the quick ones fill the gaps */
function steps() {
  const remember = (/** @type {string} */ tool) => ['--cache', '--cache-location', join(CACHE, tool)];
  const all = [
    program(
      'lint',
      'node_modules/eslint/bin/eslint.js',
      '--config',
      'src/build/eslint.config.mjs',
      ...remember('eslint'),
      '.',
    ),
    unitTests(),
    ...['src/core', 'src', 'webview', 'test'].map(types),
    program(
      'format',
      'node_modules/prettier/bin/prettier.cjs',
      '--check',
      '--log-level',
      'warn',
      ...remember('prettier'),
      '.',
    ),
    { name: 'core imports nothing', run: coreAlone },
  ];
  // Generating writes the files that the other steps read only when asked to; with --check it compares.
  if (existsSync(join(ROOT, 'src/build/generate.mjs'))) {
    all.push(program('generated files', 'src/build/generate.mjs', '--check'));
  }
  return all;
}

/** Runs one step and prints its line. @returns whether it passed */
async function report(/** @type {Step} */ step) {
  const begin = performance.now();
  try {
    await step.run();
    console.log(`✔ ${step.name} (${since(begin)})`);
    return true;
  } catch (error) {
    const text =
      error instanceof Failure ? error.message : String(error instanceof Error ? error.stack : error);
    console.log(`✘ ${step.name} (${since(begin)})\n${text.replace(/^/gm, '    ')}`);
    return false;
  }
}

await main(import.meta.url, async () => {
  const begin = performance.now();
  await ensureNodeModules();
  await ensureDebianPackages(TEST_PACKAGES.filter((name) => name !== 'chromium'));
  const waiting = steps();
  let failed = 0;
  const worker = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      if (!(await report(step))) failed += 1;
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  console.log(failed === 0 ? `All is well (${since(begin)})` : `${failed} failed (${since(begin)})`);
  return failed === 0 ? 0 : 1;
});
