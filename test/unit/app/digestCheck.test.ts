// The check of a launch file that names a launch digest, for each technology: the files that it names give that digest or
// another, no keys and no host are asked, and every input counts. The digests come from `sevscope digest`'s own way in.

import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckError } from '../../../src/core/errors';
import { bytesToHex } from '../../../src/core/binary/hex';
import { buildOvmf } from '../../../src/core/ovmf/build';
import { SVSM_INFO } from '../../../src/core/ovmf/entries';
import { matrixRows, pagesFor } from '../../../src/core/check/matrix';
import { statusOf } from '../../../src/core/domain/report';
import { cpuByName } from '../../../src/core/vmsa/launch/generate';
import { findProfile, type ProfileId } from '../../../src/core/vmsa/launch/profiles';
import { checkMany } from '../../../src/app/checkMany';
import { readSevLaunch, readSnpLaunch } from '../../../src/app/digestLaunch';
import { readSvsmLaunch } from '../../../src/app/svsmLaunch';
import { checkedInputs, isByReport } from '../../../src/app/launch';
import { parseLaunchFile } from '../../../src/app/launchFile';
import { runCheck } from '../../../src/app/runCheck';
import { writeSample } from '../../../src/app/sample';
import { explainLaunch } from '../../../src/tasks/explain';
import { useFolder } from '../../helpers/folder';
import { io } from '../../helpers/io';

let folder: string;
const at = (name: string) => join(folder, name);
const BOOT = { kernel: 'vmlinuz.sample', initrd: 'initrd.sample', cmdline: 'quiet' };
const MILAN = { name: 'EPYC-Milan', id: cpuByName('EPYC-Milan') };
const reading = { find: () => undefined };

/** The digest as the command `digest` computes it. */
async function digestOf(
  id: ProfileId,
  vcpus: number,
  features?: bigint,
  boot: object = BOOT,
): Promise<string> {
  const files = Object.fromEntries(
    Object.entries(boot).map(([name, value]) => [
      name,
      name === 'cmdline' ? String(value) : at(String(value)),
    ]),
  );
  const profile = findProfile(id)!;
  const read = profile.mode === 'sev-snp' ? readSnpLaunch : readSevLaunch;
  const start = await read(io, { firmware: at('OVMF.sample.fd'), ...files }, reading);
  const request = { ...start, profiles: [profile], cpus: [MILAN], counts: [vcpus], features };
  const [row] = [...matrixRows(request as Parameters<typeof matrixRows>[0])];
  return bytesToHex(row!.digest);
}

const load = (json: object) =>
  checkedInputs(
    parseLaunchFile(io, JSON.stringify({ firmware: 'OVMF.sample.fd', ...json }), at('a.json')),
    'a',
  );
const check = (json: object) => runCheck(io, load(json));

describe('A launch file with a launch digest', () => {
  useFolder(async (made) => {
    folder = made;
    await writeSample(io, folder);
    copyFileSync(at('vcpu0.vmsa'), at('ap.vmsa'));
  });

  const LAUNCHES: [title: string, json: object, profile: ProfileId, vcpus: number, features?: bigint][] = [
    ['of SNP', { vcpus: 2, cpu: 'EPYC-Milan' }, 'snp', 2],
    ['of SNP with its technology', { vcpus: 1, cpu: 'EPYC-Milan', technology: 'snp' }, 'snp', 1],
    ['of SNP with a profile', { vcpus: 3, cpu: '25/1/1', profile: 'snp-debugswap' }, 'snp-debugswap', 3],
    ['of SNP with features', { vcpus: 2, cpu: 'EPYC-Milan', guestFeatures: '0x201' }, 'snp', 2, 0x201n],
    [
      'of SNP with features by name',
      { vcpus: 2, cpu: 'EPYC-Milan', guestFeatures: ['SNPActive', 'SecureTSC'] },
      'snp',
      2,
      0x201n,
    ],
    ['of EC2, without a CPU', { vcpus: 2, vmm: 'ec2' }, 'snp-ec2', 2],
    ['of GCE', { vcpus: 2, vmm: 'gce' }, 'snp-gce', 2],
    ['of SEV-ES', { vcpus: 2, cpu: 'EPYC-Milan' }, 'sev-es', 2],
    ['of SEV-ES with a profile', { vcpus: 2, cpu: 'EPYC-Milan', profile: 'sev-es-init2' }, 'sev-es-init2', 2],
  ];
  for (const [title, json, profile, vcpus, features] of LAUNCHES)
    it(`${title} matches, and does not match with any input changed`, async () => {
      const launchDigest = await digestOf(profile, vcpus, features);
      const given = { ...BOOT, ...json, launchDigest };
      const report = await check(given);
      assert.equal(report.verdict, 'matches', report.summary);
      assert.equal(statusOf(report), 0);
      assert.equal(report.measured!.at(-1)!.digest, launchDigest);
      const others: object[] = [
        { vcpus: vcpus + 1 },
        { cmdline: 'quiet ' },
        { initrd: undefined },
        { kernel: 'initrd.sample' },
        { launchDigest: launchDigest.replace(/^./, (c) => (c === '0' ? '1' : '0')) },
        ...('cpu' in json ? [{ cpu: 'EPYC-Genoa' }] : []),
        ...(launchDigest.length === 96 ? [{ guestFeatures: '0x9' }] : []),
      ];
      for (const other of others) {
        const changed = await check({ ...given, ...other });
        assert.equal(changed.verdict, 'does not match', JSON.stringify(other));
        assert.equal(statusOf(changed), 1);
      }
    });

  describe('and an SVSM image', () => {
    const SVSM = { svsm: 'svsm.bin', vcpus: 2, cpu: 'EPYC-v4' };
    const room = (size: number) => ({ varsSize: size });

    /** The digest as the command `digest` computes it, and so sev-snp-measure (test/peer). */
    async function svsmDigest(id: ProfileId, size: number, vcpus = 2): Promise<string> {
      const files = { svsm: at('svsm.bin'), varsSize: size };
      const start = await readSvsmLaunch(io, { firmware: at('OVMF.sample.fd') }, files, reading);
      const cpus = [{ name: 'EPYC-v4', id: cpuByName('EPYC-v4') }];
      const [row] = [...matrixRows({ ...start, profiles: [findProfile(id)!], cpus, counts: [vcpus] })];
      return bytesToHex(row!.digest);
    }
    beforeEach(() => {
      const info = { guid: SVSM_INFO.guid, data: Uint8Array.of(0, 0x40, 0, 0) };
      writeFileSync(at('svsm.bin'), buildOvmf({ size: 0x10000, extraEntries: [info] }));
      writeFileSync(at('vars.fd'), new Uint8Array(0x84000));
    });

    for (const profile of ['snp-svsm', 'snp-svsm-measure'] as const)
      it(`matches with the profile ${profile}, and does not match with any input changed`, async () => {
        const launchDigest = await svsmDigest(profile, 0x84000);
        const given = { ...SVSM, ...room(0x84000), profile, launchDigest };
        const report = await check(given);
        assert.equal(report.verdict, 'matches', report.summary);
        assert.deepEqual(
          report.steps.map(({ id }) => id),
          ['firmware', 'svsm', 'vmsa', 'launch-digest', 'named-digest'],
        );
        assert.equal(report.measured!.at(-1)!.digest, launchDigest);
        const fromFile = await check({ ...given, varsSize: undefined, varsFile: 'vars.fd' });
        assert.equal(fromFile.verdict, 'matches');
        const others: object[] = [
          { vcpus: 3 },
          { cpu: 'EPYC-Genoa' },
          room(0x85000),
          { svsm: 'OVMF.sample.fd' },
        ];
        for (const other of others) {
          const changed = await check({ ...given, ...other }).catch((error: unknown) => error as CheckError);
          assert.ok('code' in changed || changed.verdict === 'does not match', JSON.stringify(other));
        }
      });

    it('has the usual profile without one, and says where the digest is that of sev-snp-measure', async () => {
      const [launched, measured] = [
        await svsmDigest('snp-svsm', 4096),
        await svsmDigest('snp-svsm-measure', 4096),
      ];
      const usual = await check({ ...SVSM, ...room(4096), launchDigest: launched });
      assert.deepEqual([usual.verdict, usual.warnings], ['matches', []]);
      const other = await check({ ...SVSM, ...room(4096), launchDigest: measured });
      assert.equal(other.verdict, 'does not match');
      assert.match(
        other.warnings.join(),
        /is the one that sev-snp-measure computes for these inputs.*x87 control word/,
      );
      const named = await check({
        ...SVSM,
        ...room(4096),
        launchDigest: measured,
        profile: 'snp-svsm-measure',
      });
      assert.equal(named.verdict, 'matches');
      assert.ok(named.warnings.join().includes(`there the digest is ${launched} (profile snp-svsm)`));
    });

    it('passes over a kernel, which is not measured beside it', async () => {
      const launchDigest = await svsmDigest('snp-svsm', 4096);
      const report = await check({ ...SVSM, ...BOOT, ...room(4096), launchDigest });
      assert.equal(report.verdict, 'matches');
      assert.match(
        report.warnings.join(),
        /^An SVSM image is launched without kernel hashes: "kernel" plays no part\.$/,
      );
    });
  });

  it('of plain SEV needs no vCPUs', async () => {
    const { technology, state } = await readSevLaunch(io, { firmware: at('OVMF.sample.fd') }, reading);
    const launchDigest = bytesToHex(technology.digest(state));
    for (const json of [{}, { technology: 'sev', vcpus: 2, cpu: 'EPYC-Milan' }])
      assert.equal((await check({ ...json, launchDigest })).verdict, 'matches');
  });

  it('may have its pages from files', async () => {
    const { resetAddress } = await readSnpLaunch(io, { firmware: at('OVMF.sample.fd') }, reading);
    const { bsp, ap } = pagesFor({ counts: [2], resetAddress }, findProfile('snp')!, MILAN.id);
    writeFileSync(at('snp0.vmsa'), bsp);
    writeFileSync(at('snp1.vmsa'), ap!);
    const given = { vcpus: 2, launchDigest: await digestOf('snp', 2, undefined, {}) };
    const pages = { bsp: 'snp0.vmsa', ap: 'snp1.vmsa' };
    assert.equal((await check({ ...given, vmsa: pages })).verdict, 'matches');
    const other = { ...pages, ap: 'snp0.vmsa' };
    assert.equal((await check({ ...given, vmsa: other })).verdict, 'does not match');
  });

  it('says what is no part of it, and refuses a policy that no firmware takes', async () => {
    const launchDigest = await digestOf('snp', 1);
    const given = { ...BOOT, vcpus: 1, cpu: 'EPYC-Milan', launchDigest };
    const report = await check({ ...given, policy: '0x30000', hostData: '5a'.repeat(32) });
    assert.equal(report.verdict, 'matches');
    const facts = report.facts.map(({ name, value }) => `${name}: ${value}`).join('\n');
    assert.match(facts, /^Policy: 0x30000: SMT; bit 17.*no part of the launch digest$/m);
    assert.match(facts, /^Host data: (5a){32}; no part of the launch digest$/m);
    assert.deepEqual(report.warnings, []);
    assert.match((await check({ ...given, policy: '0xb0000' })).warnings.join(), /DEBUG, bit 19, is set/);
    await assert.rejects(check({ ...given, policy: 0 }), { code: 'snp-policy-bit-17' });
  });

  it('is refused without a digest that the firmware can have', async () => {
    writeFileSync(at('odd.fd'), readFileSync(at('OVMF.sample.fd')).subarray(1));
    const given = { vcpus: 1, cpu: 'EPYC-Milan', launchDigest: 'a5'.repeat(48) };
    await assert.rejects(check({ ...given, firmware: 'odd.fd' }), { code: 'no-snp-digest' });
    await assert.rejects(check({ ...given, firmware: 'none.fd' }), {
      at: { input: 'firmware', member: ['firmware'] },
    });
  });

  it('is one of many', async () => {
    const good = { ...BOOT, vcpus: 2, cpu: 'EPYC-Milan', launchDigest: await digestOf('snp', 2) };
    const jobs = [good, { ...good, vcpus: 1 }, { ...good, cpu: undefined }].map((json, i) => ({
      path: at(`${i}`),
      prepare: () => Promise.resolve({ recorded: load(json) }),
    }));
    const libvirt = undefined as never;
    const results = await checkMany(io, jobs, { libvirt });
    assert.deepEqual(
      results.map(({ status }) => status),
      [0, 1, 2],
    );
  });

  it('is explained: the vCPUs and the CPU that the digest is of', async function () {
    this.timeout(60_000);
    const launchDigest = await digestOf('snp', 2);
    const inputs = load({ ...BOOT, vcpus: 3, cpu: 'EPYC-Genoa', launchDigest });
    assert.ok(!isByReport(inputs));
    const { outcome, explanations } = await explainLaunch(io, inputs);
    assert.equal(outcome, 'explained');
    const edits = explanations[0]!.edits.map(({ member }) => member.join('.'));
    assert.deepEqual(edits.sort(), ['cpu', 'vcpus']);
  });
});
