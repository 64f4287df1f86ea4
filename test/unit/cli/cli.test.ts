// What the command line prints, as golden text that a reviewer can read (UPDATE_GOLDENS=1 writes it anew), its
// exit status, and that a page survives being built, changed and compared.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { compress } from 'lzma1';
import { buildOvmf } from '../../../src/core/ovmf/build';
import { LZMA } from '../../../src/core/ovmf/volumes/guids';
import { runHere } from '../../helpers/cli';
import { assertGolden } from '../../helpers/golden';
import { randomBytes, seeded } from '../../helpers/random';
import { ONE_VCPU, TWO_VCPUS } from '../../helpers/sampleDigests';
import { file, section, sections, utf16, variableVolume, volume } from '../../../src/core/ovmf/volumes/build';
import { SAMPLE } from '../../../src/app/sampleNames';
import { guided, join as joinBytes, variable } from '../../helpers/volumes';

let folder: string;
const cli = (...args: string[]) => runHere(args, folder);
const at = (name: string) => join(folder, name);

/** Volumes of files, of compressed files and of variables; `build` decides what is in them. */
function volumesWith(build: 1 | 2): Uint8Array {
  const guid = (n: number) => `aaaaaaaa-0000-4000-8000-00000000000${n}`;
  const code = (n: number) => Uint8Array.from({ length: 64 }, (_, i) => i ^ n);
  const module = (n: number, content = code(n)) =>
    file({
      guid: guid(n),
      type: 6,
      body: sections(section(0x10, content), section(0x15, utf16(`Module${n}`))),
    });
  const inner = volume({
    size: 0x400,
    name: guid(9),
    files: [module(1), module(2, code(2 * build)), ...(build === 2 ? [module(3)] : [])],
  });
  const body = sections(
    guided(LZMA, compress(section(0x17, inner))),
    // Data that no decoder takes.
    guided('a31280ad-481e-41b6-95e8-127f4c984779', code(build)),
  );
  return joinBytes(
    volume({
      size: 0x800,
      name: guid(8),
      files: [file({ guid: guid(7), type: 0x0b, body }), ...(build === 1 ? [module(4)] : [])],
    }),
    variableVolume(0x400, [variable('Boot0000', code(build)), variable('Lang', Uint8Array.of(1))]),
  );
}

/** An SNP launch of the sample's firmware, and the digest that sev-snp-measure has for two vCPUs of EPYC-Milan. */
const SNP_LAUNCH = [
  ...['-f', 'OVMF.sample.fd', '--num-cpus', '4', '--cpu-model', 'EPYC-Genoa', '--profile', 'snp'],
  '--launch-digest',
  TWO_VCPUS,
];
/** The same two vCPUs, with the digest that the tool has for one of them in place of the firmware. */
const SNP_KNOWN = [
  ...['--num-cpus', '1', '--cpu-model', 'EPYC-Milan', '--profile', 'snp', ...SNP_LAUNCH.slice(-2)],
  '--known-digest',
  ONE_VCPU,
];
/** All launches of the sample. */
const LAUNCHES = [SAMPLE.snpMatches, SAMPLE.snpMismatch, SAMPLE.sevEsMatches, SAMPLE.sevEsMismatch];
const SNP_LINE =
  "qemu-system-x86_64: sev_snp_launch_finish: SNP_LAUNCH_FINISH ret=-5 fw_error=11 'Bad measurement'";

/** A launch file with something wrong in most of its lines. */
const FAULTY_LAUNCH = `{
  "firmware": "none.fd",
  "cmdline": "quiet",
  "cpu": "EPYC-Milan", "vmsa": { "bsp": "README.md" },
  "keys": { "tik": "000102030405060708090a0b0c0d0e0f", "tek": "sample_tek.bin" },
  "launch": { "measurement": "", "apiMajor": 1, "apiMinor": 55, "buildId": "0x100", "policy": "0x44" }
}
`;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-cli-'));
  assert.equal((await cli('sample', '.')).status, 0);
  writeFileSync(at('tables.fd'), buildOvmf());
  writeFileSync(at('volumes-1.fd'), volumesWith(1));
  writeFileSync(at('volumes-2.fd'), volumesWith(2));
  writeFileSync(
    at('noise.bin'),
    Uint8Array.from({ length: 682 }, (_, i) => (i * i) & 0xff),
  );
  writeFileSync(at('odd.sevlaunch.json'), FAULTY_LAUNCH);
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('The command line prints', () => {
  const cases: [string, string[], number][] = [
    ['show-vmsa', ['show', 'vcpu0.vmsa'], 0],
    ['show-vmsa-json', ['vmsa', 'show', '--json', 'vcpu0-wrong.vmsa'], 0],
    ['show-ovmf', ['show', 'OVMF.sample.fd'], 0],
    ['ovmf-show-json', ['ovmf', 'show', '--json', 'tables.fd'], 0],
    ['ovmf-lint', ['ovmf', 'lint', 'OVMF.sample.fd'], 0],
    ['launch-lint', ['launch', 'lint', SAMPLE.sevEsMatches, 'odd.sevlaunch.json'], 1],
    ['launch-lint-json', ['launch', 'lint', 'odd.sevlaunch.json', '--json'], 1],
    ['launch-lint-clean', ['launch', 'lint', ...LAUNCHES], 0],
    ['launch-help', ['launch', 'record', '--help'], 0],
    ['ovmf-diff', ['ovmf', 'diff', 'OVMF.sample.fd', 'noise.bin'], 1],
    ['ovmf-diff-volumes', ['ovmf', 'diff', 'volumes-1.fd', 'volumes-2.fd'], 1],
    ['ovmf-diff-volumes-json', ['ovmf', 'diff', 'volumes-1.fd', 'volumes-2.fd', '--json'], 1],
    ['ovmf-diff-volumes-markdown', ['ovmf', 'diff', 'volumes-1.fd', 'volumes-2.fd', '--markdown'], 1],
    ['ovmf-diff-equal', ['ovmf', 'diff', 'OVMF.sample.fd', 'OVMF.sample.fd'], 0],
    ['ovmf-lint-errors', ['ovmf', 'lint', 'noise.bin'], 1],
    ['ovmf-lint-text', ['ovmf', 'lint', 'README.md'], 1],
    ['ovmf-lint-json', ['ovmf', 'lint', '--json', 'README.md'], 1],
    ['show-unknown', ['show', 'noise.bin'], 0],
    ['show-text', ['show', 'README.md'], 2],
    ['diff-generated', ['vmsa', 'diff', 'vcpu0-wrong.vmsa', '--cpu-model', 'EPYC-Milan'], 1],
    ['diff-generated-json', ['vmsa', 'diff', 'vcpu0-wrong.vmsa', '--cpu-model', 'EPYC-Milan', '--json'], 1],
    ['diff-files', ['vmsa', 'diff', 'vcpu0-wrong.vmsa', 'vcpu0.vmsa'], 1],
    ['diff-markdown', ['vmsa', 'diff', 'vcpu0-wrong.vmsa', '--cpu-model', 'EPYC-Milan', '--markdown'], 1],
    ['identify', ['vmsa', 'identify', 'vcpu0.vmsa', '--firmware', 'OVMF.sample.fd'], 0],
    ['export-c', ['vmsa', 'export', 'vcpu0.vmsa', '--as', 'c'], 0],
    ['export-help', ['vmsa', 'export', '--help'], 0],
    ['diff-equal', ['vmsa', 'diff', 'vcpu0.vmsa', '--profile', 'sev-es'], 0],
    ['validate-snp-matches', ['validate', '--launch', SAMPLE.snpMatches, '--debug'], 0],
    ['validate-sample-snp-mismatch', ['validate', '--launch', SAMPLE.snpMismatch], 1],
    ['validate-matches', ['validate', '--launch', SAMPLE.sevEsMatches, '--debug'], 0],
    ['validate-mismatch', ['validate', '--launch', SAMPLE.sevEsMismatch], 1],
    ['validate-json', ['validate', '--launch', SAMPLE.sevEsMatches, '--json'], 0],
    ['validate-help', ['validate', '--help'], 0],
    ['explain-one', ['explain', '--launch', SAMPLE.sevEsMatches, '-n', '4'], 0],
    ['explain-two', ['explain', '--launch', SAMPLE.sevEsMismatch], 0],
    ['explain-json', ['explain', '--launch', SAMPLE.sevEsMatches, '--policy', '4', '--json'], 0],
    [
      'explain-nothing',
      ['explain', '--launch', SAMPLE.sevEsMatches, '-e', 'another', '-m', 'A'.repeat(64), '--max-cpus', '4'],
      1,
    ],
    [
      'explain-digest',
      ['explain', '--launch', SAMPLE.sevEsMatches, '--launch-digest', '0'.repeat(64), '--max-cpus', '4'],
      1,
    ],
    ['explain-snp', ['explain', ...SNP_LAUNCH], 0],
    ['explain-line', ['explain', SNP_LINE], 0],
    ['explain-known', ['explain', ...SNP_KNOWN, '--reset-address', '0x80b004'], 0],
    ['explain-match', ['explain', '--launch', SAMPLE.sevEsMatches], 0],
    ['explain-help', ['explain', '--help'], 0],
    ['digest-help', ['digest', '--help'], 0],
    ['help', ['--help'], 0],
  ];
  for (const [name, args, status] of cases) {
    it(`${args.join(' ')} (exit status ${status})`, async () => {
      const { stdout, stderr, ...outcome } = await cli(...args);
      const text = `${stdout}${stderr}`.replaceAll(`${folder}/`, '');
      assertGolden(name, text);
      assert.equal(outcome.status, status);
    });
  }
});

describe('The command line lists firmware volumes', () => {
  const guid = 'aaaaaaaa-0000-4000-8000-000000000001';
  const body = sections(section(0x10, new Uint8Array(40)), section(0x15, utf16('One\u001b[1A')));
  const image = joinBytes(
    volume({ size: 0x400, name: guid, files: [file({ guid, type: 7, body })] }),
    variableVolume(0x400, [variable('Boot0000', new Uint8Array(5))]),
  );
  const show = async (bytes: Uint8Array, ...options: string[]) => {
    writeFileSync(at('volumes.fd'), bytes);
    return (await cli('ovmf', 'show', 'volumes.fd', ...options)).stdout;
  };
  const shown = async (...options: string[]) => {
    const stdout = await show(image, ...options);
    return stdout.slice(stdout.indexOf('Firmware volumes'), stdout.indexOf('\n\nFindings')).split('\n');
  };
  it('with counts', async () => {
    assert.deepEqual(await shown(), [
      'Firmware volumes',
      `0x000000  ${guid}, FFS2, 1024 bytes (1 KiB), 1 file`,
      '0x000400  NVRAM, 1024 bytes (1 KiB)',
      '  0x000448  authenticated variables, 952 bytes, 1 variable and 0 deleted',
    ]);
  });
  it('with all files and variables, whose names cannot move the cursor', async () => {
    const lines = await shown('--volumes');
    assert.deepEqual(lines.slice(2, 3), [`  0x000060  One\\u001b[1A, DXE driver, 88 bytes, ${guid}`]);
    assert.deepEqual(lines.slice(-1), ['    0x000464  Boot0000, valid, 5 bytes, EFI global variable']);
  });
  it('with the values, times and states of variables', async () => {
    const vendor = 'd719b2cb-3d3a-4596-a3bc-dad00e67656f';
    const time = Uint8Array.of(0xe8, 7, 2, 29, 12, 5, 9, ...new Uint8Array(9));
    const started = new Uint8Array(60).fill(0xff);
    started.set([0xaa, 0x55]);
    const variables = [
      variable('Timeout', Uint8Array.of(5, 0), 0x3e),
      variable('Timeout', Uint8Array.of(6, 0)),
      variable('dbx', new Uint8Array(8), 0x3f, { vendor, time }),
      variable('Mine', new Uint8Array(1), 0x7f, { vendor: guid }),
      started,
    ];
    const stdout = await show(variableVolume(0x400, variables), '--volumes');
    assert.deepEqual(
      stdout.split('\n').filter((line) => /^ {2,4}0x/.test(line)),
      [
        '  0x000048  authenticated variables, 952 bytes, 2 variables, 0 deleted, 1 replaced, 1 incomplete and 1 unwritten',
        '    0x000064  Timeout, replaced, 5 s, EFI global variable',
        '    0x0000b4  Timeout, valid, 6 s, EFI global variable',
        '    0x000104  dbx, valid, 8 bytes, signed 2024-02-29 12:05:09, image security database',
        `    0x000150  Mine, incomplete, 1 byte, ${guid}`,
        '    0x000198  unwritten',
      ],
    );
  });
  it('with why a section was not decoded', async () => {
    const bytes = volume({
      size: 0x400,
      files: [file({ guid, type: 2, body: guided(guid, new Uint8Array(8)) })],
    });
    const reason = 'no decoder for this method is known';
    const text = `    0x000060  ${guid} section, 32 bytes, not decoded: ${reason}`;
    assert.ok((await show(bytes, '--volumes')).split('\n').includes(text));
    const { undecoded } = JSON.parse(await show(bytes, '--json')) as { undecoded: unknown };
    assert.deepEqual(undecoded, [{ offset: 0x60, size: 32, method: guid, why: 'unknown-method', reason }]);
  });
});

describe('The command line refuses with one line and exit status', () => {
  const cases: [string[], number, RegExp][] = [
    [[], 2, /Usage: sevscope/],
    [['nothing'], 2, /unknown command 'nothing'/],
    [['show'], 2, /missing required argument 'file'/],
    [['show', 'nowhere'], 6, /^ERROR: nowhere cannot be read: there is no such file/],
    [['vmsa', 'show', 'README.md'], 2, /^ERROR: README\.md is not a VMSA page\. It has \d+ bytes/],
    [['vmsa', 'show', 'OVMF.sample.fd'], 2, /open it as an OVMF image/],
    [['vmsa', 'build', 'x.vmsa'], 2, /family, model and stepping/],
    [['vmsa', 'build', 'x.vmsa', '--family', '25'], 2, /all three/],
    [['vmsa', 'build', 'x.vmsa', '--cpu-model', 'EPYC', '--family', '25'], 2, /by name and by numbers/],
    [['vmsa', 'build', 'x.vmsa', '--cpu-model', 'epyc'], 2, /"epyc" is not a QEMU CPU model/],
    [['vmsa', 'build', 'x.vmsa', '--cpu-model', 'EPYC', '--cpu', '1'], 2, /needs the SEV-ES reset address/],
    [
      ['vmsa', 'build', 'x.vmsa', '--cpu-model', 'EPYC', '--cpu', '1', '--firmware', 'README.md'],
      6,
      /no SEV-ES reset address/,
    ],
    [['vmsa', 'build', 'x.vmsa', '--cpu-model', 'EPYC', '--userspace', 'ec2'], 2, /qemu, krun/],
    [['vmsa', 'build', 'none/x.vmsa', '--cpu-model', 'EPYC'], 6, /cannot be written/],
    [['vmsa', 'build', 'x.vmsa', '--family', '271', '--model', '0', '--stepping', '0'], 2, /from 0 to 270/],
    [['vmsa', 'diff', 'vcpu0.vmsa'], 2, /Compare with what/],
    [['vmsa', 'diff', 'vcpu0.vmsa', 'vcpu0.vmsa', '--profile', 'sev-es'], 2, /not both/],
    [['validate', '--launch', 'README.md'], 2, /is not a launch file/],
    [['explain', '--launch', 'README.md'], 2, /is not a launch file/],
    [['explain'], 2, /Nothing says which launch is to be explained/],
    [['explain', '--tk', 'k', '-m', 'A'], 2, /--api-major is missing/],
    [['explain', '--launch-digest', '00'.repeat(32)], 2, /--firmware is missing/],
    [['explain', '--launch-digest', '0'], 2, /is an odd number of hexadecimal digits \(1\)/],
    [['explain', '--launch-digest', '00'.repeat(48)], 2, /--firmware is missing/],
    [['explain', '--launch-digest', '00'.repeat(47)], 2, /it must be 32 bytes, of SEV-SNP 48/],
    [
      ['explain', '-f', 'OVMF.sample.fd', '--launch-digest', '00'.repeat(32), '--known-digest', ONE_VCPU],
      2,
      /it is for launch digests of SEV-SNP/,
    ],
    [['explain', SAMPLE.snpMatches], 2, /is a launch file, .* sevscope explain --launch 1-snp/],
    [['explain', 'OVMF.sample.fd'], 2, /sevscope explain --launch-digest DIGEST --firmware OVMF\.sample\.fd/],
    [['explain', 'vcpu0.vmsa'], 2, /is a VMSA, .* sevscope vmsa identify vcpu0\.vmsa/],
    [['explain', 'README.md'], 2, /is a text, .* sevscope explain - < README\.md/],
    [['explain', '.'], 2, /\. is a folder, and a line of a log is wanted/],
    [['explain', 'none.fd'], 2, /none\.fd is no line of a log that is known here, and no file/],
    [['explain', '--launch', SAMPLE.snpMatches, '-e', 'a\ufffd'], 2, /bytes that are not UTF-8/],
    [['explain', '-f', 'README.md', '--launch-digest', '00'.repeat(48)], 4, /no SEV metadata|whole pages/],
    [['explain', ...SNP_KNOWN], 2, /--reset-address is missing/],
    [
      ['explain', '--launch-digest', '00'.repeat(48), '--known-digest', ONE_VCPU, '-f', 'OVMF.sample.fd'],
      2,
      /--num-cpus is missing: how many vCPUs are in --known-digest/,
    ],
    [['explain', '--known-digest', ONE_VCPU, '-n', '1'], 2, /--launch-digest is missing/],
    [['explain', 'no such line'], 1, /NOT EXPLAINED: None of these lines/],
    [['explain', '--launch', SAMPLE.sevEsMatches, '--max-cpus', '0'], 2, /number from 1 to 4096/],
    [['explain', '--launch', SAMPLE.sevEsMatches, '-k', 'none'], 6, /there is no such file/],
    [['validate', '--domain', 'guest', '--policy', '5'], 2, /guest owner's keys are missing/],
    [['validate', '--domain', 'guest', '--inject-secret', 'a:b'], 2, /guest owner's keys are missing/],
    [['validate', '--launch', SAMPLE.sevEsMatches, '--timeout', '5'], 2, /--timeout is about a running/],
    [['validate', '--domain', 'guest', '--timeout', '0'], 2, /number from 1 to 3600/],
    [['validate', '--domain', 'guest', '--timeout', '3601'], 2, /number from 1 to 3600/],
    [
      ['validate', '--launch', SAMPLE.sevEsMatches, '--domain', 'guest', '--secret-header', 'h'],
      2,
      /secrets go to the guest itself/,
    ],
    [['validate', '--launch', SAMPLE.sevEsMatches, '--policy', '-1'], 2, /number from 0/],
  ];
  for (const [args, status, message] of cases) {
    it(`${status}: ${args.join(' ')}`, async () => {
      const { stderr, stdout, ...outcome } = await cli(...args);
      assert.match(stderr, message);
      assert.equal(stdout, '');
      assert.equal(outcome.status, status);
      assert.ok(!existsSync(at('x.vmsa')));
    });
  }
  it('nothing at all with --quiet, for a match and a mismatch', async () => {
    for (const name of LAUNCHES) {
      const outcome = await cli('validate', '-q', '--launch', name);
      const status = name.includes('mismatch') ? 1 : 0;
      assert.deepEqual([outcome.status, outcome.stdout, outcome.stderr], [status, '', '']);
    }
  });
});

describe('vmsa build, update and diff', () => {
  it('build what diff finds equal, for both roles and profiles', async () => {
    const page = ['--cpu-model', 'EPYC-Genoa', '--firmware', 'OVMF.sample.fd'];
    for (const cpu of ['0', '1', '7']) {
      for (const profile of ['sev-es', 'sev-es-init2']) {
        const args = [...page, '--cpu', cpu, '--profile', profile];
        assert.equal((await cli('vmsa', 'build', 'built.vmsa', '--userspace', 'qemu', ...args)).status, 0);
        assert.equal(statSync(at('built.vmsa')).size, 4096);
        assert.equal((await cli('vmsa', 'diff', 'built.vmsa', ...args)).status, 0);
      }
    }
  });
  it('update the CPU and the start of an additional vCPU, and keep every other byte', async () => {
    const before = Buffer.from(randomBytes(seeded(4), 4096));
    writeFileSync(at('random.vmsa'), before);
    const args = [
      '--cpu',
      '1',
      '--family',
      '25',
      '--model',
      '17',
      '--stepping',
      '1',
      '--firmware',
      'OVMF.sample.fd',
    ];
    assert.equal((await cli('vmsa', 'update', 'random.vmsa', ...args)).status, 0);
    const expected = Buffer.from(before);
    expected.writeBigUInt64LE(0x00a10f11n, 0x310);
    expected.writeBigUInt64LE(0x00800000n, 0x18);
    expected.writeBigUInt64LE(0xb004n, 0x178);
    assert.deepEqual(readFileSync(at('random.vmsa')), expected);
  });
  it('update leaves the start of a boot processor alone, whose page says what it is', async () => {
    writeFileSync(at('bsp.vmsa'), readFileSync(at('vcpu0.vmsa')));
    assert.match(
      (await cli('vmsa', 'update', 'bsp.vmsa', '--firmware', 'OVMF.sample.fd')).stdout,
      /nothing to change/,
    );
    assert.equal((await cli('vmsa', 'update', 'bsp.vmsa', '--firmware', 'nowhere')).status, 6);
    assert.deepEqual(readFileSync(at('bsp.vmsa')), readFileSync(at('vcpu0.vmsa')));
  });
  it('leave a file alone that needs no change', async () => {
    const { mtimeMs } = statSync(at('vcpu0.vmsa'));
    assert.match(
      (await cli('vmsa', 'update', 'vcpu0.vmsa', '--cpu-model', 'EPYC-Milan')).stdout,
      /nothing to change/,
    );
    assert.equal(statSync(at('vcpu0.vmsa')).mtimeMs, mtimeMs);
  });
  it('read launches that options change', async () => {
    const args = ['validate', '--launch', SAMPLE.sevEsMismatch, '--vmsa-cpu0', 'vcpu0.vmsa'];
    assert.equal((await cli(...args)).status, 0);
    assert.equal((await cli(...args, '--policy', '0x7')).status, 1);
  });
});

describe('Text from a file', () => {
  it('cannot move the cursor of a terminal or forge a line', async () => {
    const launch = JSON.parse(readFileSync(at(SAMPLE.sevEsMatches), 'utf8')) as Record<string, unknown>;
    const forged = '\u001b[1A\u001b[2K\nOK: forged\u202e';
    writeFileSync(at('forged.sevlaunch.json'), JSON.stringify({ ...launch, cmdline: forged }));
    const { stdout, status } = await cli('validate', '--launch', 'forged.sevlaunch.json');
    assert.equal(status, 1);
    for (const c of ['\u001b', '\u202e']) assert.ok(!stdout.includes(c));
    assert.ok(!stdout.split('\n').some((line) => line.startsWith('OK')));
  });
});

describe('show', () => {
  const piped = (command: string) =>
    spawnSync(
      'bash',
      ['--norc', '-o', 'pipefail', '-c', `"${process.execPath}" "${resolve('dist/sevscope.js')}" ${command}`],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
  it('ends quietly when its reader does, and keeps its exit status', () => {
    const shown = piped('show --all vcpu0.vmsa | head -n 1');
    assert.match(shown.stdout, /^vcpu0\.vmsa: VMSA/);
    assert.deepEqual([shown.status, shown.stderr], [0, '']);
    assert.equal(piped(`validate --launch ${SAMPLE.sevEsMismatch} | true`).status, 1);
    assert.equal(piped(`validate --debug --launch ${SAMPLE.sevEsMatches} | true`).status, 0);
    assert.equal(piped('show nowhere').status, 6);
  });
  it('takes every input of a check from a pipe', () => {
    const files = {
      firmware: 'OVMF.sample.fd',
      kernel: 'vmlinuz.sample',
      initrd: 'initrd.sample',
      tik: 'sample_tik.bin',
      tek: 'sample_tek.bin',
    };
    const options = Object.entries(files).map(([name, file]) => `--${name} <(cat ${file})`);
    const { status, stderr } = piped(`validate --launch ${SAMPLE.sevEsMatches} ${options.join(' ')}`);
    assert.deepEqual([status, stderr], [0, '']);
  });
  it('gives JSON that holds every byte of a page', async () => {
    const page = randomBytes(seeded(9), 4096);
    writeFileSync(at('r.vmsa'), page);
    const { fields } = JSON.parse((await cli('show', '--json', 'r.vmsa')).stdout) as {
      fields: { offset: number; size: number; value: number | string }[];
    };
    const back = Buffer.alloc(4096);
    for (const { offset, size, value } of fields) {
      if (typeof value === 'string' && !value.startsWith('0x')) back.set(Buffer.from(value, 'hex'), offset);
      else for (let i = 0, n = BigInt(value); i < size; i++, n >>= 8n) back[offset + i] = Number(n & 0xffn);
    }
    assert.deepEqual(back, Buffer.from(page));
  });
});
