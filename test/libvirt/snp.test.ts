// `sevscope validate --domain` on domains of SEV-SNP, on a host with libvirt 11.3 and QEMU 10.0: the digest that is said is the one that
// the platform of the test bed measures, every rule on a domain that breaks just that one, and SEV-ES beside SNP.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Report } from '../../src/core/launch/report';
import { buildOvmf } from '../../src/core/ovmf/build';
import type { Cpu } from '../helpers/bedDomain';
import { Owner } from '../helpers/owner';
import { ROM, snpSecurity, useSnpHost, type SnpSpec } from '../helpers/snpHost';
import { idAuthWith, idBlockWith } from '../unit/core/domain/cleanQuestion';

const owner = new Owner();
after(() => owner.remove());

const AMDSEV = owner.put('AMDSEV.fd', buildOvmf());
const GENOA: Cpu = [25, 17, 0];
const { kernel, initrd } = owner;
const BOOT = `<kernel>${kernel}</kernel><initrd>${initrd}</initrd><cmdline>quiet</cmdline>`;
const HASHED = snpSecurity('0x30000', '', "kernelHashes='yes'");
const KERNEL = ['--kernel', kernel, '--initrd', initrd, '--cmdline', 'quiet'];
const base64 = (size: number, byte = 0x5a) => Buffer.alloc(size, byte).toString('base64');

/** What the owner states of a domain, with other options before them. */
const stated = ({ firmware = ROM, vcpus = 1, model = 'EPYC-Milan' }: Partial<SnpSpec>): string[] => [
  ...['--firmware', firmware, '--num-cpus', String(vcpus), '--cpu-model', model],
];

type Launched = [title: string, spec: Omit<SnpSpec, 'name'>, options?: string[]];
const LAUNCHES: Launched[] = [
  ['1 vCPU', {}],
  ['2 vCPUs', { vcpus: 2 }],
  ['16 vCPUs of another model', { vcpus: 16, model: 'EPYC-Genoa', cpu: GENOA }],
  ['an AmdSev image', { firmware: AMDSEV, vcpus: 2 }],
  ['kernel, initrd and command line', { firmware: AMDSEV, vcpus: 2, security: HASHED, os: BOOT }, KERNEL],
  [
    'all that can be in its launch security',
    {
      security: snpSecurity(
        '0x30000',
        `<guestVisibleWorkarounds>${base64(16)}</guestVisibleWorkarounds><idBlock>${idBlockWith({ policy: 0x30000n })}</idBlock><idAuth>${idAuthWith({ author_key_algorithm: 1 })}</idAuth><hostData>${base64(32)}</hostData>`,
        "authorKey='yes' vcek='no'",
      ),
    },
  ],
];

interface Broken {
  readonly title: string;
  readonly spec: Omit<SnpSpec, 'name'>;
  readonly options?: readonly string[];
  /** Of the run alone, and with --insecure. */
  readonly statuses: readonly [number, number];
  /** What fails first. */
  readonly rule: string;
}
const FLASH = "<loader type='pflash' readonly='yes' stateless='yes'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader>";
const BROKEN: Broken[] = [
  { title: 'debugging', spec: { security: snpSecurity('0xb0000') }, statuses: [3, 3], rule: 'debugging' },
  {
    title: 'a migration agent',
    spec: { security: snpSecurity('0x70000') },
    statuses: [3, 3],
    rule: 'migration-agent',
  },
  {
    title: 'a policy that no firmware takes',
    spec: { security: snpSecurity('0x10000'), start: false },
    statuses: [4, 4],
    rule: 'policy-valid',
  },
  { title: 'flash as firmware', spec: { loader: FLASH, start: false }, statuses: [4, 4], rule: 'rom-loader' },
  {
    title: 'a kernel that is not measured',
    spec: { firmware: AMDSEV, os: BOOT },
    statuses: [3, 3],
    rule: 'kernel-hashes',
  },
  {
    title: 'an ID block of another policy',
    spec: {
      security: snpSecurity('0x30000', `<idBlock>${idBlockWith()}</idBlock><idAuth>${idAuthWith()}</idAuth>`),
    },
    statuses: [4, 4],
    rule: 'id-block',
  },
  { title: 'no loader', spec: { loader: '', start: false }, statuses: [4, 4], rule: 'loader' },
];

describe('validate --domain of SEV-SNP', () => {
  const host = useSnpHost();

  for (const [i, [title, spec, options = []]] of LAUNCHES.entries()) {
    it(`says the digest that the platform measures of ${title}, which is no match`, async () => {
      const name = `launch-${i}`;
      const uuid = await host().define({ ...spec, name });
      const { measurement } = host().report(uuid);
      const args = ['--connect', host().uri, '--domain', name, ...stated(spec), ...options];
      const { status, stdout, stderr } = await owner.validate(args);
      const all = stdout + stderr;
      assert.equal(status, 3, all);
      assert.ok(stderr.includes(`must show this measurement at 0x90: ${measurement}.`), all);
      assert.match(stderr, /^NOT VERIFIED: There is no report to compare with\./m);
      assert.doesNotMatch(all, /^OK/m);
    });
  }

  it('gives the same to programs, and to the owner of a guest that is off', async () => {
    const uuid = await host().define({ name: 'program' });
    const { measurement } = host().report(uuid);
    const args = ['--connect', host().uri, '--domain', uuid, ...stated({}), '--json'];
    const junit = owner.put('junit.xml', '');
    const answers = [await owner.validate([...args, '--junit', junit])];
    assert.match(
      readFileSync(junit, 'utf8'),
      new RegExp(`failures="1" [^]*<failure message="[^"]*${measurement}`),
    );
    await host().virsh(`destroy ${uuid}`);
    answers.push(await owner.validate(args));
    for (const { status, stdout } of answers) {
      const { expected, verdict, mode, steps } = JSON.parse(stdout) as Report;
      assert.deepEqual(
        [status, expected, verdict, mode, steps.at(-1)!.digest],
        [3, measurement, 'cannot be trusted', 'SEV-SNP', measurement],
      );
    }
  });

  it('takes CPU and vCPUs of the domain where that is allowed', async () => {
    const spec = { name: 'insecure', vcpus: 3, model: 'EPYC-Genoa', cpu: GENOA };
    const { measurement } = host().report(await host().define(spec));
    const args = ['--connect', host().uri, '--domain', spec.name, '--firmware', ROM];
    const secure = await owner.validate(args);
    assert.equal(secure.status, 3);
    assert.match(secure.stdout, /^failed +vcpu-count /m);
    assert.doesNotMatch(secure.stderr, /0x90/);
    const { status, stderr } = await owner.validate([...args, '--insecure']);
    assert.equal(status, 3, stderr);
    assert.ok(stderr.includes(measurement), stderr);
    assert.match(stderr, /Even then it proves nothing/);
  });

  it('says of the owner that the domain has another number of vCPUs, and an ID block of another launch', async () => {
    const idBlock = `<idBlock>${idBlockWith({ policy: 0x30000n })}</idBlock><idAuth>${idAuthWith()}</idAuth>`;
    await host().define({ name: 'other', vcpus: 4, security: snpSecurity('0x30000', idBlock) });
    const args = ['--connect', host().uri, '--domain', 'other', ...stated({ vcpus: 2 })];
    const { stderr } = await owner.validate(args);
    assert.match(stderr, /^WARNING: .*The owner gave 2, and the domain has 4/m);
    assert.match(stderr, /^WARNING: The ID block of the domain is for the launch digest 0{96}/m);
  });

  it('compares what its owner wants in a launch file with what it has, and keeps the digest as one', async () => {
    const data = base64(32);
    const security = snpSecurity('0x30000', `<hostData>${data}</hostData>`);
    const { measurement } = host().report(await host().define({ name: 'wanted', vcpus: 2, security }));
    const launch = {
      ...{ technology: 'snp', firmware: ROM, vcpus: 2, cpu: 'EPYC-Milan', profile: 'snp' },
      domain: { connection: host().uri, name: 'wanted' },
    };
    const put = (name: string, more: object) =>
      owner.put(`${name}.sevlaunch.json`, JSON.stringify({ ...launch, ...more }));
    const ask = ['--connect', host().uri];
    const agrees = put('agrees', { policy: '0x30000', hostData: data, guestFeatures: ['SNPActive'] });
    const saved = join(dirname(agrees), 'saved.sevlaunch.json');
    const good = await owner.validate(['--launch', agrees, ...ask, '--save-launch', saved]);
    assert.equal(good.status, 3, good.stderr);
    assert.ok(good.stderr.includes(measurement), good.stderr);
    assert.doesNotMatch(good.stderr, /^WARNING/m);
    assert.match(good.stdout, /^Host data \(0x0c0\) +owner +(5a){32}$/m);
    assert.match(good.stdout, /^Kernel hashes +host +off$/m);
    const matched = await owner.validate(['--launch', saved]);
    assert.equal(matched.status, 0, matched.stderr);
    const differs = put('differs', {
      policy: '0x20000',
      hostData: '00'.repeat(32),
      profile: 'snp-debugswap',
    });
    const other = await owner.validate(['--launch', differs, ...ask]);
    assert.equal(other.status, 3, other.stderr);
    for (const title of [
      'Owner, domain and firmware agree on',
      'QEMU asks for the SEV features',
      'The host data is',
    ])
      assert.match(other.stderr, new RegExp(`^WARNING: ${title}`, 'm'));
    const unfit = await owner.validate([
      ...[...ask, '--domain', 'wanted', ...stated({ vcpus: 2 }), '--profile', 'sev-es'],
    ]);
    assert.equal(unfit.status, 2, unfit.stderr);
    assert.match(
      unfit.stderr,
      /The profile "sev-es" is not one of SEV-SNP .* Use one of snp, snp-debugswap,/,
    );
  });

  for (const { title, spec, options = [], statuses, rule } of BROKEN) {
    it(`notices ${title}`, async () => {
      const name = rule;
      await host().define({ ...spec, name });
      const args = ['--connect', host().uri, '--domain', name, ...stated(spec), ...options];
      const runs = [await owner.validate(args), await owner.validate([...args, '--insecure'])];
      assert.deepEqual(
        runs.map(({ status }) => status),
        statuses,
        runs.map(({ stdout, stderr }) => stdout + stderr).join('\n'),
      );
      assert.match(runs[0]!.stdout, new RegExp(`^failed +${rule} `, 'm'));
      assert.doesNotMatch(runs[0]!.stderr, /0x90/);
      assert.equal(runs[1]!.stderr.includes('at 0x90'), statuses[1] === 3, runs[1]!.stderr);
    });
  }

  it('does not start with flash, as QEMU does not', async () => {
    await assert.rejects(
      host().define({ name: 'flash', loader: FLASH }),
      /pflash with kvm requires KVM readonly/,
    );
  });
  it('does not start with host data of another length, which libvirt refuses as well', async () => {
    const security = snpSecurity('0x30000', `<hostData>${base64(31)}</hostData>`);
    await assert.rejects(
      host().define({ name: 'short', security }),
      /Unexpected length of 'hostData', expected 32 got 31/,
    );
  });

  it('is why SEV-ES does not start beside it, once the firmware is mended, which is said', async () => {
    const es = `<launchSecurity type='sev'><cbitpos>51</cbitpos><reducedPhysBits>1</reducedPhysBits><policy>0x5</policy></launchSecurity>`;
    const plain = es.replace('0x5', '0x1');
    await host().define({ name: 'before', security: es, svn: 0x1a });
    await host().define({ name: 'plain', security: plain, svn: 0x1b });
    await assert.rejects(
      host().define({ name: 'mended', security: es, svn: 0x1b }),
      /LAUNCH_START ret=1 fw_error=21 'Feature not supported'/,
    );
    // libvirt counts what there is room for by the CPU of this machine.
    const relay = await host().relay({ rename: ['<maxESGuests>0<', '<maxESGuests>9<'] });
    const keys = ['--tk', owner.put('mended', new Uint8Array(32))];
    const { status, stdout, stderr } = await owner
      .validate(['--connect', relay.uri, '--domain', 'mended', ...stated({}), ...keys])
      .finally(() => relay.close());
    assert.equal(status, 5, stderr);
    assert.match(stdout, /^failed +domain-active .*\(AMD-SB-3023\).* fw_error=21 'Feature not supported'/m);
    assert.match(stderr, /Launch it with SEV-SNP, <launchSecurity type='sev-snp'>, which this host has/);
  });

  it('is not why SEV-ES does not start beside it, which is said', async () => {
    const security = `<launchSecurity type='sev'><cbitpos>51</cbitpos><reducedPhysBits>1</reducedPhysBits><policy>0x5</policy></launchSecurity>`;
    await host().define({ name: 'es', security, start: false });
    const keys = ['--tk', owner.put('keys', new Uint8Array(32))];
    const { status, stdout, stderr } = await owner.validate([
      ...['--connect', host().uri, '--domain', 'es', ...stated({}), ...keys],
    ]);
    assert.equal(status, 5, stderr);
    assert.match(
      stdout,
      /^failed +domain-active .*This host (launches no SEV-ES guests|has SEV-SNP, beside which)/m,
    );
    // libvirt counts what there is room for by the CPU of this machine.
    assert.match(stderr, /(maxESGuests is 0|AMD-SB-3023).* Launch it with SEV-SNP/);
  });
  it('needs the keys of its owner where the domain is one of SEV', async () => {
    const security = `<launchSecurity type='sev'><cbitpos>51</cbitpos><reducedPhysBits>1</reducedPhysBits><policy>0x1</policy></launchSecurity>`;
    await host().define({ name: 'keyless', security });
    const args = ['--connect', host().uri, '--domain', 'keyless', ...stated({}), '--ignore-config'];
    const { status, stderr } = await owner.validate(args);
    assert.equal(status, 2, stderr);
    assert.match(stderr, /measurement is made under the owner's TIK/);
  });
});
