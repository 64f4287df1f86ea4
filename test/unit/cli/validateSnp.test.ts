// What `validate --launch` prints of SEV-SNP launches, as golden text (UPDATE_GOLDENS=1 writes it anew), and its exit status:
// alone and several, as lines, JSON and JUnit XML. The digests are those of sev-snp-measure.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHere } from '../../helpers/cli';
import { assertGolden, sameEachTime } from '../../helpers/golden';
import { TWO_VCPUS } from '../../helpers/sampleDigests';
import { encode } from '../../../src/core/binary/struct';
import { buildOvmf } from '../../../src/core/ovmf/build';
import { SVSM_INFO } from '../../../src/core/ovmf/entries';

let folder: string;
const cli = (...args: string[]) => runHere(args, folder);

const BASE = {
  technology: 'snp',
  firmware: 'OVMF.sample.fd',
  vcpus: 2,
  cpu: 'EPYC-Milan',
  launchDigest: TWO_VCPUS,
};

/** An SVSM image that starts at its beginning. */
const SVSM = buildOvmf({
  size: 0x10000,
  extraEntries: [{ guid: SVSM_INFO.guid, data: encode(SVSM_INFO.payload, { launch_offset: 0 }) }],
});

const FILES: Readonly<Record<string, object>> = {
  match: { name: 'The guest as it is', ...BASE },
  mismatch: { ...BASE, vcpus: 3 },
  features: { ...BASE, guestFeatures: ['SNPActive', 'SecureTSC'] },
  ec2: { ...BASE, vmm: 'ec2' },
  kernel: { ...BASE, kernel: 'vmlinuz.sample', initrd: 'initrd.sample', cmdline: 'quiet' },
  'host-data': { ...BASE, hostData: '07'.repeat(32) },
  policy: { ...BASE, policy: '0xb0000' },
  'policy-bits': { ...BASE, policy: '0x3f0000' },
  svsm: { ...BASE, svsm: 'svsm.bin', varsSize: '0x4000' },
  'bad-digest': { ...BASE, launchDigest: TWO_VCPUS.slice(2) },
  'short-digest': { ...BASE, launchDigest: TWO_VCPUS.slice(0, 64) },
  'bad-host-data': { ...BASE, hostData: '07'.repeat(31) },
  'bad-policy': { ...BASE, policy: '0x10000000000000000' },
  'bad-features': { ...BASE, guestFeatures: ['Turbo'] },
  'bad-profile': { ...BASE, profile: 'sev-es' },
  'bad-vmm': { ...BASE, vmm: 'ec2', profile: 'snp' },
  'bad-svsm': { ...BASE, svsm: 'svsm.bin' },
  'no-cpu': { ...BASE, cpu: undefined },
};
const fileOf = (name: string) => `${name}.sevlaunch.json`;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-validate-snp-'));
  assert.equal((await cli('sample', 'sample')).status, 0);
  for (const name of ['OVMF.sample.fd', 'vmlinuz.sample', 'initrd.sample'])
    writeFileSync(join(folder, name), readFileSync(join(folder, 'sample', name)));
  writeFileSync(join(folder, 'svsm.bin'), SVSM);
  for (const [name, launch] of Object.entries(FILES))
    writeFileSync(join(folder, fileOf(name)), JSON.stringify(launch, null, 2));
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

const assertPrinted = (name: string, found: string): void => {
  assertGolden(name, sameEachTime(found, folder));
};

describe('validate --launch of SEV-SNP prints', () => {
  const cases: [string, string[], number][] = [
    ['match', [], 0],
    ['mismatch', [], 1],
    ['features', [], 1],
    ['ec2', [], 1],
    ['kernel', [], 1],
    ['host-data', ['--debug'], 0],
    ['policy', [], 0],
    ['policy-bits', [], 0],
    ['svsm', [], 1],
    ['bad-digest', [], 2],
    ['short-digest', [], 2],
    ['bad-host-data', [], 2],
    ['bad-policy', [], 2],
    ['bad-features', [], 2],
    ['bad-profile', [], 2],
    ['bad-vmm', [], 2],
    ['bad-svsm', [], 2],
    ['no-cpu', [], 2],
  ];
  for (const [name, options, status] of cases)
    it(`${name} (exit status ${status})`, async () => {
      const { stdout, stderr, ...outcome } = await cli('validate', '--launch', fileOf(name), ...options);
      assertPrinted(`validate-snp-${name}`, `${stdout}${stderr}`);
      assert.equal(outcome.status, status);
    });

  for (const name of ['match', 'mismatch', 'bad-vmm'])
    it(`${name} as JSON and JUnit XML`, async () => {
      const { stdout, stderr } = await cli(
        ...['validate', '--launch', fileOf(name), '--json', '--junit', 'one.xml'],
      );
      assertPrinted(`validate-snp-${name}-json`, `${stdout}${stderr}`);
      assertPrinted(`validate-snp-${name}-junit`, readFileSync(join(folder, 'one.xml'), 'utf8'));
    });

  it('several, with the greatest exit status, as lines, JSON and JUnit XML', async () => {
    const files = ['match', 'mismatch', 'bad-vmm', 'host-data'].map(fileOf);
    const lines = await cli('validate', '--launch', ...files, '--junit', 'all.xml');
    assert.equal(lines.status, 2);
    assertPrinted('validate-snp-several', `${lines.stdout}${lines.stderr}`);
    assertPrinted('validate-snp-several-junit', readFileSync(join(folder, 'all.xml'), 'utf8'));
    assert.equal((await cli('validate', '--launch', ...files.slice(0, 1), fileOf('policy'))).status, 0);
  });
});

describe('validate takes what an SNP launch has by options', () => {
  const cases: [string, string[], number][] = [
    ['mismatch', ['--num-cpus', '2'], 0],
    ['features', ['--guest-features', 'SNPActive'], 0],
    ['features', ['--guest-features', '0x1'], 0],
    ['match', ['--guest-features', '0x201'], 1],
    ['match', ['--vmm-type', 'ec2'], 1],
    ['ec2', ['--vmm-type', 'QEMU'], 0],
    ['bad-svsm', ['--vars-size', '0x4000'], 1],
    ['match', ['--svsm', 'svsm.bin'], 2],
  ];
  for (const [name, options, status] of cases)
    it(`${name} ${options.join(' ')} (exit status ${status})`, async () => {
      const outcome = await cli('validate', '--launch', fileOf(name), ...options);
      assert.equal(outcome.status, status, outcome.stderr);
    });
  it('which a measurement of SEV has no use for', async () => {
    for (const options of [
      ['--vmm-type', 'ec2'],
      ['--guest-features', '1'],
      ['--svsm', 'svsm.bin'],
    ]) {
      const { status, stderr } = await cli('validate', '--measurement', 'AAAA', ...options);
      assert.equal(status, 2);
      assert.match(
        stderr,
        new RegExp(`^ERROR: ${options[0]!} cannot be given here: it is for launches of SEV-SNP`),
      );
    }
  });
});
