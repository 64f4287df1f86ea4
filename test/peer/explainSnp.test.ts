// Launch digests of sev-snp-measure for one launch, explained with the inputs of another. SEV_SNP_MEASURE names the program, or
// sev-snp-measure.py of a checkout, and without it all are skipped.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildOvmf, DEFAULT_SEV_SECTIONS } from '../../src/core/ovmf/build';
import { SVSM_INFO } from '../../src/core/ovmf/entries';
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
  mkdirSync(at('svsm'));
  writeFileSync(at('svsm/OVMF.fd'), buildOvmf({ size: 4 * 2 ** 20, seed: 2 }));
  writeFileSync(at('svsm/OVMF.fd.bak'), buildOvmf({ size: 4 * 2 ** 20, seed: 5 }));
  for (const [name, seed] of [
    ['svsm.bin', 3],
    ['svsm-2.bin', 4],
  ] as const)
    writeFileSync(
      at(`svsm/${name}`),
      buildOvmf({
        size: 0x20000,
        seed,
        extraEntries: [{ guid: SVSM_INFO.guid, data: Uint8Array.of(0, seed, 0, 0) }],
        sevSections: DEFAULT_SEV_SECTIONS.slice(0, 4),
      }),
    );
  writeFileSync(at('empty.fd'), '');
  writeFileSync(at('svsm/VARS.fd'), new Uint8Array(0x31000));
  writeFileSync(at('initrd'), 'initrd\n');
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The digest that the tool has for these options. */
async function measured(args: readonly string[], mode = 'snp'): Promise<Uint8Array> {
  const program = resolve(MEASURE!);
  const [command, ...first] = program.endsWith('.py') ? [PYTHON, program] : [program];
  const { status, stdout, stderr } = await run(command, [...first, '--mode', mode, ...args], folder);
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

const SVSM = ['--ovmf', 'svsm/OVMF.fd', '--svsm', 'svsm/svsm.bin', '--vcpus', '4', '--vcpu-type', 'EPYC-v4'];
const VARS = ['--vars-size', '540672'];

/** Launches with an SVSM image; the tool has a page with the x87 control word 0. */
const SVSM_CASES: readonly (readonly [
  title: string,
  args: readonly string[],
  causes: readonly string[],
  over?: Partial<DigestInputs>,
])[] = [
  ['nothing', [...SVSM, ...VARS], [], { profile: 'snp-svsm-measure' }],
  ['an x87 control word that a host has', [...SVSM, ...VARS], ['svsm-fcw'], { profile: 'snp-svsm' }],
  ['vCPUs', [...SVSM, ...VARS, '--vcpus', '7'], ['vcpus']],
  ['a CPU', [...SVSM, ...VARS, '--vcpu-type', 'EPYC-Genoa'], ['cpu-model']],
  ['variables of 2 MiB builds', [...SVSM, '--vars-size', '131072'], ['vars-size']],
  ['an empty file of variables', [...SVSM, '--vars-file', 'empty.fd'], ['vars-size']],
  [
    'an empty file of variables in place of one',
    [...SVSM, '--vars-file', 'empty.fd'],
    ['vars-size'],
    { varsSize: undefined, varsFile: 'VARS.fd' },
  ],
  ['variables in a file', [...SVSM, '--vars-file', 'svsm/VARS.fd'], ['vars-size-other']],
  ['another SVSM image', [...SVSM, ...VARS, '--svsm', 'svsm/svsm-2.bin'], ['svsm-beside']],
  ['another firmware', [...SVSM, ...VARS, '--ovmf', 'svsm/OVMF.fd.bak'], ['firmware-beside']],
  [
    'an image and a CPU',
    [...SVSM, ...VARS, '--svsm', 'svsm/svsm-2.bin', '--vcpu-type', 'EPYC-Milan'],
    ['svsm-beside', 'cpu-model'],
  ],
  ['variables and vCPUs', [...SVSM, '--vars-size', '131072', '--vcpus', '2'], ['vars-size', 'vcpus']],
];

(MEASURE === undefined ? describe.skip : describe)(
  'A digest of sev-snp-measure with an SVSM image for',
  () => {
    const svsmGiven = (): Omit<DigestInputs, 'launchDigest'> => ({
      ...given(),
      firmware: at('svsm/OVMF.fd'),
      svsm: at('svsm/svsm.bin'),
      varsSize: 540672,
      profile: 'snp-svsm-measure',
    });
    for (const [title, args, causes, over] of SVSM_CASES)
      it(`${title} is explained`, async () => {
        const launchDigest = await measured(args, 'snp:svsm');
        const file = over?.varsFile === undefined ? {} : { varsFile: at(`svsm/${over.varsFile}`) };
        const { outcome, explanations } = await explainLaunch(
          io,
          { ...svsmGiven(), ...over, ...file, launchDigest },
          { searchFolder: causes.some((cause) => cause.endsWith('-beside')), maxVcpus: 16 },
        );
        assert.equal(outcome, causes.length === 0 ? 'already matches' : 'explained');
        assert.deepEqual(
          explanations.map(({ changes }) => changes.map(({ cause }) => cause)),
          causes.length === 0 ? [] : [causes],
        );
      }).timeout(60_000);

    it('a launch without that image is explained, also with another number of vCPUs', async () => {
      for (const [vcpus, causes] of [
        ['4', ['svsm-unused']],
        ['6', ['svsm-unused', 'vcpus']],
      ] as const) {
        const launchDigest = await measured([
          '--ovmf',
          'svsm/OVMF.fd',
          '--vcpus',
          vcpus,
          '--vcpu-type',
          'EPYC-v4',
        ]);
        const { explanations } = await explainLaunch(io, { ...svsmGiven(), launchDigest }, { maxVcpus: 8 });
        assert.deepEqual(
          explanations.map(({ changes }) => changes.map(({ cause }) => cause)),
          [causes],
        );
        assert.deepEqual(
          explanations[0]!.edits.slice(0, 2).map(({ member, value }) => [member[0], value]),
          [
            ['svsm', undefined],
            ['varsSize', undefined],
          ],
        );
      }
    }).timeout(60_000);

    it('a launch with an image that is not given is explained when its folder is searched', async () => {
      const launchDigest = await measured([...SVSM, ...VARS], 'snp:svsm');
      const inputs = { ...given(), firmware: at('svsm/OVMF.fd'), launchDigest };
      const { explanations } = await explainLaunch(io, inputs, { searchFolder: true, maxVcpus: 8 });
      assert.deepEqual(
        explanations.map(({ changes }) => changes.map(({ cause, found }) => [cause, found])),
        [
          [
            [
              'svsm-not-given',
              'svsm.bin below 540672 bytes (528 KiB) of variables, and the profile snp-svsm-measure',
            ],
          ],
        ],
      );
    }).timeout(60_000);
  },
);

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
