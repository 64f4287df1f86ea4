// Side by side with the peers, in one run and in turns, so that a busy machine slows both: the same checks through
// `sevscope validate` and `virt-qemu-sev-validate`, one process for a hundred configurations of one firmware against one each of the
// peers, and what a page reads of an image before it draws against UEFIExtract and against hashing the image. Also how fast the search
// for an explanation is beside the hash alone, and what a short run takes as a whole. Prints ratios; nothing passes or fails here.
// @ts-check

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { which } from '../../src/build/setup.mjs';

const ROUNDS = 5;
/** Short runs vary more. */
const SHORT_ROUNDS = 25;
const CLI = [process.execPath, resolve('dist/sevscope.js')];
const OURS = [...CLI, 'validate'];
const PYTHON = '/usr/bin/python3';
const PEER = [PYTHON, '/usr/bin/virt-qemu-sev-validate'];

/** sev-snp-measure as a command: the program, or the script in a checkout of it, that the environment names. */
function snpMeasure() {
  const path = process.env['SEV_SNP_MEASURE'] ?? which('sev-snp-measure');
  if (!path) return undefined;
  return path.endsWith('.py') ? [PYTHON, resolve(path)] : [path];
}
const SNP_MEASURE = snpMeasure();
const NO_SNP_MEASURE =
  '  not compared with sev-snp-measure: set SEV_SNP_MEASURE to its program, or to sev-snp-measure.py of a checkout';

const folder = mkdtempSync(join(tmpdir(), 'sevscope-bench-'));
const file = (/** @type {string} */ name, /** @type {number} */ bytes) => {
  const path = join(folder, name);
  writeFileSync(path, '');
  truncateSync(path, bytes);
  return path;
};

const state = [
  '-m',
  Buffer.alloc(48).toString('base64'),
  '--api-major',
  '1',
  '--api-minor',
  '55',
  '--build-id',
  '24',
];
const keys = ['--tk', file('tk', 32)];
const firmware = ['-f', '/usr/share/OVMF/OVMF_CODE_4M.fd'];
const cpu = ['--cpu-family', '25', '--cpu-model', '1', '--cpu-stepping', '1'];
const kernel = ['-k', file('kernel', 16 * 2 ** 20), '-e', 'quiet'];

/** @type {[string, string[]][]} */
const cases = [
  ['SEV, firmware only', ['--policy', '1']],
  ['SEV-ES, 64 vCPUs', ['--policy', '5', '-n', '64', ...cpu]],
  ['SEV, kernel of 16 MiB', ['--policy', '1', ...kernel]],
  ['SEV, initrd of 512 MiB', ['--policy', '1', ...kernel, '-r', file('initrd', 512 * 2 ** 20)]],
];

/** Seconds and MiB at most of one run. */
function measure(/** @type {string[]} */ [program, ...args]) {
  const log = join(folder, 'time');
  const begin = process.hrtime.bigint();
  const { status } = spawnSync('/usr/bin/time', [
    '-q',
    '-f',
    '%M',
    '-o',
    log,
    /** @type {string} */ (program),
    ...args,
  ]);
  if (status !== 1)
    throw new Error(`${program} ended with ${status}, where a measurement of zeros does not match`);
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  return { seconds, mebibytes: Number(readFileSync(log, 'utf8')) / 1024 };
}

const median = (/** @type {number[]} */ values) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Milliseconds of a call. */
function milliseconds(/** @type {() => unknown} */ call) {
  const begin = performance.now();
  call();
  return performance.now() - begin;
}

/** Bundles a file of the bench. @returns what it exports */
async function load(/** @type {string} */ name) {
  const outfile = resolve(`out/${name}.mjs`);
  await build({
    entryPoints: [`test/bench/${name}.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  return /** @type {Promise<unknown>} */ (import(pathToFileURL(outfile).href));
}

/** Hypotheses a second of the search for an explanation on one core, in turns with the hash alone on the same bytes. */
async function measureExplain() {
  /** @typedef {{vmsa: number, mac: number, hash: number}} Rates */
  /** @typedef {{explainRates: () => Rates, explainSnpRates: () => Omit<Rates, 'mac'>, explainSnpSeconds: () => number}} Explain */
  const { explainRates, explainSnpRates, explainSnpSeconds } = /** @type {Explain} */ (await load('explain'));
  explainRates();
  const runs = Array.from({ length: ROUNDS }, () => explainRates());
  const ratio = median(runs.map(({ vmsa, hash }) => vmsa / hash));
  const rate = (/** @type {(run: typeof runs[number]) => number} */ of) =>
    Math.round(median(runs.map(of))).toLocaleString('en');
  console.log(
    `Explain, 4 vCPUs, one core: ${rate(({ vmsa }) => vmsa)} hypotheses a second that change every VMSA, ${(100 * ratio).toFixed(0)} % of what SHA-256 alone allows here (${rate(({ hash }) => hash)})`,
  );
  console.log(`  ${rate(({ mac }) => mac)} a second that change the HMAC only`);
  explainSnpRates();
  const ofSnp = Array.from({ length: ROUNDS }, () => explainSnpRates());
  const ratioOfSnp = median(ofSnp.map(({ vmsa, hash }) => vmsa / hash));
  const rateOfSnp = (/** @type {(run: typeof ofSnp[number]) => number} */ of) =>
    Math.round(median(ofSnp.map(of))).toLocaleString('en');
  console.log(
    `Explain SEV-SNP, 4 vCPUs, one core: ${rateOfSnp(({ vmsa }) => vmsa)} hypotheses a second that change every VMSA, ${(100 * ratioOfSnp).toFixed(0)} % of what SHA-384 alone allows here (${rateOfSnp(({ hash }) => hash)})`,
  );
  console.log(`  ${explainSnpSeconds().toFixed(1)} s for 100,000 hypotheses over an image of 4 MiB`);
}

/** What is read before the tree of the page is there, in turns with the same of UEFIExtract, and with SHA-256 of the image. */
async function measureFirstPaint() {
  /** @typedef {{imageOf: (real: Uint8Array) => Uint8Array, readForTree: (image: Uint8Array) => number}} FirstPaint */
  const { imageOf, readForTree } = /** @type {FirstPaint} */ (await load('firstPaint'));
  const image = imageOf(readFileSync('/usr/share/ovmf/OVMF.fd'));
  const path = join(folder, 'large.fd');
  writeFileSync(path, image);
  const peer = which('UEFIExtract');
  const runs = Array.from({ length: ROUNDS }, () => ({
    ours: milliseconds(() => readForTree(image)),
    hash: milliseconds(() => createHash('sha256').update(image).digest()),
    peer:
      peer === undefined ? undefined : milliseconds(() => spawnSync(peer, [path, 'report'], { cwd: folder })),
  }));
  // The first one also compiles, as the thread does.
  const first = runs[0]?.ours ?? Number.NaN;
  const ratio = (/** @type {(run: typeof runs[number]) => number} */ of) => median(runs.map(of)).toFixed(2);
  console.log(
    `OVMF image of 16 MiB before its tree is there: ${ratio(({ ours, hash }) => ours / hash)} of the time of SHA-256 (the first run ${first.toFixed(0)} ms)`,
  );
  console.log(
    peer
      ? `  ${ratio((run) => run.ours / (run.peer ?? Number.NaN))} of the time of UEFIExtract, which also starts, decompresses and writes its report`
      : '  not compared with UEFIExtract: the package uefitool-cli is not installed',
  );
}

/** A hundred launch files of one firmware: so many vCPUs of these CPUs. Their measurements are zeros, as above. */
function launchFiles() {
  const launch = {
    measurement: Buffer.alloc(48).toString('base64'),
    apiMajor: 1,
    apiMinor: 55,
    buildId: 24,
    policy: 5,
  };
  const models = ['EPYC', 'EPYC-Rome', 'EPYC-Milan', 'EPYC-Genoa', 'EPYC-Turin'];
  return Array.from({ length: 100 }, (_, i) => {
    const [vcpus, cpu] = [1 + (i % 20), models[i % models.length]];
    const content = { firmware: firmware[1], keys: { tk: 'tk' }, vcpus, cpu, launch };
    writeFileSync(join(folder, `${i}.sevlaunch.json`), JSON.stringify(content));
    return { vcpus: String(vcpus), cpu: /** @type {string} */ (cpu) };
  });
}

/** Seconds of a program that must end with this status. */
function seconds(/** @type {string[]} */ [program, ...args], /** @type {number} */ wanted) {
  const begin = performance.now();
  const { status } = spawnSync(/** @type {string} */ (program), args, { cwd: folder });
  if (status !== wanted) throw new Error(`${program} ended with ${status}, not ${wanted}`);
  return (performance.now() - begin) / 1000;
}

/** Checks in a second, of one process for all and of a process for each, in turns. */
function measureMany() {
  const files = launchFiles();
  const each = files.slice(0, 10);
  const runs = Array.from({ length: ROUNDS }, () => ({
    ours: seconds([...OURS, '--launch', '*.sevlaunch.json', '--quiet'], 1) / files.length,
    peer:
      each.reduce(
        (sum, { vcpus }) =>
          sum + seconds([...PEER, ...state, ...keys, ...firmware, ...cpu, '--policy', '5', '-n', vcpus], 1),
        0,
      ) / each.length,
    measure:
      SNP_MEASURE &&
      each.reduce((sum, { vcpus, cpu: model }) => {
        const args = [
          '--mode',
          'seves',
          '--ovmf',
          String(firmware[1]),
          '--vcpus',
          vcpus,
          '--vcpu-type',
          model,
        ];
        return sum + seconds([...SNP_MEASURE, ...args], 0);
      }, 0) / each.length,
  }));
  const rate = median(runs.map(({ ours }) => 1 / ours)).toFixed(0);
  const ratio = (/** @type {number[]} */ values) => median(values).toFixed(0);
  console.log(
    `100 configurations of one firmware: ${rate} checks in a second, ${ratio(runs.map(({ ours, peer }) => peer / ours))} times as many as with a process of virt-qemu-sev-validate for each`,
  );
  console.log(
    SNP_MEASURE
      ? `  ${ratio(runs.map(({ ours, measure }) => Number(measure) / ours))} times as many as with a process of sev-snp-measure for each`
      : NO_SNP_MEASURE,
  );
}

/**
 * One check and one digest of an image of 4 MiB as a person runs them: start, work and end of a process, in turns with the peers. What is
 * wanted is for Node 24.
 */
function measureShortRuns() {
  const image = join(folder, 'short.fd');
  const real = readFileSync('/usr/share/ovmf/OVMF.fd');
  writeFileSync(image, Buffer.concat([Buffer.alloc(4 * 2 ** 20 - real.length, 0xff), real]));
  const validate = [...state, ...keys, '-f', image, '--policy', '5', '-n', '4', ...cpu];
  const digest = ['--mode', 'snp', '--vcpus', '4', '--vcpu-type', 'EPYC-Milan', '--ovmf', image];
  const compare = (
    /** @type {string} */ what,
    /** @type {string[]} */ ours,
    /** @type {string[]} */ peer,
    /** @type {number} */ status,
    /** @type {number} */ wanted,
  ) => {
    // The first run of ours also compiles what later ones load.
    seconds(ours, status);
    const runs = Array.from({ length: SHORT_ROUNDS }, () => ({
      ours: seconds(ours, status),
      peer: seconds(peer, status),
      empty: seconds([process.execPath, '-e', '0'], 0),
    }));
    const ratio = median(runs.map((run) => run.ours / run.peer)).toFixed(2);
    const empty = median(runs.map((run) => run.empty / run.peer)).toFixed(2);
    console.log(
      `${what}: ${ratio} of the peer's time, wanted: at most ${wanted.toFixed(2)} (a Node that does nothing: ${empty})`,
    );
  };
  compare('One SEV-ES check', [...OURS, ...validate], [...PEER, ...validate], 1, 0.65);
  if (SNP_MEASURE)
    compare('One SEV-SNP digest', [...CLI, 'digest', ...digest], [...SNP_MEASURE, ...digest], 0, 1);
  else console.log(`One SEV-SNP digest:\n${NO_SNP_MEASURE}`);
}

// What later runs find of earlier ones, as at home, but not there.
process.env['XDG_CACHE_HOME'] = folder;
try {
  measureShortRuns();
  await measureExplain();
  measureMany();
  await measureFirstPaint();
  for (const [name, args] of cases) {
    const runs = Array.from({ length: ROUNDS }, () => {
      const all = [...args, ...state, ...keys, ...firmware];
      return { ours: measure([...OURS, ...all]), peer: measure([...PEER, ...all]) };
    });
    const time = median(runs.map(({ ours, peer }) => ours.seconds / peer.seconds));
    const memory = median(runs.map(({ ours, peer }) => ours.mebibytes / peer.mebibytes));
    const most = Math.max(...runs.map(({ ours }) => ours.mebibytes));
    console.log(
      `${name}: ${time.toFixed(2)} of the peer's time, ${memory.toFixed(2)} of its memory (${most.toFixed(0)} MiB at most)`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
