// Files of other kinds on the command line: a container is refused wherever firmware is asked for, with status 2; any
// other file has its digest, with status 0, and a warning that says what it is.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as at } from 'node:path';
import { buildOvmf } from '../../../src/core/ovmf/build';
import { SAMPLE } from '../../../src/app/sampleNames';
import { runHere } from '../../helpers/cli';
import { CONTAINERS, FOREIGN, IMAGE, OTHERS, variables } from '../../helpers/otherFiles';
import { join } from '../../helpers/volumes';

let folder: string;
const run = (...args: string[]) => runHere(args, folder);
const write = (name: string, bytes: Uint8Array | string) => writeFileSync(at(folder, name), bytes);

before(async () => {
  folder = mkdtempSync(at(tmpdir(), 'sevscope-kinds-'));
  await run('sample', '.');
  CONTAINERS.forEach(([id, bytes], i) => write(`${id}-${i}.fd`, bytes));
  OTHERS.forEach(([id, bytes], i) => write(`${id}-${i}.fd`, bytes));
  FOREIGN.forEach(([id, bytes], i) => write(`${id}-${i}.fd`, bytes));
  write('VARS.fd', variables(0x1000));
  write('padded.fd', join(IMAGE, new Uint8Array(0x20000).fill(0xff)));
  write('twice.fd', join(IMAGE, IMAGE));
  write('IMAGE.fd', IMAGE);
  write('noise.fd', IMAGE.slice(0x200, 0x2200));
  write('erased.fd', new Uint8Array(0x10000).fill(0xff));
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The options of the sample's launch, with other firmware. */
function launchOptions(firmware: string): string[] {
  const { launch, keys } = JSON.parse(readFileSync(at(folder, SAMPLE.sevEsMatches), 'utf8')) as {
    launch: { measurement: string };
    keys: { tik: string; tek: string };
  };
  const { measurement } = launch;
  const numbers = ['--api-major', '1', '--api-minor', '55', '--build-id', '24', '--policy', '1'];
  return ['-m', measurement, ...numbers, '-f', firmware, '--tik', keys.tik, '--tek', keys.tek];
}

/** A launch file with other firmware. */
function launchFile(firmware: string): string {
  const file = JSON.parse(readFileSync(at(folder, SAMPLE.sevEsMatches), 'utf8')) as object;
  write('other.sevlaunch.json', JSON.stringify({ ...file, firmware }));
  return 'other.sevlaunch.json';
}

describe('A container on the command line', () => {
  const words = /not a firmware image\. [A-Z]/;
  for (const [i, [id]] of CONTAINERS.entries()) {
    const name = `${id}-${i}.fd`;
    it(`${name} has no digest, and is called what it is`, async () => {
      for (const args of [
        ['digest', '--mode', 'sev', '--ovmf', name],
        ['digest', '--mode', 'snp:ovmf-hash', '--ovmf', name],
        ['digest', '--mode', 'snp', '--vcpus', '1', '--vcpu-type', 'EPYC', '--ovmf', name],
        ['digest', '--mode', 'seves', '--vcpus', '1', '--vcpu-type', 'EPYC', '--ovmf', name],
        ['digest', '--mode', 'seves', '--matrix', '--vcpus', '1-2', '--ovmf', name],
        ['show', name],
        ['ovmf', 'show', name],
        ['ovmf', 'diff', name, 'IMAGE.fd'],
        ['ovmf', 'diff', 'IMAGE.fd', name],
        ['validate', ...launchOptions(name)],
        ['validate', '--launch', launchFile(name)],
        [
          'vmsa',
          'build',
          'x.vmsa',
          '--cpu',
          '1',
          '--userspace',
          'qemu',
          '--cpu-model',
          'EPYC',
          '--firmware',
          name,
        ],
      ]) {
        const { status, stdout, stderr } = await run(...args);
        assert.deepEqual([status, stdout], [2, ''], `${args.join(' ')}: ${stderr}`);
        assert.match(stderr, words, args.join(' '));
        assert.ok(stderr.includes(name), stderr);
      }
      const lint = await run('ovmf', 'lint', name);
      assert.deepEqual([lint.status, lint.stdout.split('\n').length], [1, 3], lint.stdout);
      const launch = await run('launch', 'lint', launchFile(name));
      assert.match(launch.stdout, /error no-firmware: firmware: .*not a firmware image/);
    });
  }

  it('is refused by explain, too', async () => {
    for (const name of ['qcow2-0.fd', 'base64-22.fd']) {
      const { status, stderr } = await run('explain', ...launchOptions(name));
      assert.equal(status, 2, stderr);
      assert.match(stderr, words);
    }
  });
});

describe('A file that no VMM would start', () => {
  it('an image that QEMU takes as flash only has its SNP digest, and a warning that KVM refuses it', async () => {
    write('flash.fd', buildOvmf({ size: 0x1c000 }));
    const digest = (mode: string) =>
      run('digest', '--mode', mode, '--vcpus', '1', '--vcpu-type', 'EPYC', '--ovmf', 'flash.fd');
    const { stdout, stderr, status } = await digest('snp');
    assert.deepEqual([status, stdout.length], [0, 97]);
    assert.match(stderr, /^WARNING: flash\.fd: The file has 0x1c000 bytes\. .*KVM refuses to SNP/);
    assert.equal((await digest('seves')).stderr, '');
  });
  const cases: readonly (readonly [string, RegExp])[] = [
    ...OTHERS.flatMap(([id], i): [string, RegExp][] => [[`${id}-${i}.fd`, /not a firmware image/]]),
    ...FOREIGN.flatMap(([id], i): [string, RegExp][] => [[`${id}-${i}.fd`, /SEV and TDX exist on x86 only/]]),
    ['VARS.fd', /a variable store \(VARS\), which holds no firmware\. Give the matching CODE file/],
    ['padded.fd', /ends at 0x10000; 131072 bytes \(128 KiB\) of 0xff follow/],
    ['twice.fd', /Both halves of the file are equal/],
    ['noise.fd', /not known to be OVMF/],
    ['erased.fd', /Every byte is 0xff/],
  ];
  for (const [name, words] of cases) {
    it(`${name} has its digest, and a warning`, async () => {
      const { status, stdout, stderr } = await run('digest', '--mode', 'sev', '--ovmf', name);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^[0-9a-f]{64}\n$/);
      assert.match(stderr, /^WARNING: /);
      assert.match(stderr, words);
      assert.ok(stderr.includes(name), stderr);
      const json = await run('digest', '--mode', 'sev', '--ovmf', name, '--json');
      const { findings } = JSON.parse(json.stdout) as { findings: Record<string, string>[] };
      const { rule, severity, message = '' } = findings[0]!;
      assert.deepEqual([findings.length, rule, severity], [1, 'firmware-unfit', 'warning']);
      assert.match(message, words);
      const check = await run('validate', ...launchOptions(name), '--json');
      assert.equal(check.status, 1, check.stderr);
      assert.match((JSON.parse(check.stdout) as { warnings: string[] }).warnings[0]!, words);
    });
  }

  it('explain puts it first under what remains', async () => {
    for (const [name, words] of [cases[0]!, ...cases.slice(-5)]) {
      const { status, stdout } = await run('explain', ...launchOptions(name), '--json');
      assert.equal(status, 1);
      const { remains } = JSON.parse(stdout) as { remains: { text: string }[] };
      assert.match(remains[0]!.text, words, name);
      assert.equal(remains.filter(({ text }) => words.test(text)).length, 1);
    }
  });

  it('an image has neither warning nor remark', async () => {
    const { stderr, stdout } = await run('digest', '--mode', 'sev', '--ovmf', 'IMAGE.fd', '--json');
    assert.deepEqual([stderr, 'findings' in (JSON.parse(stdout) as object)], ['', false]);
  });

  it('SNP refuses an empty image in one sentence, as a usage error', async () => {
    write('empty.fd', new Uint8Array(0));
    for (const mode of ['snp', 'snp:ovmf-hash']) {
      const { stdout, stderr, status } = await run(
        ...['digest', '--mode', mode, '--vcpus', '1', '--vcpu-type', 'EPYC', '--ovmf', 'empty.fd'],
      );
      const sentence = 'ERROR: empty.fd is empty: there is no firmware to measure.\n';
      assert.deepEqual([stdout, stderr, status], ['', sentence, 2], mode);
    }
  });

  it('SNP refuses what has no SEV metadata, with status 4', async () => {
    const { status } = await run(
      'digest',
      '--mode',
      'snp',
      '--vcpus',
      '1',
      '--vcpu-type',
      'EPYC',
      '--ovmf',
      'VARS.fd',
    );
    assert.equal(status, 4);
  });

  it('only what is mapped is said to be', async () => {
    for (const name of [
      'VARS.fd',
      'padded.fd',
      'noise.fd',
      'erased.fd',
      'aarch64-0.fd',
      'arm-variables-8.fd',
    ]) {
      const { stdout } = await run('ovmf', 'show', name);
      assert.doesNotMatch(stdout, /mapped at|SEV-ES|0xffff/, name);
      const json = await run('ovmf', 'show', name, '--json');
      assert.equal('base' in (JSON.parse(json.stdout) as object), false, name);
    }
    const { stdout } = await run('ovmf', 'show', 'IMAGE.fd');
    assert.match(stdout, /OVMF image, 65536 bytes \(64 KiB\), mapped at 0xffff0000/);
  });
});
