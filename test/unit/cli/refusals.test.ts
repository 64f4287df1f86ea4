// What the command line says of inputs of SNP that are missing, misspelt or beside the question: the status, and a sentence with what was
// found, what was wanted and what to do.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SAMPLE } from '../../../src/app/sampleNames';
import { runHere } from '../../helpers/cli';

const FW = SAMPLE.firmware;
const MILAN = ['--vcpus', '1', '--vcpu-type', 'EPYC-Milan'];
const SNP = ['digest', '--mode', 'snp', '--firmware', FW, ...MILAN];
const QEMU = `qemu-system-x86_64 -object sev-snp-guest,id=s -machine q35,confidential-guest-support=s -smp 2 -bios ${FW}`;
const FROM = ['digest', '--from-qemu-command-line'];
const OF_SEV = /it is for measurements of SEV and SEV-ES; /;

let folder: string;

/** Once for all tests of this file: none of them changes what another one reads. */
async function fill(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-refusals-'));
  assert.equal((await runHere(['sample', '.'], folder)).status, 0);
  const launch = JSON.parse(readFileSync(join(folder, SAMPLE.snpMatches), 'utf8')) as object;
  const write = (name: string, change: object) => {
    writeFileSync(join(folder, `${name}.sevlaunch.json`), JSON.stringify({ ...launch, ...change }));
  };
  write('technology', { technology: 'SNP' });
  write('vmm', { vmm: 'qemu' });
  write('profile', { profile: 'snp_ec2' });
  write('cpu', { cpu: 'Milan' });
  write('features', { guestFeatures: ['SNPActive', 'secure-tsc'] });
  write('member', { firmware: undefined, ovmf: FW });
  write('key', { vmm: '3569cf61a32a602b87185ac6e0f55913' });
  writeFileSync(join(folder, 'broken.xml'), '<domain><a></domain>');
}

describe('On the command line', () => {
  before(fill);
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  describe('Inputs of SNP are refused in a sentence that helps:', () => {
    const rows: readonly [string, readonly string[], RegExp][] = [
      [
        'nothing to check',
        ['validate'],
        /Nothing says which launch.* SEV-SNP: --launch-digest, --firmware, --num-cpus, and --cpu-model\. SEV: --measurement.* SEV-ES: what SEV needs, --num-cpus, and --cpu-model\.\n$/,
      ],
      [
        'firmware and nothing to check it by',
        ['validate', '--firmware', FW],
        /Nothing says which launch is to be checked/,
      ],
      [
        'nothing to explain',
        ['explain'],
        /explained\. .*A launch digest of any technology: --launch-digest and --firmware\. A measurement of SEV or SEV-ES: /,
      ],
      [
        'a policy for a digest',
        [...SNP, '--policy', '0x30000'],
        /--policy cannot be given here: .*the attestation report shows it/,
      ],
      ['a key for a digest', [...SNP, '--tik', 'tik.bin'], OF_SEV],
      ['a nonce for a digest', [...SNP, '--nonce', '00'], OF_SEV],
      ['a mode in upper case', ['digest', '--mode', 'SNP'], /Did you mean snp\?/],
      ['a VMM in lower case', [...SNP, '--vmm-type', 'qemu'], /Did you mean QEMU\?/],
      ['a form with a mistake', [...SNP, '--format', 'jsn'], /Did you mean json\?/],
      ['a profile with a mistake', [...SNP, '--profile', 'snpec2'], /Did you mean snp-ec2\?/],
      [
        'a CPU in lower case',
        ['digest', '--mode', 'snp', '--firmware', FW, '--vcpus', '1', '--vcpu-type', 'epyc-milan'],
        /Did you mean EPYC-Milan\?/,
      ],
      ['a feature with a mistake', [...SNP, '--guest-features', 'SNPActiv'], /Did you mean SNPActive\?/],
      [
        'a launch file with SNP',
        ['validate', '--launch', 'technology.sevlaunch.json'],
        /technology: wanted one of sev, sev-es, snp, found "SNP" \(did you mean "snp"\?\)/,
      ],
      [
        'one with a VMM',
        ['validate', '--launch', 'vmm.sevlaunch.json'],
        /found "qemu" \(did you mean "QEMU"\?\)/,
      ],
      [
        'one with a profile',
        ['validate', '--launch', 'profile.sevlaunch.json'],
        /found "snp_ec2" \(did you mean "snp-ec2"\?\)/,
      ],
      [
        'one with a CPU',
        ['validate', '--launch', 'cpu.sevlaunch.json'],
        /found "Milan" \(did you mean "EPYC-Milan"\?\)/,
      ],
      [
        'one with features',
        ['validate', '--launch', 'features.sevlaunch.json'],
        /found "secure-tsc" \(did you mean "SecureTSC"\?\)/,
      ],
      [
        "one with an option's name",
        ['validate', '--launch', 'member.sevlaunch.json'],
        /ovmf: there is no such field \(did you mean "firmware"\?\)/,
      ],
      [
        'one with a key, which is not repeated',
        ['validate', '--launch', 'key.sevlaunch.json'],
        /^(?!.*3569cf61).*found a text\.$/m,
      ],
      [
        'XML that is broken',
        [...FROM, 'broken.xml'],
        /There is no domain in broken\.xml that can be used\. .*line 1:20/,
      ],
      [
        'XML without a name',
        [...FROM, '<domain type="kvm"/>'],
        /it has no name\. Give all that "virsh dumpxml" prints/,
      ],
      ['XML of something else', [...FROM, '<pool/>'], /it is "pool" instead of "domain"/],
    ];
    for (const [name, args, said] of rows)
      it(name, async () => {
        const { status, stdout, stderr } = await runHere(args, folder);
        assert.deepEqual([status, stdout], [2, ''], stderr);
        assert.match(stderr, said);
      });
  });

  describe('A command line of QEMU', () => {
    it('with -cpu host asks for a CPU', async () => {
      const { status, stderr } = await runHere([...FROM, `${QEMU} -cpu host`], folder);
      assert.equal(status, 2);
      assert.match(stderr, /-cpu is the CPU of the host/);
    });
    it('does not ask for one that is given', async () => {
      const { status, stderr } = await runHere(
        [...FROM, `${QEMU} -cpu host`, '--vcpu-type', 'EPYC-Milan'],
        folder,
      );
      assert.equal(status, 0);
      assert.doesNotMatch(stderr, /WARNING/);
    });
  });

  describe('What sev-snp-measure calls --output-format', () => {
    const wanted = Buffer.alloc(48).toString('base64').length;
    for (const form of [['--output', 'base64'], ['--output=base64'], ['--outpu', 'base64']])
      it(`is taken as ${form.join(' ')}`, async () => {
        const { status, stdout } = await runHere([...SNP, ...form], folder);
        assert.deepEqual([status, stdout.trim().length], [0, wanted]);
      });
    it('is a file for a table', async () => {
      assert.equal((await runHere([...SNP, '--matrix', '--output', 'base64'], folder)).status, 0);
      assert.match(readFileSync(join(folder, 'base64'), 'utf8'), /^profile,cpu/);
    });
  });

  it('the digest of the firmware alone is not called a launch digest', async () => {
    const args = ['digest', '--mode', 'snp:ovmf-hash', '--firmware', FW];
    const { stdout } = await runHere([...args, '--json'], folder);
    const digest = (await runHere(args, folder)).stdout.trim();
    assert.deepEqual(JSON.parse(stdout), { mode: 'snp:ovmf-hash', firmwareDigest: digest });
  });
});
