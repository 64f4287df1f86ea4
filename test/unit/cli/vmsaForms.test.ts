// The commands for VMSA pages take every form of them, write them, and change and name them.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { leaves } from '../../../src/core/binary/struct';
import { EXPORTS } from '../../../src/core/vmsa/forms/exportPage';
import { VMSA } from '../../../src/core/vmsa/layout/layout';
import { SAMPLE } from '../../../src/app/sampleNames';
import { PREFIXES, kernelLog } from '../../helpers/dumps';
import { runHere } from '../../helpers/cli';

let folder: string;
const cli = (...args: string[]) => runHere(args, folder);
const at = (name: string) => join(folder, name);
const bytesOf = (name: string) => readFileSync(at(name));

async function ok(...args: string[]) {
  const outcome = await cli(...args);
  assert.equal(outcome.status, 0, outcome.stderr);
  return outcome;
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-forms-'));
  await ok('sample', '.');
  await ok(
    'vmsa',
    'build',
    'ap.vmsa',
    '--cpu',
    '1',
    '--cpu-model',
    'EPYC-Milan',
    '--reset-address',
    '0x80b004',
  );
  const pages = [bytesOf('vcpu0.vmsa'), bytesOf('ap.vmsa')];
  writeFileSync(at('both.bin'), Buffer.concat(pages));
  writeFileSync(at('dmesg.txt'), `${kernelLog(pages, PREFIXES['dmesg']!).join('\n')}\n`);
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('A page in another form', () => {
  for (const { id } of EXPORTS) {
    it(`is written as ${id} and equals itself`, async () => {
      await ok('vmsa', 'export', 'vcpu0.vmsa', '--as', id, '--output', `page.${id}`);
      const { stdout } = await ok('vmsa', 'diff', `page.${id}`, 'vcpu0.vmsa');
      assert.equal(stdout, `page.${id} equals vcpu0.vmsa.\n`);
    });
  }
  it('goes to standard output as it is written to a file', async () => {
    for (const { id } of EXPORTS) {
      await ok('vmsa', 'export', 'vcpu0.vmsa', '--as', id, '--output', 'file');
      const { bytes } = await ok('vmsa', 'export', 'vcpu0.vmsa', '--as', id);
      assert.equal(Buffer.compare(bytes, bytesOf('file')), 0, id);
    }
  });
  it('has the JSON that vmsa show prints', async () => {
    const shown = await ok('vmsa', 'show', '--json', 'vcpu0.vmsa');
    assert.equal((await ok('vmsa', 'export', 'vcpu0.vmsa', '--as', 'json')).stdout, shown.stdout);
  });
  it('comes from standard input', () => {
    const run = (input: Buffer, ...args: string[]) =>
      spawnSync(process.execPath, [resolve('dist/sevscope.js'), ...args], {
        input,
        encoding: 'utf8',
        cwd: folder,
      });
    const shown = run(bytesOf('dmesg.txt'), 'show', '-', '--vcpu', '1');
    assert.match(
      shown.stdout,
      /^standard input: VMSA, additional processor \(AP\), reset address 0x0080b004/,
    );
    assert.equal(run(bytesOf('ap.vmsa'), 'vmsa', 'diff', 'ap.vmsa', '-').status, 0);
    assert.match(
      run(Buffer.from('no'), 'vmsa', 'show', '-').stderr,
      /^ERROR: standard input is not a VMSA page/,
    );
  });
});

describe('What is no page', () => {
  const dumpOf = (file: string) =>
    Array.from({ length: 256 }, (_, i) => {
      const address = (16 * i).toString(16).padStart(8, '0');
      return `${address}: ${hexOf(bytesOf(file).subarray(16 * i, 16 * i + 16)).replaceAll(/../g, '$& ')}`;
    });
  const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const report = Uint8Array.from({ length: 1184 }, (_, i) => ({ 0: 3, 10: 3 })[i] ?? 0);
  const cases: [string, () => string | Uint8Array, RegExp][] = [
    [
      'an attestation report',
      () => report,
      /1184 bytes .* is an SEV-SNP attestation report, version 3; its measurement is at 0x90/,
    ],
    ['its digits', () => hexOf(report), /is an SEV-SNP attestation report/],
    [
      'a dump with a gap',
      () => dumpOf('ap.vmsa').toSpliced(9, 1).join('\n'),
      /Line 10 of the hex dump does not follow/,
    ],
  ];
  for (const [name, content, message] of cases) {
    it(`is refused by every command of pages: ${name}`, async () => {
      writeFileSync(at('other'), content());
      for (const command of [
        ['vmsa', 'show'],
        ['vmsa', 'identify'],
      ]) {
        const { stderr, status } = await cli(...command, 'other');
        assert.match(stderr, message);
        assert.equal(status, 2);
      }
    });
  }
});

describe('A file with several pages', () => {
  for (const file of ['both.bin', 'dmesg.txt']) {
    it(`${file} has its vCPUs by number, and says how many`, async () => {
      const first = await ok('show', file);
      assert.match(first.stdout, /boot processor/);
      assert.match(first.stderr, /2 pages; this is vCPU 0 \(--vcpu chooses another\)/);
      for (const command of [['show'], ['vmsa', 'show']]) {
        assert.match((await ok(...command, file, '--vcpu', '1')).stdout, /additional processor/);
      }
      await ok('vmsa', 'diff', file, 'ap.vmsa', '--vcpu', '1');
      await ok('vmsa', 'diff', 'both.bin', file, '--vcpu', '1');
      const { stderr, status } = await cli('vmsa', 'show', file, '--vcpu', '2');
      assert.deepEqual(
        [stderr, status],
        [`ERROR: ${file} holds 2 pages; give --vcpu from 0 to 1 instead of 2.\n`, 2],
      );
    });
  }
  it('says of which launch a page of a log is', async () => {
    const pages = ['vcpu0.vmsa', 'ap.vmsa', 'vcpu0.vmsa', 'ap.vmsa'].map(bytesOf);
    writeFileSync(at('twice.txt'), kernelLog(pages, PREFIXES['dmesg']!).join('\n'));
    const { stderr, stdout } = await ok('vmsa', 'show', 'twice.txt', '--vcpu', '3');
    assert.match(stderr, /4 pages; this is launch 2, vCPU 1, number 3 of them \(--vcpu chooses another\)/);
    assert.match(stdout, /additional processor/);
  });
  it('keeps all other bytes when one page is changed', async () => {
    writeFileSync(at('change.bin'), bytesOf('both.bin'));
    const { stdout } = await ok('vmsa', 'update', 'change.bin', '--vcpu', '1', '--set', 'rax=0x12');
    assert.equal(stdout, 'change.bin: rax 0x0000000000000000 -> 0x0000000000000012\n');
    const expected = bytesOf('both.bin');
    expected[4096 + 0x1f8] = 0x12;
    assert.deepEqual(bytesOf('change.bin'), expected);
  });
});

describe('vmsa update --set', () => {
  it('sets fields by any name, several at once, and bytes', async () => {
    writeFileSync(at('set.vmsa'), bytesOf('vcpu0.vmsa'));
    const settings = [
      'cs.base=0x1000',
      'sev_features=32',
      'X87_FCW=0x37f',
      'reserved_2=01020304',
      'dbgctrl=1',
    ];
    await ok('vmsa', 'update', 'set.vmsa', ...settings.flatMap((s) => ['--set', s]));
    const expected = bytesOf('vcpu0.vmsa');
    expected.writeBigUInt64LE(0x1000n, 0x18);
    expected.writeBigUInt64LE(32n, 0x3b0);
    expected.writeUInt16LE(0x37f, 0x410);
    expected.set([1, 2, 3, 4], 0xcc);
    expected.writeBigUInt64LE(1n, 0x270);
    assert.deepEqual(bytesOf('set.vmsa'), expected);
  });
});

describe('vmsa update --cpu', () => {
  it('writes a reset address where the launch has one, and says so where it has none', async () => {
    await ok('vmsa', 'build', 'krun.vmsa', '--userspace', 'krun', '--cpu-model', 'EPYC', '--cpu', '1');
    const before = bytesOf('krun.vmsa');
    const { stdout, stderr } = await ok('vmsa', 'update', 'krun.vmsa', '--reset-address', '0x80b004');
    assert.match(stderr, /Pages of sev-es-krun hold no reset address: it stays as it is\./);
    assert.match(stdout, /nothing to change/);
    assert.deepEqual(bytesOf('krun.vmsa'), before);
    writeFileSync(at('other.vmsa'), bytesOf('vcpu0.vmsa'));
    await ok('vmsa', 'update', 'other.vmsa', '--cpu', '1', '--reset-address', '0x80b004');
    assert.match((await ok('vmsa', 'identify', 'other.vmsa')).stdout, /exactly this page\n {2}sev-es, ap/);
  });
});

describe('vmsa build of every VMM', () => {
  const SVSM = ['--svsm-entry', '0x8000', '--svsm-stack', '0x9000', '--vtom', '0x800000000000'];
  const cases: [string, string[]][] = [
    ['krun', ['--userspace', 'krun', '--cpu-model', 'EPYC']],
    ['krun, additional vCPU', ['--userspace', 'krun', '--cpu-model', 'EPYC', '--cpu', '2']],
    ['EC2, without a CPU', ['--profile', 'snp-ec2']],
    ['GCE, additional vCPU', ['--profile', 'snp-gce', '--cpu', '1', '--reset-address', '0x80b004']],
    ['SVSM', ['--profile', 'snp-svsm', '--cpu-model', 'EPYC-Milan', '--svsm-entry', '0x8000']],
    ['SVSM from an IGVM file', ['--profile', 'snp-coconut-igvm', ...SVSM]],
    ['QEMU by name', ['--userspace', 'qemu', '--profile', 'snp', '--cpu-model', 'EPYC-Milan']],
  ];
  for (const [name, args] of cases) {
    it(`${name}: is equal to itself and identified`, async () => {
      await ok('vmsa', 'build', 'built.vmsa', ...args);
      const same = args.filter((a, i) => a !== '--userspace' && args[i - 1] !== '--userspace');
      const profile = same.includes('--profile') ? [] : ['--profile', 'sev-es-krun'];
      await ok('vmsa', 'diff', 'built.vmsa', ...profile, ...same);
      await ok('vmsa', 'identify', 'built.vmsa');
    });
  }
});

describe('vmsa identify', () => {
  it('names the launch of a page, with exit status 0', async () => {
    const { stdout } = await ok('vmsa', 'identify', 'ap.vmsa', '--firmware', 'OVMF.sample.fd');
    for (const line of [
      /^ap\.vmsa is the page of a known launch \(\d+ launches tried\)\./,
      /family +25/,
      /model +1/,
      /stepping +1/,
      /signature +0xa00f11/,
      /QEMU models +EPYC-Milan/,
      /reset address +0x0080b004; OVMF\.sample\.fd has 0x[0-9a-f]{8}, the same/,
      /\n {2}sev-es, ap: SEV-ES, QEMU and KVM; /,
    ]) {
      assert.match(stdout, line);
    }
    const json = JSON.parse((await ok('vmsa', 'identify', '--json', 'ap.vmsa')).stdout) as {
      exact: { profile: string; role: string }[];
      signature: string;
    };
    assert.deepEqual(
      [json.exact[0]!.profile, json.exact[0]!.role, json.signature],
      ['sev-es', 'ap', '0xa00f11'],
    );
  });
  it('identifies a page also beside firmware that has no reset address', async () => {
    const { stdout } = await ok('vmsa', 'identify', 'ap.vmsa', '--firmware', 'vcpu0.vmsa');
    assert.match(stdout, /reset address +0x0080b004; vcpu0\.vmsa has none\n/);
  });
  it('names the nearest launches and why they differ, with exit status 1', async () => {
    writeFileSync(at('odd.vmsa'), bytesOf('vcpu0.vmsa'));
    await ok('vmsa', 'update', 'odd.vmsa', '--set', 'rbx=1');
    const { stdout, status } = await cli('vmsa', 'identify', 'odd.vmsa');
    assert.equal(status, 1);
    assert.match(stdout, /is the page of no known launch/);
    assert.match(stdout, /The nearest\n {2}sev-es, bsp: .*\n {4}1 field differs: rbx/);
  });
});

describe('vmsa diff --markdown', () => {
  it('prints the differences by cause, with exit status 1', async () => {
    const { stdout, status } = await cli('vmsa', 'diff', 'vcpu0-wrong.vmsa', 'vcpu0.vmsa', '--markdown');
    assert.equal(status, 1);
    assert.match(
      stdout,
      new RegExp(
        `^# vcpu0-wrong\\.vmsa compared with vcpu0\\.vmsa\n\n\\d of ${leaves(VMSA).length} fields differ\\.\n\n## `,
      ),
    );
  });
});

describe('The commands for pages refuse', () => {
  const PAGE = ['--cpu-model', 'EPYC'];
  before(() => {
    writeFileSync(at('cut.vmsa'), bytesOf('vcpu0.vmsa').subarray(0, 3000));
  });
  const cases: [string[], RegExp][] = [
    [['export', 'vcpu0.vmsa'], /required option '--as <form>'/],
    [['export', 'vcpu0.vmsa', '--as', 'pdf'], /Allowed choices are bin, json/],
    [['export', 'OVMF.sample.fd', '--as', 'json'], /open it as an OVMF image/],
    [['show', 'vcpu0.vmsa', '--vcpu', '1'], /holds one page, so there is no vCPU 1/],
    [['diff', 'vcpu0.vmsa', 'ap.vmsa', '--vcpu', '1'], /holds one page/],
    [['diff', 'vcpu0.vmsa', 'ap.vmsa', '--json', '--markdown'], /cannot be used with/],
    [['diff', 'vcpu0.vmsa', 'ap.vmsa', '--reset-address', '1'], /not both/],
    [
      ['update', 'dmesg.txt', '--set', 'rax=1'],
      /dmesg\.txt is a kernel log; only raw pages.*export dmesg\.txt --as bin/,
    ],
    [['update', 'vcpu0.vmsa', '--cpu', '1'], /needs the SEV-ES reset address/],
    [['diff', 'vcpu0.vmsa', '--svsm-entry', '5'], /profile sev-es hold no entry of an SVSM image/],
    [['build', 'no.vmsa', ...PAGE, '--vtom', '1'], /profile sev-es hold no vtom of an SVSM image/],
    [['show', 'cut.vmsa'], /has 3000 bytes.*It is cut short: write the page again, whole\./],
    [['update', 'vcpu0.vmsa', '--set', 'rax'], /"rax" is no setting\. Give FIELD=VALUE/],
    [['update', 'vcpu0.vmsa', '--set', '=1'], /"=1" is no setting/],
    [['update', 'vcpu0.vmsa', '--set', 'raxx=1'], /no field "raxx"\. Did you mean .*rax/],
    [['update', 'vcpu0.vmsa', '--set', 'reserved_11=1'], /is several fields: sev_features, vintr_ctrl/],
    [['update', 'vcpu0.vmsa', '--set', 'cpl=256'], /cpl has 8 bits/],
    [['update', 'vcpu0.vmsa', '--set', 'rax=1', '--set', 'rbx=x'], /rbx takes a number/],
    [['build', 'no.vmsa', ...PAGE, '--userspace', 'krun', '--profile', 'snp'], /snp is not a launch by krun/],
    [['build', 'no.vmsa', ...PAGE, '--userspace', 'qemu', '--profile', 'snp-ec2'], /not a launch by qemu/],
    [
      ['build', 'no.vmsa', ...PAGE, '--cpu', '1', '--reset-address', '1', '--firmware', 'OVMF.sample.fd'],
      /given twice/,
    ],
    [['build', 'no.vmsa', ...PAGE, '--cpu', '1', '--reset-address', '0x100000000'], /from 0 to 4294967295/],
    [['build', 'no.vmsa', ...PAGE, '--profile', 'snp-svsm'], /address of its first instruction/],
    [['build', 'no.vmsa', '--profile', 'snp-coconut-igvm', '--cpu', '1'], /only the first vCPU has one/],
    [['build', 'no.vmsa', '--profile', 'sev-es'], /family, model and stepping/],
  ];
  for (const [args, message] of cases) {
    it(args.join(' '), async () => {
      const before = bytesOf('vcpu0.vmsa');
      const { stderr, stdout, status } = await cli('vmsa', ...args);
      assert.match(stderr, message);
      assert.deepEqual([stdout, status], ['', 2]);
      assert.deepEqual(bytesOf('vcpu0.vmsa'), before);
    });
  }
  it('a VMSA of a launch that is not a raw page, as the peer does', async () => {
    await ok('vmsa', 'export', 'vcpu0.vmsa', '--as', 'hex', '--output', 'vcpu0.hex');
    const args = ['validate', '--launch', SAMPLE.sevEsMatches, '--vmsa-cpu0'];
    assert.equal((await cli(...args, 'vcpu0.hex')).status, 2);
  });
});
