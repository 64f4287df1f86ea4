// The exit status when what is printed does not arrive, and when something fails that no code expects: 0 and 1 come
// from an answer only. Real processes, because streams and Node's own ways to end are part of it.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE } from '../../src/app/sampleNames';
import { CLI, run } from '../helpers/peer';
import { sevscope, useOneSample } from '../helpers/sample';

let folder: string;
useOneSample((made) => {
  folder = made;
  sevscope(
    folder,
    'vmsa',
    'build',
    'ap.vmsa',
    '--cpu',
    '1',
    '--userspace',
    'qemu',
    '--cpu-model',
    'EPYC-Milan',
    '--firmware',
    'OVMF.sample.fd',
  );
  const image = readFileSync(join(folder, 'OVMF.sample.fd'));
  writeFileSync(join(folder, 'broken.fd'), image.fill(0, image.length - 200));
});

/** Runs the command line in a shell, which arranges its streams. */
const shell = (command: string) =>
  run('bash', ['--norc', '-c', command.replaceAll('sevscope', `'${process.execPath}' '${CLI}'`)], folder);

/** Each command, the status of its answer, and what it prints to standard error. */
const COMMANDS: readonly [command: string, status: number, notes?: 'notes'][] = [
  ['--help', 0],
  ['--version', 0],
  [`validate --launch ${SAMPLE.sevEsMatches}`, 0],
  [`validate --launch ${SAMPLE.sevEsMatches} --json`, 0],
  [`validate --launch ${SAMPLE.sevEsMismatch}`, 1, 'notes'],
  [`validate --launch ${SAMPLE.sevEsMatches} ${SAMPLE.sevEsMismatch}`, 1],
  [`explain --launch ${SAMPLE.sevEsMismatch}`, 0],
  [`explain --launch ${SAMPLE.sevEsMismatch} --json`, 0],
  [`launch lint ${SAMPLE.sevEsMatches}`, 0],
  ['ovmf show OVMF.sample.fd', 0],
  ['ovmf lint OVMF.sample.fd', 0],
  ['ovmf lint broken.fd', 1],
  ['ovmf diff OVMF.sample.fd OVMF.sample.fd', 0],
  ['ovmf diff OVMF.sample.fd broken.fd', 1],
  ['show vcpu0.vmsa', 0],
  ['vmsa show vcpu0.vmsa', 0],
  ['vmsa diff vcpu0.vmsa vcpu0.vmsa', 0],
  ['vmsa diff vcpu0.vmsa ap.vmsa', 1],
  ['vmsa identify vcpu0.vmsa', 0],
  ['digest --mode sev -f OVMF.sample.fd', 0],
  ['digest --mode seves -f OVMF.sample.fd --matrix --vcpus 1-4', 0],
  ['validate --launch nowhere.sevlaunch.json', 6, 'notes'],
  ['ovmf show nowhere.fd', 6, 'notes'],
  ['vmsa show', 2, 'notes'],
];

/** One command for each status, with notes and without. */
const ONE_OF_EACH = [...new Map(COMMANDS.map((row) => [row.slice(1).join(), row])).values()];

/** What happens to the streams, and the status of a command whose answer has this one. */
const STREAMS: readonly [
  what: string,
  around: (command: string) => string,
  status: (own: number, notes: boolean) => number,
  printed: RegExp,
][] = [
  [
    'a full device for its answer',
    (command) => `${command} >/dev/full`,
    (own) => (own > 1 ? own : 6),
    /^ERROR: The answer cannot be written: there is no space left\.$/m,
  ],
  [
    'an answer that is opened for reading',
    (command) => `${command} 1</dev/null`,
    (own) => (own > 1 ? own : 6),
    /^ERROR: The answer cannot be written: it is not open for writing\.$/m,
  ],
  // Node opens what is closed as /dev/null.
  ['no standard output', (command) => `${command} >&-`, (own) => own, /^/],
  ['no standard error', (command) => `${command} 2>&-`, (own) => own, /^/],
  ['no streams', (command) => `${command} >&- 2>&- <&-`, (own) => own, /^$/],
  [
    'a full device for its notes',
    (command) => `${command} 2>/dev/full`,
    (own, notes) => (notes ? 6 : own),
    /^/,
  ],
  ['a full device for both', (command) => `${command} >/dev/full 2>&1`, () => 6, /^$/],
  [
    'a reader that leaves',
    (command) => `( ${command}; echo $? >&3 ) 3>&2 | true`,
    (own) => own,
    /^(?!.*ERROR: The answer)/s,
  ],
  [
    'readers of both that leave',
    (command) => `( ${command}; echo $? >&3 ) 3>&2 2>&1 | true`,
    (own) => own,
    /^/,
  ],
];

describe('The exit status of a command with', function () {
  this.timeout(120_000);
  for (const [i, [what, around, statusOf, printed]] of STREAMS.entries())
    for (const commands of i === 0 ? COMMANDS.map((row) => [row]) : [ONE_OF_EACH])
      it(`${what} is never 1 without a verdict: ${commands.map(([command]) => command).join(', ')}`, async () => {
        for (const [command, own, notes] of commands) {
          const { status: left, stdout, stderr } = await shell(around(`sevscope ${command}`));
          // Behind a pipe, the shell writes it.
          const piped = /^(\d+)\n$/m.exec(stderr)?.[1];
          const status = piped === undefined ? left : Number(piped);
          const said = `${command}: ${stdout}${stderr}`;
          assert.equal(status, statusOf(own, notes === 'notes'), said);
          if (status === 6 && own < 2) {
            assert.match(stderr, printed, said);
            assert.ok(stderr.split('\n').length <= 3, said);
          }
          assert.doesNotMatch(stderr, /^\s+at |node:/m, said);
        }
      });
});

describe('A file that cannot be written', () => {
  const outputs: readonly string[] = [
    `validate --launch ${SAMPLE.sevEsMatches} --junit`,
    'digest --mode seves -f OVMF.sample.fd --matrix --vcpus 1-4 --output',
    'vmsa build --cpu 0 --userspace qemu --cpu-model EPYC-Milan',
  ];
  for (const command of outputs) {
    it(`is a failure: ${command} /dev/full`, async () => {
      const { status, stderr } = await shell(`sevscope ${command} /dev/full`);
      assert.equal(status, 6, stderr);
      assert.match(stderr, /^ERROR: .*\/dev\/full cannot be written: there is no space left/);
    });
    it(`because the disk is full is left as it was: ${command} FILE`, async () => {
      writeFileSync(join(folder, 'old'), 'before');
      // No file may grow: what a full disk does, without a disk.
      const { status, stderr } = await shell(`ulimit -f 0; sevscope ${command} old`);
      assert.equal(status, 6, stderr);
      assert.match(
        stderr,
        /^ERROR: .*old cannot be written: the system allows no file of that size\. Nothing was changed\.\n$/,
      );
      assert.equal(readFileSync(join(folder, 'old'), 'utf8'), 'before');
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.includes('.partial')),
        [],
      );
    });
  }
});

/** What Node runs before the command line, to break something in it. */
const BREAKS: readonly [what: string, script: string, says: RegExp][] = [
  [
    'an exception that nobody catches',
    `setImmediate(() => { throw new Error('gone\\u001b[2K wrong'); });`,
    /gone.*wrong/,
  ],
  ['a text that is thrown', `setImmediate(() => { throw 'went wrong'; });`, /went wrong/],
  ['nothing that is thrown', `setImmediate(() => { throw undefined; });`, /undefined/],
  ['a promise that nobody awaits', `void Promise.reject(new Error('went wrong'));`, /went wrong/],
  [
    'a message with a key of the arguments',
    `setImmediate(() => { throw new Error(process.argv.at(-1)); });`,
    /withheld/,
  ],
  [
    'an answer that never comes',
    `const fs = require('node:fs'); fs.stat = fs.open = () => undefined;`,
    /ended without an answer/,
  ],
  [
    'a stack that is too small',
    `const fs = require('node:fs'); const deep = () => 1 + deep(); fs.stat = deep; fs.open = deep;`,
    /Maximum call stack/,
  ],
];

describe('A failure that no code expects', () => {
  const key = '00112233445566778899aabbccddeeff';
  for (const [what, script, says] of BREAKS)
    it(`is one line and the status of a bug: ${what}`, async () => {
      writeFileSync(join(folder, 'break.cjs'), script);
      const args = ['-r', './break.cjs', CLI, 'validate', '--launch', SAMPLE.sevEsMismatch, '--tik', key];
      const { status, stdout, stderr } = await run(process.execPath, args, folder);
      assert.deepEqual([status, stdout], [6, ''], stderr);
      assert.match(stderr, /^ERROR: .*\n$/);
      assert.ok(!stderr.includes('\u001b'));
      assert.match(stderr, says);
      assert.ok(!stderr.includes(key));
    });
});
