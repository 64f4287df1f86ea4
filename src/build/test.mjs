// `npm test`: sets up what is missing, builds, runs every tier that has tests, and sums them up in one last line.
// `npm test -- unit browser` runs these tiers only, `--grep TEXT` these tests only.
// @ts-check

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, filesBelow, testFiles } from './bundle.mjs';
import { Failure, ROOT, atExit, main, run, since } from './run.mjs';
import { ensureDebianPackages, ensureNodeModules, ensureVscodeServer } from './setup.mjs';

/**
 * The tiers, in the order in which they run. Each is a folder of test/; `program` gets the options of mocha.mjs.
 * `timeout` is for one test in milliseconds, `seconds` for all of the tier, `retries` for a test that failed. Tests with the
 * libvirt `bed` are skipped for others than root, who are not asked for its packages. `processes` share the files of a tier.
 * @type {Record<string, {program: string, packages: string[], server: boolean, timeout: number, seconds: number, retries?: number, bed?: boolean, processes?: number}>}
 */
const TIERS = {
  unit: {
    program: 'mocha.mjs',
    packages: ['ovmf', 'libvirt-clients-qemu', 'python3-lxml'],
    server: false,
    timeout: 60_000,
    seconds: 600,
    processes: 2,
  },
  peer: {
    program: 'mocha.mjs',
    packages: ['ovmf', 'libvirt-clients-qemu', 'python3-lxml', 'uefitool-cli'],
    server: false,
    timeout: 60_000,
    seconds: 600,
    processes: 2,
  },
  libvirt: {
    program: 'mocha.mjs',
    packages: [],
    server: false,
    timeout: 60_000,
    seconds: 900,
    bed: true,
    // Each has hosts of its own.
    processes: 2,
  },
  vscode: {
    program: 'extensionHost.mjs',
    packages: ['chromium', 'ovmf', 'libvirt0'],
    server: true,
    timeout: 30_000,
    seconds: 900,
    bed: true,
  },
  // A workbench on a busy machine may lose a click; what is broken is broken the second time, too.
  browser: {
    program: 'mocha.mjs',
    packages: ['chromium', 'libvirt0'],
    server: true,
    timeout: 90_000,
    seconds: 1800,
    retries: 1,
    bed: true,
    // A window mostly waits: for its server, its extension host, its next frame.
    processes: 2,
  },
};

/** What the libvirt test bed is made of, and the peer that it is tried with. */
const BED_PACKAGES = [
  ...['libvirt-daemon', 'libvirt-daemon-driver-qemu', 'libvirt-clients', 'qemu-system-x86', 'ovmf'],
  ...['libvirt-clients-qemu', 'python3-libvirt', 'python3-lxml', 'python3-cryptography'],
  ...['openssh-server', 'iproute2', 'sasl2-bin', 'libsasl2-modules', 'libsasl2-modules-db'],
];

/** @typedef {import('./mocha.mjs').Counts} Counts */

/**
 * Deals files out to processes, so that all have about the same to do.
 * @param {{file: string, size: number}[]} files the largest first
 * @param {number} processes
 * @returns {string[][]} no empty ones
 */
function share(files, processes) {
  const shares = Array.from({ length: processes }, () => ({ size: 0, files: /** @type {string[]} */ ([]) }));
  for (const { file, size } of files) {
    const [least] = shares.sort((a, b) => a.size - b.size);
    least?.files.push(file);
    if (least) least.size += size;
  }
  return shares.map((part) => part.files.sort()).filter((part) => part.length > 0);
}

/**
 * Runs files of a tier in a process of their own, to the end or to the end of their time. What breaks off counts as one more
 * failure. The first process writes here while it runs, the others when they have ended.
 * @param {string} name
 * @param {string[]} files
 * @param {{grep: string | undefined, result: string, first: boolean}} options
 * @returns {Promise<{counts: Counts, output: string}>}
 */
async function runFiles(name, files, { grep, result, first }) {
  const { program, timeout, retries = 0, seconds } = /** @type {typeof TIERS[string]} */ (TIERS[name]);
  const options = { files, result, grep, timeout, retries, color: process.stdout.isTTY };
  const args = ['--enable-source-maps', join(ROOT, 'src/build', program), JSON.stringify(options)];
  const ended = await run(process.execPath, args, { show: first, seconds });
  let { output } = ended;
  /** @type {Counts} */
  const counts = existsSync(result)
    ? JSON.parse(readFileSync(result, 'utf8'))
    : { passed: 0, failed: 0, skipped: 0, finished: false };
  if (!counts.finished) {
    const how = ended.code === 124 ? `did not end within ${seconds} s` : 'broke off';
    output += `The ${name} tests ${how}.\n`;
    counts.failed += 1;
  } else if (ended.code !== 0 && counts.failed === 0) {
    output += `The ${name} tests passed, but ended with status ${ended.code}.\n`;
    counts.failed += 1;
  }
  return { counts, output };
}

/**
 * Runs one tier.
 * @param {string} name
 * @param {{grep: string | undefined, results: string}} options
 * @returns {Promise<Counts>}
 */
async function runTier(name, { grep, results }) {
  const tier = /** @type {typeof TIERS[string]} */ (TIERS[name]);
  console.log(`\n— ${name} —`);
  const begin = performance.now();
  const sum = { passed: 0, failed: 0, skipped: 0, finished: true };
  try {
    const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
    await ensureDebianPackages([...tier.packages, ...(tier.bed && isRoot ? BED_PACKAGES : [])]);
    if (tier.server) await ensureVscodeServer();
    const parts = share(testFiles(name), tier.processes ?? 1).map((part, i) =>
      runFiles(name, part, { grep, result: join(results, `${name}-${i}.json`), first: i === 0 }),
    );
    for (const part of parts) {
      const { counts, output } = await part;
      process.stdout.write(output);
      sum.passed += counts.passed;
      sum.failed += counts.failed;
      sum.skipped += counts.skipped;
    }
  } catch (error) {
    console.error(error instanceof Failure ? error.message : error);
    sum.failed += 1;
  }
  console.log(`${name}: ${since(begin)}`);
  return sum;
}

/** The tiers to run: those named, or all that have tests. */
function chosenTiers(/** @type {string[]} */ named) {
  const unknown = named.find((name) => !(name in TIERS));
  if (unknown !== undefined)
    throw new Failure(`No tier "${unknown}": there are ${Object.keys(TIERS).join(', ')}.`);
  return Object.keys(TIERS).filter(
    (name) =>
      (named.length === 0 || named.includes(name)) && filesBelow(`test/${name}`, '.test.ts').length > 0,
  );
}

await main(import.meta.url, async (args) => {
  const { values, positionals } = parseArgs({
    args,
    options: { grep: { type: 'string', short: 'g' } },
    allowPositionals: true,
  });
  const tiers = chosenTiers(positionals);
  const results = mkdtempSync(join(tmpdir(), 'sevscope-results-'));
  atExit(() => rmSync(results, { recursive: true, force: true }));

  // Pictures of this run only.
  rmSync(join(ROOT, 'test-results'), { recursive: true, force: true });

  const sum = { passed: 0, failed: 0, skipped: 0 };
  try {
    await ensureNodeModules();
    await bundle();
    for (const name of tiers) {
      const counts = await runTier(name, { grep: values.grep, results });
      sum.passed += counts.passed;
      sum.failed += counts.failed;
      sum.skipped += counts.skipped;
    }
  } catch (error) {
    console.error(error instanceof Failure ? error.message : error);
    sum.failed += 1;
  }
  console.log(
    `\n${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`,
  );
  return sum.failed > 0 || sum.passed === 0 ? 1 : 0;
});
