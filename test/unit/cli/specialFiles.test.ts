// Devices and pipes where the commands read files: refused, taken, and where nobody named them left alone.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE } from '../../../src/app/sampleNames';
import { runHere } from '../../helpers/cli';
import { useFolder } from '../../helpers/folder';
import { CLI, run } from '../../helpers/peer';

const MATCHES = ['--launch', SAMPLE.sevEsMatches];
const SECRET = ['--secret-header', 'h', '--secret-payload', 'p'];
const SEVES = ['digest', '--mode', 'seves', '--vcpus', '1', '--vcpu-type', 'EPYC-Milan'];
const SNP = ['digest', '--mode', 'snp', '--vcpus', '1', '--vcpu-type', 'EPYC-Milan'];
const FW = 'OVMF.sample.fd';

/** Where each command reads a file, as the file `X`. */
const READERS: readonly string[][] = [
  ['show', 'X'],
  ['ovmf', 'show', 'X'],
  ['ovmf', 'lint', 'X'],
  ['ovmf', 'diff', FW, 'X'],
  ['vmsa', 'show', 'X'],
  ['vmsa', 'export', 'X', '--as', 'c'],
  ['vmsa', 'update', 'X', '--set', 'rcx=1'],
  ['vmsa', 'update', 'vcpu0.vmsa', '--cpu', '1', '--firmware', 'X'],
  ['vmsa', 'build', 'new.vmsa', '--cpu', '1', '--cpu-model', 'EPYC-Milan', '--firmware', 'X'],
  ['vmsa', 'diff', 'X', 'vcpu0.vmsa'],
  ['vmsa', 'diff', 'vcpu0.vmsa', 'X'],
  ['vmsa', 'identify', 'X'],
  ['vmsa', 'identify', 'vcpu0.vmsa', '--firmware', 'X'],
  ['launch', 'lint', 'X'],
  ['validate', '--launch', 'X'],
  ['validate', ...MATCHES, '-f', 'X'],
  ['validate', ...MATCHES, '-k', 'X'],
  ['validate', ...MATCHES, '-r', 'X'],
  ['validate', '--launch', SAMPLE.sevEsMismatch, '-0', 'X'],
  ['validate', '--launch', SAMPLE.sevEsMismatch, '-n', '2', '-0', 'vcpu0.vmsa', '-1', 'X'],
  ['validate', ...MATCHES, '--tk', 'X'],
  ['validate', ...MATCHES, '--tik', 'X', '--tek', 'sample_tek.bin'],
  ['validate', ...MATCHES, '--tik', 'sample_tik.bin', '--tek', 'X', '-s', 'luks-key:README.md', ...SECRET],
  ['validate', ...MATCHES, '-s', 'luks-key:X', ...SECRET],
  ['explain', '--launch', 'X'],
  [...SEVES, '-f', 'X'],
  [...SNP, '-f', 'X'],
  [...SEVES, '-f', FW, '-k', 'X'],
  [...SEVES, '-f', FW, '-k', 'vmlinuz.sample', '-r', 'X'],
  ['digest', '--mode', 'snp:ovmf-hash', '-f', 'X'],
  ['digest', '--mode', 'sev', '-f', 'X'],
];

describe('A device where', () => {
  let folder: string;
  useFolder(async (made) => {
    folder = made;
    assert.equal((await runHere(['sample', '.'], folder)).status, 0);
    symlinkSync('/dev/zero', join(folder, 'zero'));
  });
  for (const args of READERS)
    it(`${args.join(' ')} reads a file is refused`, async () => {
      const { status, stdout, stderr } = await runHere(
        args.map((word) => word.replace(/^(luks-key:)?X$/, '$1zero')),
        folder,
      );
      assert.equal(status, 6, stderr);
      assert.doesNotMatch(stdout, /digest|[0-9a-f]{64}/);
      assert.match(
        stderr,
        /zero cannot be read: it is a character device, and a regular file or a pipe is wanted/,
      );
    });
  it('a launch file names a file is a problem of it', async () => {
    const launch = JSON.parse(readFileSync(join(folder, SAMPLE.sevEsMatches), 'utf8')) as object;
    const named = { firmware: 'zero', kernel: 'zero', initrd: 'zero', keys: { tik: 'zero', tek: 'zero' } };
    writeFileSync(join(folder, 'x.sevlaunch.json'), JSON.stringify({ ...launch, ...named }));
    const { status, stdout } = await runHere(['launch', 'lint', 'x.sevlaunch.json', '--json'], folder);
    assert.equal(status, 1);
    assert.equal(stdout.match(/it is a character device/g)?.length, 5);
    assert.match(stdout, /The key file cannot be read/);
  });
  it('standard input is expected is refused', async () => {
    for (const [device, kind] of [
      ['/dev/zero', 'character device'],
      ['/dev/null', 'character device'],
      ['.', 'folder'],
    ] as const) {
      const { status, stderr } = await run(
        'sh',
        ['-c', `"$0" "$1" show - <${device}`, process.execPath, CLI],
        folder,
      );
      assert.equal(status, 6);
      assert.match(stderr, new RegExp(`standard input cannot be read: it is a ${kind}`));
    }
  });
});

describe('A pipe', () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  useFolder(async (made) => {
    folder = made;
    assert.equal((await runHere(['sample', '.'], folder)).status, 0);
  });
  const bash = (line: string) => {
    const program = `sevscope() { "$0" "$1" "\${@:2}"; }; ${line}`;
    return run(
      'bash',
      ['--norc', '-c', program.replaceAll('sevscope ', `'${process.execPath}' '${CLI}' `)],
      folder,
    );
  };
  const said = /VMSA/;
  for (const [how, line] of [
    ['by process substitution', 'sevscope show <(cat vcpu0.vmsa)'],
    ['as /dev/stdin', 'cat vcpu0.vmsa | sevscope show /dev/stdin'],
    ['as /dev/fd/0', 'cat vcpu0.vmsa | sevscope show /dev/fd/0'],
    ['as -', 'cat vcpu0.vmsa | sevscope show -'],
    ['that is a file, as -', 'sevscope show - <vcpu0.vmsa'],
    ['that is a file, as /dev/stdin', 'sevscope show /dev/stdin <vcpu0.vmsa'],
    ['by its number', 'exec 3<vcpu0.vmsa; sevscope show /dev/fd/3'],
    ['with a file of which a part is read already', '(head -c 4096 >/dev/null; sevscope show -) <two.vmsa'],
  ] as const)
    it(`is read ${how}`, async () => {
      const page = readFileSync(at('vcpu0.vmsa'));
      writeFileSync(at('two.vmsa'), Buffer.concat([page, page]));
      const { status, stdout, stderr } = await bash(line);
      assert.deepEqual([status, stderr], [0, '']);
      assert.match(stdout, said);
    });
  it('that nobody named is not waited for', async () => {
    mkdirSync(at('.git'));
    for (const name of ['.gitignore', 'other.sevlaunch.json', 'OVMF.other.fd'])
      execFileSync('mkfifo', [at(name)]);
    const lint = await runHere(['launch', 'lint', SAMPLE.sevEsMatches, '--json'], folder);
    assert.match(lint.stdout, /is not ignored/);
    const explain = ['explain', '--launch', SAMPLE.sevEsMismatch, '--beside'];
    assert.equal((await runHere(explain, folder)).status, 0);
    for (const name of ['.gitignore', 'other.sevlaunch.json', 'OVMF.other.fd']) {
      rmSync(at(name));
      symlinkSync('/dev/zero', at(name));
    }
    assert.match((await runHere(['launch', 'lint', SAMPLE.sevEsMatches], folder)).stdout, /is not ignored/);
    assert.equal((await runHere(explain, folder)).status, 0);
  });
});
