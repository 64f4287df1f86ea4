// Side by side with the peer, in one run and in turns, so that a busy machine slows both: the same checks through
// `sevscope validate` and `virt-qemu-sev-validate`. Prints ratios; nothing passes or fails here.
// @ts-check

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROUNDS = 5;
const OURS = [process.execPath, resolve('dist/sevscope.js'), 'validate'];
const PEER = ['/usr/bin/python3', '/usr/bin/virt-qemu-sev-validate'];

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

try {
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
