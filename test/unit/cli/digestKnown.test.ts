// `sevscope digest --known-digest`: from sev-snp-measure's digest of some vCPUs its digests of more, without the files that it had; the same in every form
// of output; and one sentence for what does not go together.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildOvmf } from '../../../src/core/ovmf/build';
import { runHere } from '../../helpers/cli';

/** The digests that sev-snp-measure has for numbers of vCPUs of one image, whose additional vCPUs start at 0x80b004. */
interface Measured {
  readonly what: string;
  readonly options: readonly string[];
  readonly digests: Readonly<Record<number, string>>;
}

const MILAN = ['--vcpu-type', 'EPYC-Milan'];
const ENTRY = ['--reset-address', '0x80b004'];

const MEASURED: readonly [Measured, ...Measured[]] = [
  {
    what: 'QEMU',
    options: MILAN,
    digests: {
      1: '8c557089bb149c173709e4c1230017b557f229bcd35887fb8187aba7b5aeda4eb210f2df333ee130414b3d9aa1af0f0d',
      2: '5a895134f6a029709fe3244cc02a766af042a23f5b5b4f0dfb22a3bf23c577b44fd8e1f14e749ee9b46c49a537a3ae70',
      3: '93617b425d6ff4ef522f87676a2e6e291700922419dad96e7c7803b6a7d03bd7ef03121a9d0141e69460d0b4fb9e461e',
      4: 'd371d9358edbb8b8949c7c9a587893c16588754dea7ea1163707412245333387e66f47e4482adf2726acb3987ababca1',
      6: '38367a9981f96249ef1d7b1da504e10eb51c69ad3224fb99f6dccbde273ab2231842c30b291db3e3e298c49dbc9000f5',
    },
  },
  {
    what: 'EC2',
    options: [...MILAN, '--vmm-type', 'ec2'],
    digests: {
      1: '31c5c2f6e7b56e69cfea834b6a14c59f565d704ec4e67ca1f719d9ee1336542802f1b204b7a18604d0d96ea4a64335e6',
      2: '9a51eddc8c4f2a272dbddb2d674adfdb99302dc01d0737f9489f30cbec1b758a5931affe220f5bc279c06f8da01ca485',
      3: '9e34df31327e249b56ea9eea2c41290811f5b87ba3e3dddaa41a80e17bd71110a4269dc7c72f3201a70585bc09f5e31b',
    },
  },
  {
    what: 'GCE',
    options: [...MILAN, '--vmm-type', 'gce'],
    digests: {
      1: 'fc38543b9ab5b5853ff4db3bc915d4226a2c3438bc29513da0db597816fef9ea3a84608c614b03be84b1072a0b35ad91',
      2: '8fc1afcc8235cada8297416c8977a6898660d6e16f94e5a44d9136ed694e07fd69f2abe5beefe29a0a7603fc005872f1',
      3: '001a7f298bd5b40f03ba50e80943f2dff3fdb64742ba495d37991d2ec9d6444ef0a42a9628d7aab51ec1ea24dfdbbb7f',
    },
  },
  {
    what: 'other features, with a kernel',
    options: ['--vcpu-type', 'EPYC-Genoa', '--guest-features', '0x21'],
    digests: {
      2: 'c6f478bebc8467497af7a6c7f8b0eddab8abc65444ae156f82f70d15e495b1eaf0f496671df314108e700707ba78f086',
      5: 'bdda240aa8e8a716e10db91e2900e52a150b5e048906efded8d7c30ce67e7a68252272fe9f4f6ceb6c34fbcc7dabfa8c',
    },
  },
];

const [QEMU] = MEASURED;
const ONE = QEMU.digests[1]!;

let folder: string;
const digest = (...args: readonly string[]) => runHere(['digest', '--mode', 'snp', ...args], folder);
const printed = async (...args: readonly string[]) => {
  const { status, stdout, stderr } = await digest(...args);
  assert.equal(status, 0, stderr);
  return stdout;
};
const known = (text: string, vcpus: number) => ['--known-digest', text, '--known-vcpus', String(vcpus)];
const FROM_ONE = [...MILAN, ...known(ONE, 1), ...ENTRY];

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-known-'));
  writeFileSync(join(folder, 'OVMF.fd'), buildOvmf({ size: 0x20000 }));
  writeFileSync(join(folder, 'small.fd'), new Uint8Array(0x1000));
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('digest --known-digest', () => {
  for (const { what, options, digests } of MEASURED) {
    const counts = Object.keys(digests).map(Number);
    for (const from of counts)
      for (const to of counts.filter((count) => count > from))
        it(`has sev-snp-measure's digest of ${to} vCPUs from that of ${from}: ${what}`, async () => {
          const args = [...options, ...known(digests[from]!, from), ...ENTRY, '--vcpus', String(to)];
          assert.equal(await printed(...args), `${digests[to]!}\n`);
        });
  }
  it('has a line for each of several numbers of vCPUs', async () => {
    const { digests } = QEMU;
    assert.equal(
      await printed(...FROM_ONE, '--vcpus', '2-4,6'),
      [2, 3, 4, 6].map((count) => `${digests[count]!}\n`).join(''),
    );
  });
  it('takes the digest in base64, and prints it so', async () => {
    const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');
    const args = [...MILAN, ...known(base64(ONE), 1), ...ENTRY, '--vcpus', '2', '--format', 'base64'];
    assert.equal(await printed(...args), `${base64(QEMU.digests[2]!)}\n`);
  });
  it('prints JSON, a table, and reference values, of the one CPU', async () => {
    const json = JSON.parse(await printed(...FROM_ONE, '--vcpus', '2', '--json')) as Record<string, unknown>;
    const { profile, cpu, vcpus, launchDigest } = json;
    assert.deepEqual(
      { profile, cpu, vcpus, launchDigest },
      {
        ...{ profile: 'snp', cpu: 'EPYC-Milan', vcpus: 2 },
        launchDigest: QEMU.digests[2]!,
      },
    );
    const csv = await printed(...FROM_ONE, '--matrix', '--vcpus', '2-3');
    assert.deepEqual(csv.trimEnd().split('\r\n'), [
      'profile,cpu,signature,vcpus,launchDigest',
      `snp,EPYC-Milan,0x00a00f11,2,${QEMU.digests[2]!}`,
      `snp,EPYC-Milan,0x00a00f11,3,${QEMU.digests[3]!}`,
    ]);
    assert.match(await printed(...FROM_ONE, '--vcpus', '2-3', '--format', 'rvps'), /"provenance"/);
    const rvps = await printed(...FROM_ONE, '--vcpus', '3', '--format', 'rvps');
    const { provenance } = JSON.parse(rvps) as { provenance: string };
    assert.ok(Buffer.from(provenance, 'base64').toString().includes(QEMU.digests[3]!));
  });
  it('goes on from none at all, and takes the address from an image', async () => {
    const launch = ['-f', 'OVMF.fd', ...MILAN, '--vcpus'];
    const { rows } = JSON.parse(await printed(...launch, '1', '--trace', '--json')) as {
      rows: { type: string; digest: string }[];
    };
    const before = rows.filter(({ type }) => type.toLowerCase() !== 'vmsa').at(-1)!.digest;
    const one = await printed(...launch, '1');
    assert.equal(await printed(...MILAN, ...known(before, 0), '--vcpus', '1'), one);
    assert.equal(
      await printed('-f', 'OVMF.fd', ...MILAN, ...known(before, 0), '--vcpus', '1-3'),
      await printed(...launch, '1-3'),
    );
    assert.equal(
      await printed('-f', 'OVMF.fd', ...MILAN, ...known(one.trim(), 1), '--vcpus', '4'),
      await printed(...launch, '4'),
    );
  });
});

describe('digest --known-digest is refused', () => {
  const KNOWN = [...MILAN, ...known(ONE, 1)];
  const cases: readonly (readonly [what: string, args: readonly string[], message: RegExp])[] = [
    ['for as many vCPUs', [...FROM_ONE, '--vcpus', '1'], /digest of 1 vCPU does not follow from one of 1/],
    ['for fewer vCPUs', [...MILAN, ...known(ONE, 4), ...ENTRY, '--vcpus', '2-8'], /of 2 vCPUs .* Ask for 5/s],
    ['without the number', [...MILAN, '--known-digest', ONE, '--vcpus', '2'], /--known-vcpus is missing/],
    ['without the address', [...KNOWN, '--vcpus', '2'], /--reset-address is missing: .* or give the image/],
    [
      'for more than one without it',
      [...MILAN, ...known(ONE, 0), '--vcpus', '2'],
      /--reset-address is missing/,
    ],
    ['without a CPU', [...known(ONE, 1), ...ENTRY, '--vcpus', '2'], /CPU/],
    ['without vCPUs', FROM_ONE, /--vcpus/],
    ['with an image of no address', ['-f', 'small.fd', ...KNOWN, '--vcpus', '2'], /small\.fd/],
    [
      'with a kernel',
      [...FROM_ONE, '--vcpus', '2', '--kernel', 'k'],
      /--kernel cannot be given here: --known/,
    ],
    ['with a command line', [...FROM_ONE, '--vcpus', '2', '--append', 'quiet'], /--append cannot be given/],
    ['with hashes', [...FROM_ONE, '--vcpus', '2', '--kernel-hash', '0'.repeat(64)], /--kernel-hash cannot/],
    [
      'with a firmware digest',
      [...FROM_ONE, '--vcpus', '2', '--snp-ovmf-hash', ONE],
      /--snp-ovmf-hash cannot/,
    ],
    ['with an SVSM', [...FROM_ONE, '--vcpus', '2', '--svsm', 's'], /--svsm cannot be given here/],
    ['with a trace', [...FROM_ONE, '--vcpus', '2', '--trace'], /--trace cannot be given here/],
    ['for dstack', [...FROM_ONE, '--vcpus', '2', '--format', 'dstack'], /--format dstack cannot be given/],
    [
      'for all CPUs',
      [...KNOWN, ...ENTRY, '--vcpus', '2', '--matrix', '--profile', 'all'],
      /--profile cannot/,
    ],
    ['for a list of CPUs', [...known(ONE, 1), '--vcpus', '2', '--matrix', '--cpu', 'all'], /--cpu cannot/],
    ['of a wrong length', [...MILAN, ...known('00'.repeat(32), 1), '--vcpus', '2'], /48 bytes/],
    [
      'when it is none',
      [...MILAN, ...ENTRY, '-f', 'OVMF.fd', '--vcpus', '2'],
      /--reset-address cannot .* it is for/,
    ],
    ['when only its number is', [...MILAN, '--known-vcpus', '1', '--vcpus', '2'], /--known-vcpus cannot/],
  ];
  for (const [what, args, message] of cases)
    it(what, async () => {
      const { status, stdout, stderr } = await digest(...args);
      assert.match(stderr, message);
      assert.equal(stdout, '');
      assert.ok([2, 6].includes(status), `${status}`);
    });
  for (const [mode, message] of [
    ['sev', /measures no vCPUs/],
    ['seves', /one SHA-256 .* only that of SEV-SNP is a chain/],
    ['snp:ovmf-hash', /of the firmware alone/],
    ['snp:svsm', /vCPUs of an SVSM/],
  ] as const)
    it(`in mode ${mode}`, async () => {
      const { status, stderr } = await runHere(
        ['digest', '--mode', mode, ...FROM_ONE, '--vcpus', '2'],
        folder,
      );
      assert.equal(status, 2);
      assert.match(stderr, message);
    });
});
