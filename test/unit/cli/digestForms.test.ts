// `sevscope digest --format`: the forms of verifiers, in which nothing is that was not asked for; command lines in which the number of vCPUs
// stands; findings in JSON; and which script a run loads.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode, Tagged } from 'cborg';
import { Command } from 'commander';
import { addDigestOptions, asksForMore, type DigestOptions } from '../../../src/cli/digestOptions';
import { FORM_NAMES } from '../../../src/core/check/digestForms';
import { PLAIN_DIGEST_OPTIONS, scriptFor } from '../../../src/cli/scripts';
import { buildOvmf, DEFAULT_SEV_SECTIONS } from '../../../src/core/ovmf/build';
import { SVSM_INFO } from '../../../src/core/ovmf/entries';
import { runHere } from '../../helpers/cli';

let folder: string;
const at = (name: string) => join(folder, name);
const digest = (...args: string[]) => runHere(['digest', ...args], folder);
const printed = async (...args: string[]) => {
  const { status, stdout, stderr } = await digest(...args);
  assert.equal(status, 0, stderr);
  return stdout;
};

const SNP = ['--mode', 'snp', '-f', 'OVMF.fd', '--vcpu-type', 'EPYC-v4'];
const BOOT = ['--kernel', 'kernel', '--append'];
const TEMPLATE = [...BOOT, 'console=hvc0 nr_cpus={vcpus} quiet nr={vcpus}'];
/** The digest of a number of vCPUs with its own command line, by itself. */
const one = async (n: number, base: readonly string[] = SNP) =>
  (
    await printed(...base, ...BOOT, `console=hvc0 nr_cpus=${n} quiet nr=${n}`, '--vcpus', String(n))
  ).trimEnd();

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-forms-'));
  writeFileSync(at('OVMF.fd'), buildOvmf({ size: 0x20000 }));
  writeFileSync(at('kernel'), 'fake vmlinuz\n');
  const more = [
    { gpa: 0x900000, size: 0, type: 2 },
    { gpa: 0x901000, size: 0x2000, type: 3 },
  ];
  writeFileSync(at('odd.fd'), buildOvmf({ size: 0x20000, sevSections: [...DEFAULT_SEV_SECTIONS, ...more] }));
  const entry = { guid: SVSM_INFO.guid, data: Uint8Array.of(0, 0x10, 0, 0) };
  writeFileSync(at('svsm.bin'), buildOvmf({ size: 0x10000, extraEntries: [entry] }));
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('digest --matrix with {vcpus} in the command line', () => {
  for (const [mode, base] of [
    ['snp', SNP],
    ['seves', ['--mode', 'seves', '-f', 'OVMF.fd', '--vcpu-type', 'EPYC-v4', '--profile', 'sev-es']],
  ] as const)
    it(`has the digest that each number of vCPUs has with its own command line: ${mode}`, async () => {
      const rows = JSON.parse(
        await printed(...base, ...TEMPLATE, '--matrix', '--vcpus', '5,1-3', '--format', 'json'),
      ) as { vcpus: number; profile: string; launchDigest: string }[];
      const own = rows.filter(({ profile }) => profile === (mode === 'snp' ? 'snp' : 'sev-es'));
      assert.deepEqual(
        own.map(({ vcpus }) => vcpus),
        [1, 2, 3, 5],
      );
      for (const { vcpus, launchDigest } of own) assert.equal(launchDigest, await one(vcpus, base));
    });
  it('takes it as it stands without --matrix, and says so', async () => {
    const { stdout, stderr } = await digest(...SNP, ...TEMPLATE, '--vcpus', '2');
    assert.match(stderr, /^WARNING: The command line is measured with \{vcpus\} in it/);
    assert.notEqual(stdout.trimEnd(), await one(2));
  });
});

describe('digest --format', () => {
  const TABLE = [...SNP, ...TEMPLATE, '--matrix', '--vcpus', '1-3'];
  const wanted = () =>
    [one, one, one].reduce(
      async (all, f, i) => [...(await all), await f(i + 1)],
      Promise.resolve([] as string[]),
    );

  it('hex has a line for each launch that is asked for, and for no other profile or CPU', async () => {
    assert.equal(await printed(...TABLE, '--format', 'hex'), `${(await wanted()).join('\n')}\n`);
    const { status, stderr } = await digest(
      ...TABLE.filter((arg) => !/vcpu-type|EPYC/.test(arg)),
      '--format',
      'hex',
    );
    assert.match(stderr, /holds the signature of its CPU/);
    assert.equal(status, 2);
  });
  it('base64 has the same bytes', async () => {
    const lines = (await printed(...TABLE, '--format', 'base64')).trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => Buffer.from(line, 'base64').toString('hex')),
      await wanted(),
    );
  });
  it('rvps is a sample message, whose provenance lists the digests', async () => {
    const message = JSON.parse(await printed(...TABLE, '--format', 'rvps')) as Record<string, string>;
    const { provenance, ...rest } = message;
    assert.deepEqual(rest, { version: '0.1.0', type: 'sample' });
    assert.deepEqual(JSON.parse(Buffer.from(provenance!, 'base64').toString()), {
      snp_launch_measurement: await wanted(),
    });
  });
  it('rvps-configmap is the same as a ConfigMap of the operator', async () => {
    const lines = (await printed(...TABLE, '--format', 'rvps-configmap')).split('\n');
    const start = lines.indexOf('  reference-values.json: |');
    assert.deepEqual(lines.slice(0, start), [
      ...['apiVersion: v1', 'kind: ConfigMap', 'metadata:', '  name: rvps-reference-values'],
      ...['  namespace: trustee-operator-system', 'data:'],
    ]);
    const value = lines.slice(start + 1, -1);
    assert.ok(value.every((line) => line.startsWith('    ')));
    assert.deepEqual(JSON.parse(value.join('\n')), [
      {
        name: 'snp_launch_measurement',
        expiration: '2099-12-31T00:00:00Z',
        value: await wanted(),
      },
    ]);
  });
  it('contrast has each number of vCPUs for both processors', async () => {
    const { snp } = JSON.parse(await printed(...TABLE, '--format', 'contrast')) as {
      snp: Record<string, unknown>[];
    };
    const all = await wanted();
    assert.deepEqual(
      snp.map((entry) => [entry['ProductName'], entry['CPUs'], entry['TrustedMeasurement']]),
      ['Milan', 'Genoa'].flatMap((product) => all.map((text, i) => [product, i + 1, text])),
    );
  });
  it('has each digest once, also where several CPUs give it', async () => {
    const args = ['--mode', 'snp', '-f', 'OVMF.fd', '--matrix', '--vcpus', '1', '--cpu', 'EPYC,EPYC-v4'];
    assert.equal((await printed(...args, '--format', 'hex')).trimEnd().split('\n').length, 2);
    const { provenance } = JSON.parse(await printed(...args, '--format', 'rvps')) as { provenance: string };
    const { snp_launch_measurement: digests } = JSON.parse(Buffer.from(provenance, 'base64').toString()) as {
      snp_launch_measurement: string[];
    };
    assert.equal(digests.length, 1);
  });
  it('of several numbers without --matrix is a list, too', async () => {
    const lines = await printed(...SNP, '--vcpus', '1-3');
    const { provenance } = JSON.parse(await printed(...SNP, '--vcpus', '1-3', '--format', 'rvps')) as {
      provenance: string;
    };
    assert.deepEqual(JSON.parse(Buffer.from(provenance, 'base64').toString()), {
      snp_launch_measurement: lines.trimEnd().split('\n'),
    });
  });
  it('writes what it would print to a file', async () => {
    assert.equal(await printed(...TABLE, '--format', 'rvps', '--output', 'rvps.json'), '');
    assert.equal(readFileSync(at('rvps.json'), 'utf8'), await printed(...TABLE, '--format', 'rvps'));
  });
  it('has two names', async () => {
    const args = [...SNP, '--vcpus', '2'];
    for (const form of ['base64', 'rvps'])
      assert.equal(await printed(...args, '--output-format', form), await printed(...args, '--format', form));
    const { stderr, status } = await digest(...args, '--format', 'hex', '--output-format', 'base64');
    assert.match(stderr, /--format and --output-format are one option, and have different values here/);
    assert.equal(status, 2);
    assert.equal(await printed(...args, '--format', 'json'), await printed(...args, '--json'));
  });

  const ONE = [...SNP, '--vcpus', '1'];
  const refused: readonly [string[], RegExp][] = [
    [
      ['--mode', 'seves', '-f', 'OVMF.fd', '--vcpus', '1', '--vcpu-type', 'EPYC', '--format', 'rvps'],
      /of SEV-SNP/,
    ],
    [[...ONE, '--format', 'rvps', '--json'], /of SEV-SNP, without other forms/],
    [[...ONE, '--format', 'rvps', '--trace'], /of SEV-SNP, without other forms/],
    [[...ONE, '--format', 'csv'], /it is for --matrix/],
    [[...TABLE, '--format', 'dstack'], /it is for one launch/],
    [[...TABLE, '--format', 'corim'], /it is for one launch/],
    [[...SNP, '--vcpus', '1-2', '--format', 'corim'], /it is for one launch/],
    [[...ONE, '--svn', '1'], /it is for --format corim/],
    [[...ONE, '--format', 'corim', '--svn', 'x'], /must be a number from 0 to 4294967295/],
    [[...ONE, '--output', 'x'], /it is for --matrix, and for forms of reference values/],
    [[...ONE, '--format', 'xml'], /Allowed choices are hex, base64/],
  ];
  for (const [args, message] of refused)
    it(`refuses ${args.slice(6).join(' ')}`, async () => {
      const { status, stdout, stderr } = await digest(...args);
      assert.match(stderr, message);
      assert.deepEqual([status, stdout], [2, '']);
    });
});

describe('digest --format corim', () => {
  const tags = Tagged.preserve(32, 111, 501, 506, 552, 560);
  const read = (bytes: Uint8Array) => decode(bytes, { useMaps: true, tags }) as unknown;
  type Node = Map<number, unknown>;
  /** The CoRIM, and the only CoMID in it. */
  async function corim(...args: string[]): Promise<[Node, Node]> {
    const { bytes, stderr } = await digest(...SNP, ...args);
    const tagged = read(bytes) as Tagged;
    assert.equal(tagged.tag, 501, stderr);
    const whole = tagged.value as Node;
    const [comid, ...others] = whole.get(1) as Tagged[];
    assert.deepEqual([comid!.tag, others.length], [506, 0]);
    return [whole, read(comid!.value as Uint8Array) as Node];
  }
  const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text.trim(), 'hex'));
  const wanted = async (vcpus: string) =>
    (await printed(...SNP, '--vcpus', vcpus)).trimEnd().split('\n').map(bytesOf);

  for (const [args, svn] of [
    [[], 0],
    [['--svn', '7'], 7],
  ] as const)
    it(`has the parts of Microsoft's profile, with the SVN ${svn}`, async () => {
      const [whole, comid] = await corim('--vcpus', '2', '--format', 'corim', ...args);
      const [launchDigest] = await wanted('2');
      assert.deepEqual(
        [...whole].filter(([key]) => key !== 1),
        [
          [0, 'AMD/SEV-SNP/launch-measurement'],
          [3, new Tagged(32, 'tag:microsoft.com,2026:launch-measurement/v1')],
        ],
      );
      assert.deepEqual(comid.get(1), new Map([[0, '77e8061e-4634-5e53-a848-d1d09e996843']]));
      const environment = new Map([
        [
          0,
          new Map([
            [1, 'AMD'],
            [2, 'SEV-SNP'],
          ]),
        ],
      ]);
      const measurement = new Map<number, unknown>([
        [0, 'MEASUREMENT'],
        [1, new Map([[2, [[7, launchDigest]]]])],
      ]);
      const endorsed = new Map([[1, new Map([[1, new Tagged(552, svn)]])]]);
      assert.deepEqual(
        comid.get(4),
        new Map<number, unknown>([
          [0, [[environment, [measurement]]]],
          [8, [[[environment, []], [[[measurement], [endorsed]]]]]],
        ]),
      );
    });
  it("has a reference value for each digest in AMD's profile", async () => {
    const [whole, comid] = await corim('--vcpus', '1-3', '--format', 'corim-amd', '--svn', '2');
    assert.deepEqual(whole.get(3), new Tagged(32, 'tag:amd.com,2024:snp-corim-profile'));
    const oid = new Tagged(111, Uint8Array.of(0x2b, 6, 1, 4, 1, 0x9c, 0x78, 3, 1));
    const triples = (await wanted('1-3')).map((launchDigest) => [
      new Map<number, unknown>([
        [0, new Map([[0, oid]])],
        [1, new Tagged(560, launchDigest)],
      ]),
      [
        new Map<number, unknown>([
          [0, 1],
          [1, new Map([[1, new Tagged(552, 2)]])],
        ]),
        new Map<number, unknown>([
          [0, 641],
          [1, new Map([[2, [[7, launchDigest]]]])],
        ]),
      ],
    ]);
    assert.deepEqual(comid.get(4), new Map([[0, triples]]));
  });
});

describe('digest --json', () => {
  interface Findings {
    readonly findings?: readonly {
      readonly rule: string;
      readonly severity: string;
      readonly message: string;
    }[];
  }
  const rulesOf = async (...args: string[]) => {
    const { stdout, stderr } = await digest(...args);
    const { findings = [] } = JSON.parse(stdout) as Findings;
    assert.equal(stderr, '');
    for (const { message } of findings) assert.match(message, /\.$/);
    return findings.map(({ rule, severity }) => `${severity} ${rule}`);
  };
  const ODD = ['--mode', 'snp', '-f', 'odd.fd', '--vcpu-type', 'EPYC', '--vcpus', '1'];
  const SVSM = ['--mode', 'snp:svsm', '-f', 'OVMF.fd', '--svsm', 'svsm.bin', '--vars-size', '0x1000'];
  const cases: readonly [string, string[], string[]][] = [
    ['an image as any other', [...SNP, '--vcpus', '1'], []],
    ['sections that QEMU launches in another way', ODD, ['info section-empty', 'warning section-pages']],
    [
      'an SVSM, whose FCW KVM has otherwise',
      [...SVSM, '--vcpu-type', 'EPYC', '--vcpus', '1'],
      ['warning svsm-fcw'],
    ],
    [
      'an option that plays no part',
      ['--mode', 'seves', '-f', 'OVMF.fd', '--vcpu-type', 'EPYC', '--vcpus', '1', '--guest-features', '1'],
      ['warning no-effect'],
    ],
    ['two CPUs', [...SNP, '--vcpus', '1', '--vcpu-sig', '0xa00f11'], ['warning cpu-twice']],
    [
      'SEV-ES by another VMM',
      ['--mode', 'seves', '-f', 'OVMF.fd', '--vcpus', '1', '--vmm-type', 'gce', '--vcpu-type', 'EPYC'],
      ['warning vmm-unknown'],
    ],
    ['a template', [...SNP, '--vcpus', '1', ...TEMPLATE], ['warning cmdline-template']],
  ];
  for (const [name, args, rules] of cases)
    it(`has as findings what there is to say of ${name}`, async () => {
      assert.deepEqual(await rulesOf(...args, '--json'), rules);
      if (!args.includes('snp:svsm')) assert.deepEqual(await rulesOf(...args, '--trace', '--json'), rules);
    });
});

describe('The script of a run', () => {
  const SCRIPTS = ['digest', 'digestPlain', 'show', 'all'];
  const cases: readonly [string, string][] = [
    ['digest --mode snp --ovmf a --vcpus 4 --vcpu-type EPYC', 'digestPlain'],
    ['digest --mode=snp -f a --kernel b --append console=ttyS0 --json', 'digestPlain'],
    ['digest --mode snp --ovmf a --trace', 'digest'],
    ['digest --mode snp --ovmf a --tra', 'digest'],
    ['digest --mode snp --ovmf a --format hex', 'digest'],
    ['digest --mode snp --ovmf a -vf b', 'digest'],
    ['digest --help', 'digest'],
    ['digest -h', 'digest'],
    ['digestPlain --mode snp', 'all'],
    ['show a', 'show'],
    ['shwo a', 'all'],
    ['', 'all'],
  ];
  for (const [line, script] of cases)
    it(`"${line}" is ${script}`, () => {
      assert.equal(scriptFor(line.split(' '), SCRIPTS), script);
    });
  it('for plain options has all that they need', () => {
    const values: Readonly<Record<string, string>> = {
      '--mode': 'snp',
      '--vmm-type': 'QEMU',
      '--guest-features': '1',
    };
    for (const name of PLAIN_DIGEST_OPTIONS) {
      const command = addDigestOptions(new Command().exitOverride());
      const option = command.options.find(({ long, short }) => name === long || name === short);
      assert.ok(option, name);
      const args = name === '--mode' ? [] : ['--mode', 'snp'];
      command.parse([...args, name, ...(option.required ? [values[name] ?? '1'] : [])], { from: 'user' });
      assert.equal(asksForMore(command.opts<DigestOptions>()), false, name);
    }
  });
  it('knows every form', () => {
    assert.equal(new Set(FORM_NAMES).size, 10);
  });
});

describe('digest --from-qemu-command-line', () => {
  const QEMU = [
    'qemu-system-x86_64 -machine q35,confidential-guest-support=sev0 \\',
    '  -object sev-snp-guest,id=sev0,policy=0x30000,kernel-hashes=on \\',
    "  -cpu EPYC-v4 -smp 4 -bios OVMF.fd -kernel kernel -append 'console=ttyS0  quiet'",
  ].join('\n');
  const SAME = [...SNP, ...BOOT, 'console=ttyS0  quiet', '--vcpus'];
  const from = (...args: string[]) => digest('--from-qemu-command-line', ...args);

  it('refuses a file without an option of QEMU in one sentence', async () => {
    for (const text of ['', 'hello world\n']) {
      writeFileSync(join(folder, 'nothing'), text);
      const { status, stderr } = await from('nothing', '--mode', 'snp');
      assert.equal(status, 2);
      assert.match(stderr, /^ERROR: There is no option of QEMU in nothing\. Give [^\n]*\n$/);
    }
  });

  it('gives the digest of its inputs, as a file and as a text, and says where each is from', async () => {
    writeFileSync(at('qemu.txt'), QEMU);
    const wanted = await printed(...SAME, '4');
    for (const [given, where] of [
      ['qemu.txt', 'qemu.txt'],
      [QEMU, 'the command line'],
    ] as const) {
      const { stdout, stderr, status } = await from(given);
      assert.deepEqual([status, stdout], [0, wanted], stderr);
      const notes = stderr.trimEnd().split('\n');
      assert.ok(notes.includes(`NOTE: From ${where}: vcpus is 4, by -smp.`), stderr);
      assert.equal(notes.length, 6);
    }
  });
  it('counts less than other options', async () => {
    const { stdout, stderr } = await from(QEMU, '--vcpus', '2', '--vcpu-sig', '0xa00f11');
    const same = SAME.filter((arg) => !/vcpu-type|EPYC/.test(arg));
    assert.equal(stdout, await printed(...same, '2', '--vcpu-sig', '0xa00f11'));
    assert.doesNotMatch(stderr, /vcpus is|cpu is/);
  });
  it('takes part in tables and traces', async () => {
    const table = await from(
      QEMU,
      '--append',
      'nr_cpus={vcpus}',
      '--vcpus',
      '1-2',
      '--matrix',
      '--format',
      'hex',
    );
    assert.equal(
      table.stdout.split('\n')[1],
      (await printed(...SNP, ...BOOT, 'nr_cpus=2', '--vcpus', '2')).trimEnd(),
    );
    const { rows, findings } = JSON.parse((await from(QEMU, '--trace', '--json')).stdout) as {
      rows: { digest: string }[];
      findings: { rule: string; severity: string }[];
    };
    assert.equal(rows.at(-1)!.digest, (await printed(...SAME, '4')).trimEnd());
    assert.deepEqual(
      new Set(findings.map(({ rule, severity }) => `${severity} ${rule}`)),
      new Set(['info launch-found']),
    );
  });
  it('takes the XML of a domain', async () => {
    const xml =
      '<domain type="kvm"><name>g</name><vcpu>4</vcpu><os><loader>OVMF.fd</loader><kernel>kernel</kernel><cmdline>console=ttyS0  quiet</cmdline></os><cpu mode="custom"><model>EPYC</model></cpu><launchSecurity type="sev-snp" kernelHashes="yes"><policy>0x30000</policy></launchSecurity></domain>';
    const { stdout, stderr } = await from(xml);
    assert.equal(stdout, await printed(...SAME, '4'), stderr);
  });
  const refused: readonly [string, string[], RegExp][] = [
    ['what is missing', ['qemu -smp 2'], /launches no SEV guest[^]*--mode is missing/],
    ['an output that QEMU reads', [QEMU, '--format', 'rvps', '--output', 'kernel'], /kernel/],
    ['no file', ['nowhere.txt'], /nowhere\.txt cannot be read/],
  ];
  for (const [name, args, message] of refused)
    it(`refuses ${name}`, async () => {
      const { status, stdout, stderr } = await from(...args);
      assert.match(stderr, message);
      assert.ok(status === 2 || status === 6);
      assert.equal(stdout, '');
      assert.equal(readFileSync(at('kernel'), 'utf8'), 'fake vmlinuz\n');
    });
});
