// `sevscope digest`: the digests of sev-snp-measure, those that `validate` takes for right, tables whose rows are the single digests,
// and options that contradict each other.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CPU_MODELS } from '../../../src/core/vmsa/launch/cpuModels';
import { buildOvmf, DEFAULT_SEV_SECTIONS } from '../../../src/core/ovmf/build';
import { runHere } from '../../helpers/cli';
import { SVSM_INFO } from '../../../src/core/ovmf/entries';
import { SAMPLE } from '../../../src/app/sampleNames';
import { cheaply } from '../../helpers/promptly';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

let folder: string;
const at = (name: string) => join(folder, name);
const digest = (...args: string[]) => runHere(['digest', ...args], folder);
const printed = async (...args: string[]) => (await digest(...args)).stdout.trimEnd();

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-digest-'));
  await runHere(['sample', '.'], folder);
  writeFileSync(at('empty'), '');
  writeFileSync(at('kernel'), 'fake vmlinuz\n');
  writeFileSync(at('initrd'), 'fake initrd\n');
  // The sections of the image that sev-snp-measure has for its tests; the digest of its pages is given as a number.
  const at810000 = { gpa: 0x810000, size: 0x1000, type: 0x10 };
  const last = { gpa: 0x811000, size: 0xf000, type: 1 };
  const sevSections = [...DEFAULT_SEV_SECTIONS.slice(0, 5), at810000, last];
  writeFileSync(at('suffix.fd'), buildOvmf({ sevSections }));
  writeFileSync(at('huge.fd'), buildOvmf({ sevSections: [{ gpa: 0, size: 0xfffff000, type: 1 }] }));
  const svsmEntry = { guid: SVSM_INFO.guid, data: Uint8Array.of(0, 0x10, 0, 0) };
  writeFileSync(at('svsm.bin'), buildOvmf({ size: 0x10000, extraEntries: [svsmEntry] }));
  writeFileSync(at('bare.fd'), buildOvmf({ sevSections: false, hashArea: false, resetAddress: false }));
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

const OVMF_HASH =
  '086e2e9149ebf45abdc3445fba5b2da8270bdbb04094d7a2c37faaa4b24af3aa16aff8c374c2a55c467a50da6d466b74';

describe('digest --mode snp', () => {
  // Printed by sev-snp-measure 0.0.13.
  const cases: [string, string[], string][] = [
    [
      '2 vCPUs of EPYC-v4',
      ['--vcpus', '2', '--vcpu-type', 'EPYC-v4'],
      'ae7e31b6e2220dcb2832b050464cf9fb5da4feed92be5cdd966435c2ee722f341410bb2438923ee696bd23460ff9c904',
    ],
    [
      'EC2',
      ['--vcpus', '2', '--vmm-type', 'ec2'],
      '45160b0bd6416da62b6cefb16afa8437d8d49d1d29428cf0f16373a4ef2911df1f7e01bf05a3d7ec3dd66090d24f59c7',
    ],
    [
      'GCE',
      ['--vcpus', '2', '--vmm-type', 'gce'],
      '79dfaeda92b99cdb2ae455e964b5b8c867a1756ca4b12080ef461e207f68d738deb06eb11567a374090eea9b9731d6be',
    ],
    [
      'an empty kernel, initrd and command line',
      ['--vcpus', '1', '--vcpu-sig', '0x800f12', '--kernel', 'empty', '--initrd', 'empty', '--append', ''],
      'ddc5224521617a536ee7ce9dd6224d1b58a8d4fda1c741f3ac99fc4bfa04ba6e9fc98646d4a07a9079397fa3852819b5',
    ],
    [
      'a kernel, initrd and command line',
      [
        ...['--vcpus', '1', '--vcpu-family', '23', '--vcpu-model', '1', '--vcpu-stepping', '2'],
        ...['--kernel', 'kernel', '--initrd', 'initrd', '--append', 'foo bar baz fake kernel=cmdline'],
      ],
      'b4a00c9e5cd116216c14a3b6a7cbe6a0606593c44146ac4469eb1a3fa77dcca03a6529250ce8af1a34b5033b075e76c7',
    ],
    [
      '4 vCPUs of EPYC-Genoa, with the features said',
      ['--vcpus', '4', '--vcpu-type', 'EPYC-Genoa', '--guest-features', '0x1'],
      '7f8dbe5139660d9d3a41c2c5a634672f5d04d983d2b275b3f2e964a9a613677158f42f4267550b3313d7ce8369a5969c',
    ],
  ];
  for (const [name, args, wanted] of cases) {
    it(`is that of sev-snp-measure for ${name}`, async () => {
      const all = ['--mode', 'snp', '--ovmf', 'suffix.fd', '--snp-ovmf-hash', OVMF_HASH, ...args];
      assert.equal(await printed(...all), wanted);
      const base64 = await printed(...all, '--output-format', 'base64');
      assert.equal(Buffer.from(base64, 'base64').toString('hex'), wanted);
    });
  }
  it('goes on from the digest of the firmware pages', async () => {
    const all = ['--mode', 'snp', '-f', 'OVMF.sample.fd', '--vcpus', '2', '--vcpu-type', 'EPYC-Milan'];
    const hash = await printed('--mode', 'snp:ovmf-hash', '-f', 'OVMF.sample.fd');
    assert.equal(await printed(...all, '--snp-ovmf-hash', hash), await printed(...all));
  });
  it('with the features of another profile is that of the profile', async () => {
    const all = ['--mode', 'snp', '-f', 'OVMF.sample.fd', '--vcpus', '2', '--vcpu-type', 'EPYC-Milan'];
    const profile = await printed(...all, '--profile', 'snp-debugswap');
    assert.equal(await printed(...all, '--guest-features', '33'), profile);
    assert.notEqual(await printed(...all), profile);
  });
});

describe('digest --mode sev and seves', () => {
  it('of firmware alone is its SHA-256', async () => {
    const wanted = createHash('sha256')
      .update(readFileSync(at('OVMF.sample.fd')))
      .digest('hex');
    assert.equal(await printed('--mode', 'sev', '-f', 'OVMF.sample.fd'), wanted);
  });
  const file = () =>
    JSON.parse(readFileSync(at(SAMPLE.sevEsMatches), 'utf8')) as {
      cmdline: string;
      launch: Record<string, string | number> & { measurement: string };
    };
  const seves = () => {
    const boot = ['-k', 'vmlinuz.sample', '-r', 'initrd.sample', '-e', file().cmdline];
    return ['--mode', 'seves', '-f', 'OVMF.sample.fd', ...boot];
  };
  const platform = () => {
    const { measurement, apiMajor, apiMinor, buildId, policy } = file().launch;
    const nonce = Buffer.from(measurement, 'base64').subarray(32).toString('hex');
    const numbers = {
      '--api-major': apiMajor,
      '--api-minor': apiMinor,
      '--build-id': buildId,
      '--policy': policy,
    };
    return ['--nonce', nonce, ...Object.entries(numbers).flatMap(([name, value]) => [name, String(value)])];
  };
  it('is what validate computes', async () => {
    const { stdout } = await runHere(['validate', '--json', '--launch', SAMPLE.sevEsMatches], folder);
    const { steps } = JSON.parse(stdout) as { steps: { id: string; digest: string }[] };
    const found = await printed(...seves(), '--vcpus', '2', '--vcpu-type', 'EPYC-Milan', '--json');
    assert.deepEqual(JSON.parse(found), {
      mode: 'seves',
      profile: 'sev-es',
      cpu: 'EPYC-Milan',
      vcpus: 2,
      launchDigest: steps.find(({ id }) => id === 'launch-digest')!.digest,
    });
  });
  it('with keys, nonce and platform is the measurement that was reported', async () => {
    const one = ['--vcpus', '2', '--vcpu-type', 'EPYC-Milan', '--tik', 'sample_tik.bin'];
    assert.equal(await printed(...seves(), ...one, ...platform()), file().launch.measurement);
    const table = await printed(
      ...seves(),
      '--matrix',
      '--vcpus',
      '1-3',
      '--tik',
      'sample_tik.bin',
      ...platform(),
    );
    const rows = table.split('\r\n').map((line) => line.split(','));
    assert.equal(rows[0]!.at(-1), 'measurement');
    const row = rows.find(
      ([profile, cpu, , vcpus]) => `${profile!} ${cpu!} ${vcpus!}` === 'sev-es EPYC-Milan 2',
    );
    assert.equal(row!.at(-1), file().launch.measurement);
  });
});

describe('A launch digest in place of what is loaded', () => {
  interface Recorded {
    readonly vcpus: number;
    readonly cpu: string;
    readonly cmdline: string;
    readonly launch: Readonly<Record<string, string | number>> & { readonly measurement: string };
  }
  const recorded = () => JSON.parse(readFileSync(at(SAMPLE.sevEsMatches), 'utf8')) as Recorded;
  const platform = () =>
    (['apiMajor', 'apiMinor', 'buildId', 'policy'] as const).flatMap((name) => [
      `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      String(recorded().launch[name]),
    ]);
  const nonce = () => Buffer.from(recorded().launch.measurement, 'base64').subarray(32).toString('base64');
  const digestOf = async () => {
    const { stdout } = await runHere(['validate', '--json', '--launch', SAMPLE.sevEsMatches], folder);
    const { steps } = JSON.parse(stdout) as { steps: { id: string; digest: string }[] };
    return steps.find(({ id }) => id === 'launch-digest')!.digest;
  };
  const TIK = ['--tik', 'sample_tik.bin'];

  it('is measured under the TIK', async () => {
    const digest = await digestOf();
    const { measurement } = recorded().launch;
    const base = ['--mode', 'seves', ...TIK, '--nonce', nonce(), ...platform()];
    for (const form of [digest, `0x${digest}`, Buffer.from(digest, 'hex').toString('base64')])
      assert.equal(await printed(...base, '--launch-digest', form), measurement);
    const json = JSON.parse(await printed(...base, '--launch-digest', digest, '--json')) as unknown;
    assert.deepEqual(json, { mode: 'seves', launchDigest: digest, measurement });
  });
  it('is checked against a measurement, and the answer says that nothing that was loaded was read', async () => {
    const digest = await digestOf();
    const given = ['validate', '-m', recorded().launch.measurement, ...platform(), ...TIK];
    const other = digest.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    for (const [launchDigest, status, text] of [
      [
        digest,
        0,
        /OK: The reported measurement is that of a guest with the launch digest that you gave\. What was loaded was not read/,
      ],
      [
        other,
        1,
        /ERROR: The reported measurement is not that of a guest with the launch digest that you gave/,
      ],
    ] as const) {
      const outcome = await runHere([...given, '--launch-digest', launchDigest], folder);
      assert.equal(outcome.status, status, outcome.stderr);
      assert.match(`${outcome.stdout}${outcome.stderr}`, text);
    }
    const { stdout } = await runHere([...given, '--launch-digest', digest, '--json'], folder);
    const { steps, mode } = JSON.parse(stdout) as { steps: { id: string; source: string }[]; mode: string };
    assert.equal(mode, 'SEV-ES');
    assert.deepEqual(
      steps.map(({ id, source }) => [id, source]),
      [
        ['named-digest', 'owner'],
        ['measurement', 'derived'],
        ['reported', 'host'],
      ],
    );
  });
  it('without a measurement is one that the inputs must give', async () => {
    const inputs = ['-f', 'OVMF.sample.fd', '-k', 'vmlinuz.sample', '-r', 'initrd.sample', '-n', '2'];
    const rest = ['-e', recorded().cmdline, '--cpu-model', 'EPYC-Milan', '--launch-digest', await digestOf()];
    const { status, stdout, stderr } = await runHere(['validate', ...inputs, ...rest], folder);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^OK: These inputs give the expected launch digest/);
  });
  it('is refused with what it is in place of, and where there is no measurement of it', async () => {
    const digest = ['--launch-digest', '00'.repeat(32)];
    const measured = [...TIK, '--nonce', nonce(), ...platform()];
    const reported = ['-m', recorded().launch.measurement, ...platform(), ...TIK];
    const cases: [args: string[], text: RegExp][] = [
      [['digest', '--mode', 'seves', ...digest], /--tik or --tk is missing/],
      [['digest', '--mode', 'seves', ...digest, ...measured, '-f', 'a'], /--firmware cannot be given here/],
      [['digest', '--mode', 'seves', ...digest, ...measured, '--vcpus', '2'], /--num-cpus cannot be given/],
      [['digest', '--mode', 'seves', ...digest, ...measured, '--trace'], /--launch-digest cannot be given/],
      [['digest', '--mode', 'seves', '--matrix', ...digest, ...measured], /--matrix cannot be given/],
      [['digest', '--mode', 'snp', ...digest], /--launch-digest cannot be given here/],
      [['digest', '--mode', 'seves', '--launch-digest', '00'.repeat(48), ...measured], /has 48 bytes/],
      [['digest', '--mode', 'seves', '--launch-digest', '00', ...measured], /launch digest/],
      [['validate', ...digest, ...reported, '-f', 'a'], /--firmware cannot be given here/],
      [['validate', '--launch-digest', '00'.repeat(48), ...reported], /has 48 bytes/],
      [['validate', ...digest, ...reported.slice(0, -2)], /keys are missing/],
      [['validate', ...digest], /--firmware is missing/],
      [['validate', ...digest, ...reported, '-s', 'luks-key:a'], /a launch digest is none/],
      [['validate', ...digest, '-o', 'guest', '-c', 'test:///default'], /--launch-digest cannot be given/],
    ];
    for (const [args, text] of cases) {
      const { status, stderr } = await runHere(args, folder);
      assert.equal(status, 2, args.join(' '));
      assert.match(stderr, text, args.join(' '));
    }
  });
});

describe('digest --matrix', () => {
  for (const mode of ['seves', 'snp']) {
    it(`has the single digests of --mode ${mode} as rows, as CSV and as JSON`, async () => {
      const base = ['--mode', mode, '-f', 'OVMF.sample.fd'];
      const table = ['--matrix', '--vcpus', '4,1-2', '--cpu', 'EPYC-Milan,25/17/1'];
      const csv = (await digest(...base, ...table)).stdout.split('\r\n');
      const json = JSON.parse(await printed(...base, ...table, '--format', 'json')) as Record<
        string,
        unknown
      >[];
      assert.deepEqual(
        csv.slice(1, -1),
        json.map((row) => Object.values(row).join(',')),
      );
      assert.equal(csv[0], 'profile,cpu,signature,vcpus,launchDigest');
      assert.deepEqual([...new Set(json.map(({ vcpus }) => vcpus))], [1, 2, 4]);
      assert.deepEqual(
        [...new Set(json.map(({ cpu }) => cpu))].filter((cpu) => cpu !== ''),
        ['EPYC-Milan', '25/17/1'],
      );
      for (const { profile, cpu, vcpus, launchDigest } of json.filter((_, i) => i % 5 === 0)) {
        const vcpu = cpu === 'EPYC-Milan' ? ['--vcpu-type', 'EPYC-Milan'] : ['--vcpu-sig', '0xa10f11'];
        const one = ['--profile', String(profile), '--vcpus', String(vcpus), ...vcpu];
        assert.equal(await printed(...base, ...one), launchDigest);
      }
    });
  }
  it('of all CPUs, 16 counts and 4 profiles is written to a file in seconds', async () => {
    const profiles = 'sev-es,sev-es-debugswap,sev-es-init2,sev-es-init2-debugswap';
    const args = ['--mode', 'seves', '-f', 'OVMF.sample.fd', '--vcpus', '1-16', '--profile', profiles];
    const assertCheap = cheaply(1000);
    const { status, stdout } = await digest('--matrix', ...args, '--output', 'table.csv');
    assert.deepEqual([status, stdout], [0, '']);
    assertCheap();
    assert.equal(
      readFileSync(at('table.csv'), 'utf8').split('\r\n').length,
      1 + CPU_MODELS.length * 16 * 4 + 1,
    );
  });
});

describe('digest refuses', () => {
  const seves = ['--mode', 'seves', '-f', 'OVMF.sample.fd'];
  const snp = ['--mode', 'snp', '-f', 'OVMF.sample.fd'];
  const milan = ['--vcpu-type', 'EPYC-Milan'];
  const svsm = ['--mode', 'snp:svsm', '-f', 'OVMF.sample.fd', '--vcpus', '1', ...milan];
  const cases: [string[], number, RegExp][] = [
    [['-f', 'OVMF.sample.fd'], 2, /'--mode <mode>' not specified/],
    [['--mode', 'sev'], 2, /--firmware is missing/],
    [
      ['--mode', 'sev', '-f', 'a', '--ovmf', 'b'],
      2,
      /--firmware and --ovmf are one option, and have different values here/,
    ],
    [['--mode', 'sev', '-f', 'nowhere.fd'], 6, /nowhere\.fd cannot be read/],
    [['--mode', 'sev', '-f', 'OVMF.sample.fd', '-r', 'initrd'], 2, /Give the kernel/],
    [['--mode', 'sev', '-f', 'bare.fd', '-k', 'kernel'], 4, /no area for kernel hashes/],
    [['--mode', 'sev', '-f', 'OVMF.sample.fd', '--matrix', '--vcpus', '1'], 2, /measures no vCPUs/],
    [[...seves, ...milan], 2, /--vcpus is missing/],
    [[...seves, '--vcpus', '2'], 2, /holds the signature of its CPU/],
    [[...seves, ...milan, '--vcpus', '0'], 2, /"0" is no number of vCPUs/],
    [[...seves, ...milan, '--vcpus', '1-4-8'], 2, /"1-4-8" is no number of vCPUs/],
    [[...seves, '--matrix', '--vcpus', '4-1'], 2, /"4-1" is no number of vCPUs/],
    [[...seves, '--matrix', '--vcpus', '1-9999'], 2, /no number of vCPUs/],
    [[...seves, '--matrix', '--vcpus', '1', '--cpu', 'EPYC,'], 2, /"" is not a QEMU CPU model/],
    [[...seves, '--matrix', '--vcpus', '1', '--cpu', 'a/b/c'], 2, /"a\/b\/c" is no CPU/],
    [[...seves, '--vcpus', '1', '--cpu', 'EPYC'], 2, /--cpu cannot be given here/],
    [[...seves, '--vcpus', '1', '--vcpu-sig', '0x10000000'], 2, /no CPU signature/],
    [[...seves, '--vcpus', '1', ...milan, '--profile', 'snp'], 2, /"snp" is no profile of mode seves/],
    [[...seves, '--vcpus', '1', ...milan, '--nonce', '00'], 2, /--tik or --tk is missing/],
    [[...seves, '--vcpus', '1', ...milan, '--tik', 'sample_tik.bin'], 2, /--nonce is missing/],
    [['--mode', 'seves', '-f', 'bare.fd', '--vcpus', '2', ...milan], 6, /has no SEV-ES reset address/],
    [['--mode', 'snp', '-f', 'bare.fd', '--vcpus', '1', ...milan], 4, /no SEV metadata/],
    [['--mode', 'snp', '-f', 'kernel', '--vcpus', '1', ...milan], 4, /not one or more whole pages/],
    [
      [...snp, '--vcpus', '1', ...milan, '--snp-ovmf-hash', '00'],
      2,
      /is 2 hexadecimal digits \(1 byte\); it must be 48 bytes/,
    ],
    [[...snp, '--vcpus', '1', ...milan, '--guest-features', 'x'], 2, /no number of 64 bits/],
    [[...svsm, '--vars-size', '4096'], 2, /--svsm is missing/],
    [[...svsm, '--svsm', 'OVMF.sample.fd'], 2, /whose size is missing/],
    [[...svsm, '--svsm', 'OVMF.sample.fd', '--vars-size', '4096'], 2, /does not say where an SVSM starts/],
    [[...svsm, '--svsm', 'svsm.bin', '--vars-size', '100'], 2, /is not the start of a page/],
    [[...svsm, '--svsm', 'svsm.bin', '--vars-size', '0xffffffff'], 2, /no room for it below/],
    [[...svsm, '--svsm', 'svsm.bin', '--vars-size', '1', '--vars-file', 'empty'], 2, /is given twice/],
    [[...svsm, '--vmm-type', 'ec2'], 2, /only QEMU launches an SVSM image/],
    [
      [...snp, '--vcpus', '1', ...milan, '-k', 'kernel', '--kernel-hash', sha256('')],
      2,
      /kernel is given twice/,
    ],
    [[...snp, '--vcpus', '1', ...milan, '--cmdline-hash', sha256('')], 2, /Give the kernel/],
    [[...snp, '--vcpus', '1', ...milan, '--kernel-hash', '00'], 2, /It must be 32 bytes/],
    [[...snp, ...milan, '--vcpus', '1', '--v', '4'], 2, /unknown option '--v'/],
    [['--mode', 'sev', '-f', 'OVMF.sample.fd', '--dump-vmsa'], 2, /--dump-vmsa cannot be given here/],
    [['--mode', 'snp', '-f', 'huge.fd', '--vcpus', '1', ...milan], 2, /have more than 262144 pages/],
  ];
  for (const [args, wanted, message] of cases) {
    it(`${args.join(' ')} (exit status ${wanted})`, async () => {
      const { status, stderr, stdout } = await digest(...args);
      assert.match(stderr, message);
      assert.deepEqual([status, stdout], [wanted, '']);
    });
  }
});
