// `npm test`: sets up what is missing, builds, runs every tier that has tests, several at a time, and adds them
// up in one last line.
// `npm test -- unit browser` runs only these tiers, `--grep TEXT` only these tests.
// @ts-check

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBackports } from './backports.mjs';
import { bundle, filesBelow } from './bundle.mjs';
import { deal, remember } from './deal.mjs';
import { runJobs } from './jobs.mjs';
import { Failure, ROOT, atExit, isInterrupted, main, readJson, run, since } from './run.mjs';
import { ensureDebianPackages, ensureNodeModules, ensureVscodeServer } from './setup.mjs';
import { BED_PACKAGES, TIERS } from './tiers.mjs';
import { readArguments } from './usage.mjs';

/** @satisfies {import('./usage.mjs').Command} */
const COMMAND = {
  name: 'npm test',
  doc: 'Sets up, builds, and runs the tests of all tiers, or of those named.',
  options: {
    grep: { type: 'string', short: 'g', value: 'TEXT', doc: 'Run only tests whose title matches.' },
  },
  operands: { name: 'TIER', doc: 'Run only this tier', choices: Object.keys(TIERS) },
};

/**
 * How often a failed test is tried again, and then listed at the end: on a busy machine a workbench may lose a click and a process be late;
 * what is broken is broken the second time, too.
 */
const RETRIES = 1;

/** @typedef {import('./mocha.mjs').Counts} Counts */

/**
 * The message of what went wrong, or undefined; never rejects.
 * @param {Promise<unknown>} work
 * @returns {Promise<string | undefined>}
 */
const problemOf = (work) =>
  work.then(
    () => undefined,
    (/** @type {unknown} */ error) =>
      error instanceof Failure ? error.message : String(error instanceof Error ? error.stack : error),
  );

/**
 * Runs files of a tier in a separate process, to the end or until they time out. A run that breaks off counts as
 * one more failure.
 * @param {string} name
 * @param {string[]} files
 * @param {{grep: string | undefined, result: string, show: boolean}} options show: the process writes here while it runs
 * @returns {Promise<{counts: Counts, output: string}>}
 */
async function runFiles(name, files, { grep, result, show }) {
  const { program, timeout, seconds } = /** @type {typeof TIERS[string]} */ (TIERS[name]);
  const options = { files, result, grep, timeout, retries: RETRIES, color: process.stdout.isTTY };
  const args = ['--enable-source-maps', join(ROOT, 'src/build', program), JSON.stringify(options)];
  const ended = await run(process.execPath, args, { show, seconds });
  let { output } = ended;
  /** @type {Counts} */
  const counts = existsSync(result)
    ? /** @type {Counts} */ (readJson(result))
    : { passed: 0, failed: 0, skipped: 0, failures: [], retried: [], seconds: {}, finished: false };
  if (!counts.finished) {
    const how = ended.code === 124 ? `did not end within ${seconds} s` : 'broke off';
    output += `The ${name} tests ${how}.\n`;
    counts.failures.push(how);
    counts.failed += 1;
  } else if (ended.code !== 0 && counts.failed === 0) {
    output += `The ${name} tests passed, but ended with status ${ended.code}.\n`;
    counts.failures.push(`ended with status ${ended.code}`);
    counts.failed += 1;
  }
  return { counts, output };
}

/**
 * The jobs of one tier; the last one to end prints the report of all.
 * @param {string} name
 * @param {{grep: string | undefined, results: string, alone: boolean, server: Promise<string | undefined>}} options alone: no
 *   other tier runs; server: when VS Code is there, or why it is not
 * @param {(counts: Counts) => void} add receives the counts of the tier
 * @returns {import('./jobs.mjs').Job[]}
 */
function jobsOf(name, { grep, results, alone, server }, add) {
  const tier = /** @type {typeof TIERS[string]} */ (TIERS[name]);
  const parts = deal(name, tier.processes);
  /** @type {number | undefined} */
  let begin;
  let left = parts.length;
  let report = '';
  /** @type {Counts} */
  const sum = { passed: 0, failed: 0, skipped: 0, failures: [], retried: [], seconds: {}, finished: true };

  const runPart = async (/** @type {string[]} */ files, /** @type {number} */ index) => {
    const problem = tier.server ? await server : undefined;
    if (problem !== undefined) {
      // Once for all parts.
      if (index === 0) report += `${problem}\n`;
      if (index === 0) sum.failures.push(problem);
      sum.failed += index === 0 ? 1 : 0;
      return;
    }
    const result = join(results, `${name}-${index}.json`);
    const { counts, output } = await runFiles(name, files, { grep, result, show: alone && index === 0 });
    report += output;
    for (const count of /** @type {const} */ (['passed', 'failed', 'skipped'])) sum[count] += counts[count];
    sum.failures.push(...counts.failures);
    sum.retried.push(...counts.retried);
    Object.assign(sum.seconds, counts.seconds);
  };
  return parts.map(({ files, seconds }, index) => ({
    load: tier.load,
    seconds,
    ...(tier.server ? { ready: server } : {}),
    run: async () => {
      // Whoever pressed Ctrl+C wants no further tests, and no report of what that broke off.
      if (isInterrupted()) return;
      if (begin === undefined && alone) console.log(`\n— ${name} —`);
      begin ??= performance.now();
      await runPart(files, index);
      left -= 1;
      if (left > 0 || isInterrupted()) return;
      process.stdout.write(`${alone ? '' : `\n— ${name} —\n`}${report}`);
      console.log(`${name}: ${since(begin)}`);
      add(sum);
    },
  }));
}

/**
 * Installs what the tiers and the build of VS Code need, all at once, because only one installation can run at a time.
 */
async function ensurePackages(/** @type {string[]} */ names) {
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  const wanted = names.flatMap((name) => {
    const { packages, bed } = /** @type {typeof TIERS[string]} */ (TIERS[name]);
    return [...packages, ...(bed && isRoot ? BED_PACKAGES : [])];
  });
  await ensureDebianPackages([...new Set(wanted)]);
  if (!isRoot || !names.some((name) => TIERS[name]?.backports)) return;
  const problem = await problemOf(ensureBackports());
  if (problem !== undefined) console.log(`${problem} The tests that need them are skipped.`);
}

/** The tiers to run: those named, or all that have tests. */
function chosenTiers(/** @type {string[]} */ named) {
  return Object.keys(TIERS).filter(
    (name) =>
      (named.length === 0 || named.includes(name)) && filesBelow(`test/${name}`, '.test.ts').length > 0,
  );
}

await main(import.meta.url, async (args) => {
  const { values, positionals } = readArguments(COMMAND, args);
  const grep = typeof values['grep'] === 'string' ? values['grep'] : undefined;
  const begin = performance.now();
  const tiers = chosenTiers(positionals);
  const results = mkdtempSync(join(tmpdir(), 'sevscope-results-'));
  atExit(() => rmSync(results, { recursive: true, force: true }));

  // Keep only the screenshots of this run.
  rmSync(join(ROOT, 'test-results'), { recursive: true, force: true });

  const sum = { passed: 0, failed: 0, skipped: 0 };
  /** What the last lines list, so that a log that was cut short tells it, too. */
  const listed = { failures: /** @type {string[]} */ ([]), retried: /** @type {string[]} */ ([]) };
  try {
    await ensureNodeModules();
    await bundle();
    await ensurePackages(tiers);
    const needsServer = tiers.some((name) => TIERS[name]?.server);
    const server = needsServer ? problemOf(ensureVscodeServer()) : Promise.resolve(undefined);
    const alone = tiers.length === 1;
    if (!alone) console.log(`Running ${tiers.join(', ')}; each reports when it has ended.`);
    const jobs = tiers.flatMap((name) =>
      jobsOf(name, { grep, results, alone, server }, (counts) => {
        sum.passed += counts.passed;
        sum.failed += counts.failed;
        sum.skipped += counts.skipped;
        for (const list of /** @type {const} */ (['failures', 'retried']))
          listed[list].push(...counts[list].map((title) => `${name}: ${title}`));
        // Some of a file's tests do not show how long the whole file takes.
        if (grep === undefined) remember(counts.seconds);
      }),
    );
    await runJobs(jobs);
  } catch (error) {
    console.error(error instanceof Failure ? error.message : error);
    sum.failed += 1;
  }
  if (isInterrupted()) return 1;
  console.log(`\nAll in ${since(begin)}.`);
  for (const title of listed.retried) console.log(`Tried again: ${title}`);
  for (const title of listed.failures) console.log(`Failed: ${title}`);
  console.log(
    `\n${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`,
  );
  return sum.failed > 0 || sum.passed === 0 ? 1 : 0;
});
