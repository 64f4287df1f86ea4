// Launch digests of sev-snp-measure for one launch, explained with the inputs of another. SEV_SNP_MEASURE names the program, or
// sev-snp-measure.py of a checkout, and without it all are skipped.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildOvmf, DEFAULT_SEV_SECTIONS } from '../../src/core/ovmf/build';
import type { DigestInputs } from '../../src/app/launch';
import { explainLaunch } from '../../src/tasks/explain';
import { io } from '../helpers/io';
import { PYTHON, run } from '../helpers/peer';

const MEASURE = process.env['SEV_SNP_MEASURE'];

let folder: string;
const at = (name: string) => join(folder, name);

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-explain-snp-'));
  const [hashes] = DEFAULT_SEV_SECTIONS.slice(-1);
  writeFileSync(at('OVMF.fd'), buildOvmf({ size: 4 * 2 ** 20 }));
  // As before edk2-stable202411.
  const early = [...DEFAULT_SEV_SECTIONS.slice(0, 5), hashes!, ...DEFAULT_SEV_SECTIONS.slice(5, 6)];
  writeFileSync(at('early.fd'), buildOvmf({ size: 4 * 2 ** 20, sevSections: early }));
  writeFileSync(at('vmlinuz'), 'kernel\n');
  writeFileSync(at('initrd'), 'initrd\n');
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The digest that the tool has for these options. */
async function measured(args: readonly string[]): Promise<Uint8Array> {
  const program = resolve(MEASURE!);
  const [command, ...first] = program.endsWith('.py') ? [PYTHON, program] : [program];
  const { status, stdout, stderr } = await run(command, [...first, '--mode', 'snp', ...args], folder);
  assert.equal(status, 0, stderr);
  return Buffer.from(stdout.trim(), 'hex');
}

const OWN = ['--ovmf', 'OVMF.fd', '--vcpus', '4', '--vcpu-type', 'EPYC-v4'];
const KERNEL = ['--kernel', 'vmlinuz', '--initrd', 'initrd', '--append', 'quiet nr_cpus=4'];
/** The launch as it is given, which those options measure. */
const given = (): Omit<DigestInputs, 'launchDigest'> => ({
  title: 'test',
  firmware: at('OVMF.fd'),
  vcpus: 4,
  cpu: { family: 23, model: 1, stepping: 2 },
  profile: 'snp',
  vmsa: undefined,
});
const withKernel = () => ({
  ...given(),
  kernel: at('vmlinuz'),
  initrd: at('initrd'),
  cmdline: 'quiet nr_cpus=4',
});

type Case = readonly [title: string, args: readonly string[], causes: readonly string[], hasKernel?: true];

/** The options of another launch come last, where the tool takes the last of two. */
const CASES: readonly Case[] = [
  ['nothing', OWN, []],
  ['vCPUs', [...OWN, '--vcpus', '96'], ['vcpus']],
  ['a CPU', [...OWN, '--vcpu-type', 'EPYC-Genoa'], ['cpu-model']],
  ['DebugSwap', [...OWN, '--guest-features', '0x21'], ['snp-debug-swap']],
  ['a feature', [...OWN, '--guest-features', '0x201'], ['guest-features']],
  ['EC2', [...OWN, '--vmm-type', 'ec2'], ['snp-vmm']],
  ['Google', [...OWN, '--vmm-type', 'gce'], ['snp-vmm']],
  ['a kernel', [...OWN, ...KERNEL], [], true],
  ['no kernel', OWN, ['kernel-hashes-off'], true],
  ['no initrd', [...OWN, ...KERNEL.slice(0, 2), ...KERNEL.slice(4)], ['initrd-missing'], true],
  ['no command line', [...OWN, ...KERNEL.slice(0, 4)], ['cmdline-missing'], true],
  ['a space', [...OWN, ...KERNEL.slice(0, 4), '--append', 'quiet nr_cpus=4 '], ['cmdline-text'], true],
  [
    "Kata's vCPUs",
    [...OWN, '--vcpus', '2', ...KERNEL.slice(0, 4), '--append', 'quiet nr_cpus=2'],
    ['cpu-count-in-cmdline'],
    true,
  ],
  ['vCPUs and a CPU', [...OWN, '--vcpus', '2', '--vcpu-type', 'EPYC-Milan'], ['cpu-model', 'vcpus']],
  [
    'EC2 with DebugSwap',
    [...OWN, '--vmm-type', 'ec2', '--guest-features', '0x21'],
    ['snp-vmm', 'snp-debug-swap'],
  ],
  [
    'a feature and no kernel',
    [...OWN, '--guest-features', '0x9'],
    ['kernel-hashes-off', 'guest-features'],
    true,
  ],
];

(MEASURE === undefined ? describe.skip : describe)('A digest of sev-snp-measure for', () => {
  for (const [title, args, causes, hasKernel] of CASES)
    it(`${title} is explained`, async () => {
      const launchDigest = await measured(args);
      const inputs = hasKernel ? withKernel() : given();
      const { outcome, explanations } = await explainLaunch(io, { ...inputs, launchDigest });
      assert.equal(outcome, causes.length === 0 ? 'already matches' : 'explained');
      assert.deepEqual(
        explanations.map(({ changes }) => changes.map(({ cause }) => cause)),
        causes.length === 0 ? [] : [causes],
      );
    }).timeout(60_000);

  it('an image beside the given one is explained when its folder is searched', async () => {
    const launchDigest = await measured([...OWN, '--ovmf', 'early.fd']);
    const { explanations } = await explainLaunch(
      io,
      { ...given(), launchDigest },
      { searchFolder: true, maxVcpus: 8 },
    );
    assert.deepEqual(
      explanations.map(({ changes }) => changes.map(({ cause, found }) => [cause, found])),
      [[['firmware-beside', 'early.fd']]],
    );
  }).timeout(60_000);
});
