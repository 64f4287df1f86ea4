// The command line as a whole, on a machine in memory: whatever its arguments are, it ends with a status that means
// something and prints nothing that a terminal acts on.

import assert from 'node:assert/strict';
import { buildOvmf } from '../../../src/core/ovmf/build';
import { writeSample } from '../../../src/app/sample';
import { SAMPLE } from '../../../src/app/sampleNames';
import { COMMANDS } from '../../../src/cli/commands';
import { runProgram } from '../../../src/cli/program';
import { memoryIo } from '../../helpers/memoryIo';
import { capture } from '../output';
import { assertWellFormed } from '../xml';
import { assertPlain, textOf, textSeeds, type Target } from '../target';

const FOLDER = '/guest';
const sample = memoryIo();
/** A small firmware takes the place of the sample's: its launches match no longer, and thousands of runs take a minute. */
const ready = writeSample(sample, FOLDER).then(() => {
  sample.files.set(`${FOLDER}/OVMF.sample.fd`, { bytes: buildOvmf({ size: 0x1000 }), mode: 0o644 });
});
const KEY = '00112233445566778899aabbccddeeff';

const at = (...words: readonly string[]) => words.map((word) => word.replace('@', `${FOLDER}/`)).join('\n');
const LINES = [
  at('show', '@vcpu0.vmsa'),
  at('show', '@OVMF.sample.fd', '--json'),
  at('ovmf', 'lint', '@OVMF.sample.fd', '--json'),
  at('vmsa', 'show', '@vcpu0.vmsa', '--json'),
  at('vmsa', 'diff', '@vcpu0.vmsa', '@vcpu0-wrong.vmsa', '--markdown'),
  at('vmsa', 'export', '@vcpu0.vmsa', '--format', 'c'),
  at('vmsa', 'update', '@vcpu0.vmsa', '--set', 'rip=0xfff0'),
  at(
    'vmsa',
    'build',
    '@new.vmsa',
    '--cpu',
    '1',
    '--userspace',
    'qemu',
    '--family',
    '25',
    '--model',
    '1',
    '--stepping',
    '1',
    '--firmware',
    '@OVMF.sample.fd',
  ),
  at('validate', '--launch', `@${SAMPLE.sevEsMatches}`, '--json'),
  at('validate', '--launch', `@${SAMPLE.sevEsMismatch}`),
  at(
    'validate',
    '-f',
    '@OVMF.sample.fd',
    '--tik',
    '@tik.bin',
    '--measurement',
    'AAAA',
    '--api-major',
    '1',
    '--api-minor',
    '55',
    '--build-id',
    '24',
    '--policy',
    '1',
  ),
  at('launch', 'lint', `@${SAMPLE.sevEsMatches}`, '--json'),
  at('digest', '--mode', 'snp', '--vcpus', '2', '--vcpu-type', 'EPYC-Milan', '--ovmf', '@OVMF.sample.fd'),
  at(
    'digest',
    '--mode',
    'seves',
    '--vcpus=1',
    '--vcpu-sig',
    '0x00a00f11',
    '--ovmf',
    '@OVMF.sample.fd',
    '--matrix',
  ),
  at('sample', '@new'),
  at('explain', '--launch-digest', KEY, '--firmware', '@OVMF.sample.fd'),
];
const OPTIONS = [
  ...[
    '--json',
    '--markdown',
    '--quiet',
    '--help',
    '--version',
    '--',
    '-',
    '-f',
    '-n',
    '-m',
    '--all',
    '--volumes',
    '--output',
    '--vcpu',
    '--set',
  ],
  ...[
    '--cpu-model',
    '--profile',
    'snp',
    'sev-es',
    '--tk',
    '--tik',
    '--tek',
    KEY,
    '--domain',
    '--connect',
    'qemu:///system',
    '--insecure',
  ],
  ...[
    '--launch-digest',
    '--kernel',
    '--initrd',
    '--cmdline',
    '--policy',
    '--num-cpus',
    '--vmsa-cpu0',
    '--junit',
    '/guest/out.xml',
    '--format',
    'csv',
  ],
  ...[
    'show',
    'ovmf',
    'vmsa',
    'validate',
    'digest',
    'launch',
    'sample',
    '/guest',
    '/guest/vmlinuz',
    '/guest/none',
    '',
    '0x',
    '-1',
    '=',
    '\n',
  ],
];

const NO_BUG =
  /ERROR: .* (cannot be (read|written): |has no SEV-ES reset address)|ERROR: The part that talks to libvirt is missing/;

const commands: Target = {
  name: 'commands',
  form: 'text',
  most: 1500,
  slow: true,
  limit: 5000,
  seeds: textSeeds(...LINES),
  words: OPTIONS,
  async run(input) {
    await ready;
    const io = memoryIo();
    for (const [path, file] of sample.files) io.files.set(path, file);
    const argv = textOf(input).split('\n');
    // An argument of C ends at a NUL, and a search needs threads.
    if (argv.some((arg) => arg.includes('\0')) || argv.includes('explain')) return { feature: 'none' };
    const out = capture();
    const streams = { write: out.write };
    const status = await runProgram(COMMANDS, argv, { io, stdout: streams, stderr: streams });
    const text = out.text();
    // With the status of everything else ends only what peers end with it, too.
    assert.ok(status < 6 || NO_BUG.test(text), `status ${status}: ${text.slice(-300)}`);
    const isFile =
      argv.includes('-') || argv.includes('export') || argv.includes('update') || argv.includes('build');
    if (!isFile) assertPlain(text);
    const isKeyGiven = ['--tik', '--tek', '--tk'].some((name) =>
      argv.some((arg, i) => arg === name && argv[i + 1] === KEY),
    );
    if (isKeyGiven) assert.ok(!text.includes(KEY), 'a key is repeated');
    const junit = argv.indexOf('--junit');
    const written = junit >= 0 ? io.files.get(argv[junit + 1] ?? '') : undefined;
    if (written && !sample.files.has(argv[junit + 1]!)) assertWellFormed(textOf(written.bytes));
    const [first = ''] = text.split('\n');
    return {
      feature: `${argv[0]} ${argv[1]} ${status} ${first.replaceAll(/"[^"]*"|'[^']*'|\d+|\/\S+/g, '#').slice(0, 60)}`,
      result: [status, text.replaceAll(/"milliseconds": \d+|\d+ ms/g, '')],
    };
  },
};

/** The target of all commands. */
export const COMMAND_TARGETS: readonly Target[] = [commands];
