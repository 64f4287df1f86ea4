// The options of sev-snp-measure that `sevscope digest` has besides those of single digests: SVSM images, dumps of pages, abbreviations,
// several CPUs, hashes in place of files, and many vCPUs at once.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildOvmf } from '../../../src/core/ovmf/build';
import { SVSM_INFO } from '../../../src/core/ovmf/entries';
import { runHere } from '../../helpers/cli';

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let folder: string;
const at = (name: string) => join(folder, name);
const digest = (...args: string[]) => runHere(['digest', ...args], folder);

/** What is printed, and that nothing is wrong. */
async function printed(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await digest(...args);
  assert.equal(status, 0, stderr);
  return stdout.trimEnd();
}

const SNP = ['--mode', 'snp', '--ovmf', 'OVMF.fd'];
const MILAN = ['--vcpu-type', 'EPYC-Milan'];
const FIRMWARE_SIZE = 0x20000;
const SVSM_SIZE = 0x10000;
const VARS_SIZE = 0x84000;
const ENTRY = 0x1000;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-like-measure-'));
  writeFileSync(at('OVMF.fd'), buildOvmf({ size: FIRMWARE_SIZE }));
  const entry = new Uint8Array(4);
  new DataView(entry.buffer).setUint32(0, ENTRY, true);
  const svsm = { size: SVSM_SIZE, seed: 2, extraEntries: [{ guid: SVSM_INFO.guid, data: entry }] };
  const sevSections = [
    { gpa: 0, size: 0x9e000, type: 1 },
    { gpa: 0x9e000, size: 0x1000, type: 2 },
    { gpa: 0x9f000, size: 0x1000, type: 3 },
  ];
  writeFileSync(at('svsm.bin'), buildOvmf({ ...svsm, sevSections }));
  writeFileSync(at('vars.fd'), new Uint8Array(VARS_SIZE));
  writeFileSync(at('kernel'), 'fake vmlinuz\n');
  writeFileSync(at('initrd'), 'fake initrd\n');
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('digest --mode snp:svsm', () => {
  const SVSM = ['--mode', 'snp:svsm', '--ovmf', 'OVMF.fd', '--svsm', 'svsm.bin', '--vcpus', '2'];
  const of = [...SVSM, '--vcpu-type', 'EPYC-v4'];
  /** The chain of SNP_LAUNCH_UPDATE in a few lines, over the page of svsm-vmsa-epycv4.bin but for its entry. */
  function wanted(fcw: number): string {
    let digestNow = new Uint8Array(48);
    const sha384 = (bytes: Uint8Array) => new Uint8Array(createHash('sha384').update(bytes).digest());
    const add = (type: number, gpa: number, page?: Uint8Array) => {
      const info = new Uint8Array(0x70);
      info.set(digestNow);
      if (page) info.set(sha384(page), 0x30);
      const view = new DataView(info.buffer);
      view.setUint16(0x60, 0x70, true);
      view.setUint8(0x62, type);
      view.setBigUint64(0x68, BigInt(gpa), true);
      digestNow = sha384(info);
    };
    const image = (name: string, base: number) => {
      const bytes = new Uint8Array(readFileSync(at(name)));
      for (let i = 0; i < bytes.length; i += 4096) add(1, base + i, bytes.subarray(i, i + 4096));
    };
    const firmware = 2 ** 32 - FIRMWARE_SIZE;
    const base = firmware - VARS_SIZE - SVSM_SIZE;
    image('OVMF.fd', firmware);
    image('svsm.bin', base);
    for (let gpa = 0; gpa < 0x9e000; gpa += 4096) add(3, gpa);
    add(5, 0x9e000);
    add(6, 0x9f000);
    const vmsa = new Uint8Array(4096);
    const view = new DataView(vmsa.buffer);
    const segment = (offset: number, selector: number, attrib: number, limit: number) => {
      view.setUint16(offset, selector, true);
      view.setUint16(offset + 2, attrib, true);
      view.setUint32(offset + 4, limit, true);
    };
    for (const offset of [0x00, 0x20, 0x30, 0x40]) segment(offset, 0x10, 0xc93, 0xffffffff);
    segment(0x10, 8, 0xc9b, 0xffffffff);
    segment(0x50, 0, 0x93, 0xffff);
    segment(0x60, 0, 0, 0xffff);
    segment(0x70, 0, 0x82, 0xffff);
    segment(0x80, 0, 0, 0xffff);
    segment(0x90, 0, 0x8b, 0xffff);
    const words: readonly (readonly [offset: number, value: bigint])[] = [
      [0xd0, 0x1000n],
      [0x148, 0x40n],
      [0x158, 0x11n],
      [0x160, 0x400n],
      [0x168, 0xffff0ff0n],
      [0x170, 2n],
      [0x178, BigInt(base + ENTRY)],
      [0x268, 0x7040600070406n],
      [0x310, 0x800f12n],
      [0x3b0, 1n],
      [0x3e8, 1n],
    ];
    for (const [offset, value] of words) view.setBigUint64(offset, value, true);
    view.setUint32(0x408, 0x1f80, true);
    view.setUint16(0x410, fcw, true);
    add(2, 0xfffffffff000, vmsa);
    add(2, 0xfffffffff000, vmsa);
    return Buffer.from(digestNow).toString('hex');
  }

  it('is that of firmware, SVSM image, its metadata and its pages with x87_fcw 0', async () => {
    assert.equal(await printed(...of, '--vars-size', String(VARS_SIZE)), wanted(0));
    assert.equal(await printed(...of, '--vars-file', 'vars.fd'), wanted(0));
  });
  it('says what the digest is on a host of today, which --profile snp-svsm gives', async () => {
    const { stderr } = await digest(...of, '--vars-file', 'vars.fd');
    assert.match(stderr, new RegExp(`WARNING: .*0x37f: there the digest of 2 vCPUs is ${wanted(0x37f)}`));
    assert.equal(await printed(...of, '--vars-file', 'vars.fd', '--profile', 'snp-svsm'), wanted(0x37f));
  });
});

describe('digest takes from sev-snp-measure', () => {
  it('options by the start of their names', async () => {
    const whole = await printed(...SNP, '--vcpus', '2', ...MILAN, '--output-format', 'base64');
    const starts = [
      '--mo',
      'snp',
      '--ov',
      'OVMF.fd',
      '--vcpus',
      '2',
      '--vcpu-t',
      'EPYC-Milan',
      '--ou=base64',
    ];
    assert.equal(await printed(...starts), whole);
  });
  it('no start that several options have, and no value for one', async () => {
    assert.equal((await digest(...SNP, '--vcpu', '2', ...MILAN)).status, 2);
    const boot = ['--kernel', 'kernel', '--append'];
    const text = await printed(...SNP, '--vcpus', '1', ...MILAN, ...boot, '--out');
    const hashed = ['--kernel', 'kernel', '--cmdline-hash', sha256('--out\0')];
    assert.equal(await printed(...SNP, '--vcpus', '1', ...MILAN, ...hashed), text);
  });
  it('numbers in octal and binary', async () => {
    const given = ['--vcpus', '0b10', '--vcpu-sig', '0o50007421', '--guest-features', '0b100001'];
    const usual = ['--vcpus', '2', '--vcpu-sig', '0xa00f11', '--guest-features', '0x21'];
    assert.equal(await printed(...SNP, ...given), await printed(...SNP, ...usual));
  });
  it('-v', async () => {
    const modes = { sev: 'SEV', seves: 'SEV_ES', snp: 'SEV_SNP' };
    for (const [mode, name] of Object.entries(modes)) {
      const all = ['--mode', mode, '--ovmf', 'OVMF.fd', '--vcpus', '1', ...MILAN];
      const wanted = `Calculated ${name} guest measurement: ${await printed(...all)}`;
      assert.equal(await printed(...all, '-v'), wanted);
    }
  });
  it('more than one CPU, of which numbers count first, then the signature', async () => {
    const numbers = ['--vcpu-family', '25', '--vcpu-model', '17', '--vcpu-stepping', '1'];
    const signature = ['--vcpu-sig', '0x830f10'];
    const one = [...SNP, '--vcpus', '1'];
    const { stdout, stderr } = await digest(...one, ...MILAN, ...signature, ...numbers);
    assert.equal(stdout.trimEnd(), await printed(...one, ...numbers));
    assert.match(stderr, /^WARNING: family, model and stepping and --vcpu-sig say different CPUs/);
    assert.equal(await printed(...one, ...MILAN, ...signature), await printed(...one, ...signature));
    const same = await digest(...one, ...MILAN, '--vcpu-sig', '0xa00f11');
    assert.deepEqual([same.stdout.trimEnd(), same.stderr], [await printed(...one, ...MILAN), '']);
  });
  it('a VMM of SEV-ES, whose pages are those of SNP without features', async () => {
    const seves = ['--mode', 'seves', '--ovmf', 'OVMF.fd', '--vcpus', '2'];
    const { stdout, stderr } = await digest(...seves, '--vmm-type', 'ec2', '--dump-vmsa');
    assert.match(stderr, /No SEV-ES launch by ec2 is known/);
    const es = readFileSync(at('vmsa1.bin'));
    const all = Buffer.concat([readFileSync(at('OVMF.fd')), readFileSync(at('vmsa0.bin')), es]);
    assert.equal(stdout.trimEnd(), sha256(all));
    await printed(...SNP, '--vcpus', '2', '--vmm-type', 'ec2', '--guest-features', '0', '--dump-vmsa');
    assert.deepEqual(readFileSync(at('vmsa1.bin')), es);
  });
  it('what it ignores, with a warning', async () => {
    const seves = ['--mode', 'seves', '--ovmf', 'OVMF.fd', '--vcpus', '1', ...MILAN];
    const { stdout, stderr } = await digest(...seves, '--guest-features', '0x21');
    assert.equal(stdout.trimEnd(), await printed(...seves));
    assert.match(stderr, /--guest-features has no effect/);
  });
  it('--dump-vmsa, unless a dump would replace an input', async () => {
    await printed(...SNP, '--vcpus', '3', ...MILAN, '--dump-vmsa');
    const names = readdirSync(folder).filter((name) => /^vmsa\d+\.bin$/.test(name));
    assert.deepEqual(names.sort(), ['vmsa0.bin', 'vmsa1.bin', 'vmsa2.bin']);
    assert.deepEqual(readFileSync(at('vmsa1.bin')), readFileSync(at('vmsa2.bin')));
    const { status, stderr } = await digest(
      ...[...SNP, '--vcpus', '3', ...MILAN, '--kernel', 'vmsa1.bin', '--dump-vmsa'],
    );
    assert.equal(status, 2);
    assert.match(stderr, /vmsa1\.bin/);
  });
  it('models of QEMU of today', async () => {
    const one = [...SNP, '--vcpus', '1', '--vcpu-type'];
    for (const [name, like] of [
      ['EPYC-Turin-v2', 'EPYC-Turin'],
      ['EPYC-Milan-v4', 'EPYC-Milan'],
      ['EPYC-Genoa-v3', 'EPYC-Genoa'],
    ] as const)
      assert.equal(await printed(...one, name), await printed(...one, like));
  });
});

describe('digest without files', () => {
  it('takes SHA-256 of kernel, initrd and command line', async () => {
    const one = [...SNP, '--vcpus', '1', ...MILAN];
    const files = ['--kernel', 'kernel', '--initrd', 'initrd', '--append', 'console=ttyS0'];
    const hashes = [
      ...['--kernel-hash', sha256('fake vmlinuz\n'), '--initrd-hash', sha256('fake initrd\n')],
      ...['--cmdline-hash', sha256('console=ttyS0\0')],
    ];
    assert.equal(await printed(...one, ...hashes), await printed(...one, ...files));
    assert.equal(
      await printed('--mode', 'sev', '--ovmf', 'OVMF.fd', ...hashes),
      await printed('--mode', 'sev', '--ovmf', 'OVMF.fd', ...files),
    );
  });
});

describe('digest of many vCPUs', () => {
  it('is a line for each number, as text and as JSON', async () => {
    const lines = (await printed(...SNP, ...MILAN, '--vcpus', '1-130')).split('\n');
    assert.equal(lines.length, 130);
    assert.equal(lines[129], await printed(...SNP, ...MILAN, '--vcpus', '130'));
    const json = (await printed(...SNP, ...MILAN, '--vcpus', '2,4', '--json')).split('\n');
    const rows = json.map((line) => JSON.parse(line) as { vcpus: number; launchDigest: string });
    assert.deepEqual(
      rows.map(({ vcpus, launchDigest }) => [vcpus, launchDigest]),
      [
        [2, lines[1]],
        [4, lines[3]],
      ],
    );
  });
});

describe('digest says where QEMU measures other sections than the tools', () => {
  const cases: [string, { gpa: number; size: number; type: number }, RegExp][] = [
    [
      'an empty section',
      { gpa: 0x800000, size: 0, type: 1 },
      /section 0 .* has size 0\. QEMU starts no guest/,
    ],
    [
      'a long CPUID section',
      { gpa: 0x800000, size: 0x2000, type: 3 },
      /section 0 .* has 2 pages\. QEMU measures all/,
    ],
  ];
  for (const [name, section, message] of cases)
    it(name, async () => {
      writeFileSync(at('odd.fd'), buildOvmf({ size: FIRMWARE_SIZE, sevSections: [section] }));
      const { stderr, status } = await digest('--mode', 'snp', '-f', 'odd.fd', '--vcpus', '1', ...MILAN);
      assert.match(stderr, message);
      assert.equal(status, 0);
    });
});
