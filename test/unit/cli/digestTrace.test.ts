// `sevscope digest --trace`: every page with the digest after it, and the first page that differs from another trace, from QEMU's, or from the
// pages of vCPUs in a kernel log. Also the JSON of hashes from which a digest is computed without files.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildOvmf, DEFAULT_SEV_SECTIONS } from '../../../src/core/ovmf/build';
import { runHere } from '../../helpers/cli';

let folder: string;
const at = (name: string) => join(folder, name);
const digest = (...args: string[]) => runHere(['digest', ...args], folder);
const printed = async (...args: string[]) => (await digest(...args)).stdout.trimEnd();

const SNP = ['--mode', 'snp', '-f', 'OVMF.fd', '--vcpu-type', 'EPYC-Milan', '--vcpus'];
const BOOT = ['--kernel', 'kernel', '--append', 'console=ttyS0'];

interface Row {
  readonly index: number;
  readonly type: string;
  readonly gpa: string | null;
  readonly size: number;
  readonly contents: string | null;
  readonly digest: string;
  readonly origin: { readonly from: string; readonly offset?: number };
}
interface Trace {
  readonly technology: string;
  readonly launchDigest: string;
  readonly rows: readonly Row[];
  readonly vmsas: Readonly<Record<string, string>>;
}
const traced = async (...args: string[]) => JSON.parse(await printed(...args, '--trace', '--json')) as Trace;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-trace-'));
  writeFileSync(at('OVMF.fd'), buildOvmf({ size: 0x20000 }));
  writeFileSync(at('other.fd'), buildOvmf({ size: 0x20000, seed: 2 }));
  writeFileSync(at('kernel'), 'fake vmlinuz\n');
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('digest --trace', () => {
  it('has every page with its digest, each of which follows from the one before', async () => {
    const { rows: pages, launchDigest, technology, vmsas } = await traced(...SNP, '3', ...BOOT);
    assert.equal(technology, 'snp');
    assert.equal(launchDigest, await printed(...SNP, '3', ...BOOT));
    const types = ['', 'normal', 'vmsa', 'zero', 'unmeasured', 'secrets', 'cpuid'];
    let before = '00'.repeat(48);
    for (const { type, gpa, contents, digest: after } of pages) {
      const info = Buffer.alloc(0x70);
      info.write(before + (contents ?? '00'.repeat(48)), 'hex');
      info.writeUInt16LE(0x70, 0x60);
      info.writeUInt8(types.indexOf(type), 0x62);
      info.writeBigUInt64LE(BigInt(gpa!), 0x68);
      before = createHash('sha384').update(info).digest('hex');
      assert.equal(after, before);
    }
    assert.equal(before, launchDigest);
    const total = DEFAULT_SEV_SECTIONS.reduce((all, { size = 0 }) => all + size / 4096, 0);
    assert.equal(pages.length, 32 + total + 3);
    const hash = (bytes: Buffer) => createHash('sha384').update(bytes).digest('hex');
    assert.equal(pages[1]!.contents, hash(readFileSync(at('OVMF.fd')).subarray(0x1000, 0x2000)));
    assert.equal(Object.keys(vmsas).length, 2);
    for (const [name, text] of Object.entries(vmsas))
      assert.equal(hash(Buffer.from(text.padEnd(8192, '0'), 'hex')), name);
  });
  it('says where each page comes from', async () => {
    const { rows } = await traced(...SNP, '2', ...BOOT);
    assert.deepEqual(rows[3]!.origin, { from: 'firmware', offset: 0x3000 });
    const froms = [...new Set(rows.map(({ origin }) => origin.from))];
    assert.deepEqual(froms, ['firmware', 'metadata', 'kernel hashes', 'vcpu']);
  });
  it('is text in runs of like pages, whose last digest is that of the launch', async () => {
    const lines = (await printed(...SNP, '5', '--trace')).split('\n');
    assert.match(
      lines[1]!,
      /^32 +normal +0xfffe0000 to 0xfffff000 +firmware at 0x0 to 0x1f000 +several +[0-9a-f]{96}$/,
    );
    assert.equal(lines.length, 1 + 1 + DEFAULT_SEV_SECTIONS.length + 2);
    assert.match(
      lines.at(-1)!,
      /^4 +vmsa +0xfffffffff000 +VMSAs of vCPUs 1 to 4 +[0-9a-f]{96} +[0-9a-f]{96}$/,
    );
    assert.ok(lines.at(-1)!.endsWith(await printed(...SNP, '5')));
  });
  for (const mode of ['sev', 'seves'])
    it(`of --mode ${mode} has the loads`, async () => {
      const args = ['--mode', mode, '-f', 'OVMF.fd', '--vcpu-type', 'EPYC-Milan', '--vcpus', '2', ...BOOT];
      const { rows, launchDigest, technology } = await traced(...args);
      assert.equal(launchDigest, await printed(...args));
      assert.equal(technology, mode === 'sev' ? 'sev' : 'sev-es');
      assert.deepEqual(
        rows.map(({ origin }) => origin.from),
        ['firmware', 'kernel hashes', ...(mode === 'sev' ? [] : ['vcpu', 'vcpu'])],
      );
    });
});

describe('digest --compare', () => {
  /** What the launch has in common with another, and the text about the first difference. */
  async function compared(other: string, ...args: string[]): Promise<[status: number, text: string]> {
    const { status, stdout, stderr } = await digest(...args, '--compare', other);
    assert.ok(stdout, stderr);
    return [status, stdout.trimEnd()];
  }
  const keep = async (name: string, ...args: string[]) => {
    writeFileSync(at(name), await printed(...args, '--trace', '--json'));
  };
  it('finds no difference from its own trace', async () => {
    await keep('same.json', ...SNP, '2');
    const [status, text] = await compared('same.json', ...SNP, '2');
    assert.match(text, /^No difference from the trace in \d+ steps\.$/);
    assert.equal(status, 0);
  });
  const cases: [string, string[], RegExp][] = [
    [
      'other firmware',
      [...SNP.with(3, 'other.fd'), '2'],
      /^The first 0 steps .*\nStep 0 \(firmware at 0x0\) differs in contents, digest/,
    ],
    [
      'a kernel',
      [...SNP, '2', ...BOOT],
      /\nStep \d+ \(section 6, SNP_KERNEL_HASHES.*\) differs in type, contents, digest/,
    ],
    [
      'DebugSwap',
      [...SNP, '2', '--guest-features', '0x21'],
      /\nStep \d+ \(VMSA of vCPU 0\) differs in contents[^]*sev_features\n +found +0x0*21 /,
    ],
    ['a CPU', [...SNP, '2', '--vcpu-type', 'EPYC'], /VMSA of vCPU 0[^]* rdx\n/],
    [
      'a vCPU more',
      [...SNP, '3'],
      /\nWhat follows is on one side only:\n +computed +nothing more\n +there +vmsa at 0xfffffffff000/,
    ],
    [
      'a vCPU less',
      [...SNP, '1'],
      /\nStep \d+ \(VMSA of vCPU 1\) is on one side only:\n[^]*\n +there +nothing more$/,
    ],
    ['EC2', [...SNP, '2', '--vmm-type', 'ec2'], /\(section 3, CPUID.*\) differs in type, address/],
    ['GCE', [...SNP, '2', '--vmm-type', 'gce'], /\(section 0, SNP_SEC_MEM.*\) differs in type/],
  ];
  for (const [name, args, wanted] of cases)
    it(`finds the first page that differs by ${name}`, async () => {
      await keep('there.json', ...args);
      const [status, text] = await compared('there.json', ...SNP, '2');
      assert.match(text, wanted);
      assert.equal(status, 1);
    });

  /** A launch as QEMU traces it, in runs. */
  async function qemu(...args: string[]): Promise<string> {
    const { rows } = await traced(...args);
    const lines = rows
      .filter(({ type }) => type !== 'vmsa')
      .map(({ type, gpa, size }) => {
        const name = type[0]!.toUpperCase() + type.slice(1);
        return `1234@1700000000.5:kvm_sev_snp_launch_update src 0x7f0000000000 gpa ${gpa!} len 0x${size.toString(16)} (${name} page)`;
      });
    return [
      'kvm_sev_snp_launch_start policy 0x30000 gosvw (null)',
      ...lines,
      'kvm_sev_snp_launch_finish',
    ].join('\n');
  }
  it("compares with QEMU's trace, which has no contents and no vCPUs", async () => {
    writeFileSync(at('qemu.log'), await qemu(...SNP, '2'));
    const [status, text] = await compared('qemu.log', ...SNP, '2');
    assert.match(
      text,
      /^No difference from QEMU's trace, which has neither contents nor vCPUs in \d+ steps\.$/,
    );
    assert.equal(status, 0);
    const other = await compared('qemu.log', ...SNP, '2', ...BOOT);
    assert.match(
      other[1],
      /\(kernel hashes\) differs in type:\n +computed +normal at [^]*\n +there +zero at /,
    );
    assert.equal(other[0], 1);
  });
  it("takes runs of pages in QEMU's trace, and refuses one without end", async () => {
    const run = (length: string) =>
      `kvm_sev_snp_launch_update src 0x1 gpa 0xfffe0000 len ${length} (Normal page)`;
    writeFileSync(at('qemu.log'), run('0x20000'));
    const [, text] = await compared('qemu.log', ...SNP, '1');
    assert.match(text, /^The first 32 steps .*\nStep 32 .*is on one side only/);
    writeFileSync(at('qemu.log'), run('0xfffffffffffff000'));
    assert.equal((await digest(...SNP, '1', '--compare', 'qemu.log')).status, 2);
  });

  /** The page of a vCPU as a kernel dumps it. */
  const dumped = (page: Buffer) => {
    const lines = ['[   10.0] kvm_amd: Virtual Machine Save Area (VMSA):'];
    for (let i = 0; i < 0x670; i += 16)
      lines.push(
        `[   10.0] ${page
          .subarray(i, i + 16)
          .toString('hex')
          .replaceAll(/(..)(?=.)/g, '$1 ')}`,
      );
    return lines.join('\n');
  };
  it('compares with the VMSAs that a kernel dumped, field by field', async () => {
    await printed(...SNP, '2', '--guest-features', '0x21', '--dump-vmsa');
    const pages = [0, 1].map((i) => readFileSync(at(`vmsa${i}.bin`)));
    writeFileSync(at('dmesg.txt'), pages.map(dumped).join('\n'));
    const [status, text] = await compared('dmesg.txt', ...SNP, '2');
    assert.match(
      text,
      /\(VMSA of vCPU 0\) differs in contents[^]*sev_features\n +found +0x0*21 [^]*\n +expected +0x0*1 /,
    );
    assert.equal(status, 1);
    const same = await compared('dmesg.txt', ...SNP, '2', '--guest-features', '0x21');
    assert.deepEqual(same, [0, 'No difference from the dumped pages of vCPUs in 2 steps.']);
  });
  it('takes the last of several launches, and says so', async () => {
    const note = (what: string, count: number) =>
      new RegExp(`${what}: ${count} launches, of which the last is compared`);
    const [one, two] = [await qemu(...SNP, '1', ...BOOT), await qemu(...SNP, '2')];
    const start = 'kvm_sev_snp_launch_start policy 0x30000';
    const cases: readonly (readonly [text: string, count: number])[] = [
      [`${start}\n${one}\n${start}\n${two}`, 2],
      [`${one}\n${two}`, 2],
      [`${start}\n${two}`, 1],
    ];
    for (const [text, count] of cases) {
      writeFileSync(at('qemu.log'), text);
      const { status, stderr, stdout } = await digest(...SNP, '2', '--compare', 'qemu.log');
      assert.deepEqual([status, stdout.startsWith('No difference')], [0, true]);
      assert.equal(note('qemu.log', count).test(stderr), count > 1);
    }
    await printed(...SNP, '2', '--dump-vmsa');
    const pages = [0, 1].map((i) => readFileSync(at(`vmsa${i}.bin`)));
    const other = Buffer.from(pages[0]!);
    other[0x100]! ^= 1;
    writeFileSync(at('dmesg.txt'), [other, ...pages].map(dumped).join('\n'));
    const { status, stderr } = await digest(...SNP, '2', '--compare', 'dmesg.txt');
    assert.equal(status, 0);
    assert.match(stderr, note('dmesg.txt', 2));
  });
  it('is JSON, too', async () => {
    await keep('there.json', ...SNP, '2', '--guest-features', '0x21');
    const { stdout, status } = await digest(...SNP, '2', '--compare', 'there.json', '--json');
    const { differs, members, computed, vmsa } = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual(
      [differs, members, (computed as Row).origin.from],
      [true, ['contents', 'digest'], 'vcpu'],
    );
    assert.ok(JSON.stringify(vmsa).includes('sev_features'));
    assert.equal(status, 1);
  });
  const refused: [string[], RegExp][] = [
    [[...SNP, '2', '--compare', 'kernel'], /kernel is no trace of a launch/],
    [[...SNP, '1-2', '--trace'], /there are several launches/],
    [['--mode', 'snp:ovmf-hash', '-f', 'OVMF.fd', '--trace'], /it is for one launch/],
    [[...SNP, '2', '--inputs', 'kernel'], /--firmware is given, too/],
    [['--mode', 'snp', '--inputs', 'kernel'], /does not have the inputs of an SNP launch: it is /],
    [['--mode', 'seves', '--inputs', 'kernel'], /--inputs cannot be given here/],
    [['--inputs', 'kernel'], /does not have the inputs of an SNP launch: it is not JSON/],
  ];
  for (const [args, message] of refused)
    it(`refuses ${args.join(' ')}`, async () => {
      const { status, stderr } = await digest(...args);
      assert.match(stderr, message);
      assert.equal(status, 2);
    });
});

describe('digest --format dstack', () => {
  for (const [name, more] of [
    ['a kernel', BOOT],
    ['no kernel', []],
  ] as const)
    it(`is all that the digest of a launch with ${name} takes`, async () => {
      const args = [...SNP, '4', ...more, '--guest-features', '0x21'];
      writeFileSync(at('inputs.json'), await printed(...args, '--format', 'dstack'));
      assert.equal(await printed('--mode', 'snp', '--inputs', 'inputs.json'), await printed(...args));
      // Such JSON is of an SNP launch.
      assert.equal(await printed('--inputs', 'inputs.json'), await printed(...args));
      const two = ['--mode', 'snp', '--inputs', 'inputs.json', '--vcpus', '2'];
      assert.equal(await printed(...two), await printed(...SNP, '2', ...more, '--guest-features', '0x21'));
      assert.equal(
        await printed('--mode', 'snp', '--inputs', 'inputs.json', '--format', 'dstack'),
        await printed(...args, '--format', 'dstack'),
      );
    });
  it('is written to the file that --output names', async () => {
    const args = [...SNP, '4', '--format', 'dstack'];
    assert.equal(await printed(...args, '--output', 'written.json'), '');
    assert.equal(readFileSync(at('written.json'), 'utf8'), `${await printed(...args)}\n`);
  });
});
