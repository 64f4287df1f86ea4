// No output replaces an input or another output: each output of each command, of the real command table, is set on
// each of its inputs and on each other output, by every kind of name that a file can have.

import assert from 'node:assert/strict';
import { linkSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command, Option } from 'commander';
import { COMMANDS as ALL } from '../../../src/cli/commands';
import { ARGUMENTS, FILE_OPTIONS, commandName } from '../../../src/cli/files';
import { buildProgram } from '../../../src/cli/program';
import { printer } from '../../../src/cli/terminal';
import { SAMPLE } from '../../../src/app/sampleNames';
import { run, CLI } from '../../helpers/peer';
import { runHere } from '../../helpers/cli';
import { useFolder } from '../../helpers/folder';
import { io } from '../../helpers/io';

const silent = { isTTY: false, write: () => true };
const streams = { stdout: silent, stderr: silent };
const program = buildProgram(
  ALL,
  { io, ...streams, workerPath: resolve('dist/libvirtWorker.js') },
  printer(streams, (text) => text),
  () => undefined,
);

const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
const COMMANDS = leaves(program);

/** The file that one argument or option of a command names: the words that name it so, on a command line. */
interface Slot {
  readonly name: string;
  readonly words: (path: string) => string[];
}

const isPath = ({ flags }: Option) => /<(?:name:)?path(?:\.\.\.)?>/.test(flags);
const slot = ({ long }: Option): Slot => ({
  name: long!,
  words: (path) => [long!, long === '--inject-secret' ? `luks-key:${path}` : path],
});

const optionsFor = (command: Command, use: 'read' | 'written') =>
  command.options.filter(({ long }) => FILE_OPTIONS[long ?? ''] === use).map(slot);

/** A line with everything that commander asks for, and the argument, if there is one, at `argument`. */
function line(command: Command, argument: string, ...slots: string[][]): string[] {
  const needed = command.options
    .filter(({ mandatory, long }) => mandatory && !FILE_OPTIONS[long ?? ''])
    .flatMap(({ long, argChoices }) => [long!, argChoices?.[0] ?? 'x']);
  const args = command.registeredArguments.filter(({ required }) => required);
  return [...commandName(command).split(' '), ...args.map(() => argument), ...needed, ...slots.flat()];
}

/** Ways to name `file` once more. */
const ALIASES: readonly (readonly [string, (at: (name: string) => string) => string])[] = [
  ['its own name', () => 'file'],
  ['another spelling', () => './folder/../file'],
  ['its whole path', (at) => at('file')],
  [
    'a link',
    (at) => {
      symlinkSync('file', at('link'));
      return 'link';
    },
  ],
  [
    'a hard link',
    (at) => {
      linkSync(at('file'), at('hard'));
      return 'hard';
    },
  ],
  [
    'a link to its folder',
    (at) => {
      symlinkSync('.', at('here'));
      return 'here/file';
    },
  ],
];

describe('The outputs of a command', () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  useFolder((made) => {
    folder = made;
    mkdirSync(at('folder'));
    for (const name of ['file', 'other']) writeFileSync(at(name), `${name} as it was`);
  });

  /** Runs a line that must be refused, and change nothing. */
  async function refuse(args: string[], says: RegExp): Promise<void> {
    const before = readdirSync(folder).sort();
    const { status, stdout, stderr } = await runHere(args, folder);
    assert.deepEqual([status, stdout], [2, ''], `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, says, args.join(' '));
    assert.equal(stderr.trimEnd().split('\n').length, 1);
    assert.deepEqual(readdirSync(folder).sort(), before);
    for (const name of ['file', 'other']) assert.equal(readFileSync(at(name), 'utf8'), `${name} as it was`);
  }

  it('are known, as are its inputs', () => {
    const named = new Set<string>();
    for (const command of COMMANDS)
      for (const option of command.options.filter(isPath)) {
        assert.ok(FILE_OPTIONS[option.long!], `${commandName(command)} ${option.flags}`);
        named.add(option.long!);
      }
    assert.deepEqual([...named].sort(), Object.keys(FILE_OPTIONS).sort());
    for (const name of Object.keys(ARGUMENTS))
      assert.ok(
        COMMANDS.some((c) => commandName(c) === name),
        name,
      );
    const outputs = COMMANDS.filter(
      (c) => optionsFor(c, 'written').length > 0 || ARGUMENTS[commandName(c)] !== undefined,
    );
    assert.deepEqual(outputs.map(commandName).sort(), [
      'digest',
      'id-block create',
      'launch record',
      'report export',
      'sample',
      'validate',
      'vmsa build',
      'vmsa export',
      'vmsa update',
    ]);
  });

  for (const command of COMMANDS) {
    const name = commandName(command);
    const written = optionsFor(command, 'written');
    const read = optionsFor(command, 'read');
    const argument = command.registeredArguments.length > 0 ? (ARGUMENTS[name] ?? 'read') : undefined;
    if (argument === 'folder') continue;
    for (const [how, alias] of ALIASES) {
      for (const output of written) {
        for (const input of read)
          it(`of ${name}: ${output.name} is not ${input.name} by ${how}`, () =>
            refuse(line(command, 'other', output.words(alias(at)), input.words('file')), /would overwrite/));
        if (argument === 'read')
          it(`of ${name}: ${output.name} is not its argument by ${how}`, () =>
            refuse(line(command, 'file', output.words(alias(at))), /would overwrite/));
      }
      if (argument === 'written')
        for (const input of read)
          it(`of ${name}: its argument is not ${input.name} by ${how}`, () =>
            refuse(line(command, alias(at), input.words('file')), /would overwrite/));
      for (const [i, first] of written.entries())
        for (const second of written.slice(i + 1))
          it(`of ${name}: ${first.name} is not ${second.name} by ${how}`, () =>
            refuse(
              line(command, 'other', first.words('file'), second.words(alias(at))),
              /are the same file/,
            ));
    }
    for (const [i, first] of written.entries())
      for (const second of written.slice(i + 1))
        it(`of ${name}: ${first.name} is not ${second.name} before either is there`, () =>
          refuse(
            line(command, 'other', first.words('new'), second.words('folder/../new')),
            /are the same file/,
          ));
  }

  it('may share what takes more than one: a terminal, a pipe, /dev/null', async () => {
    const both = ['--secret-header', '/dev/null', '--secret-payload', '/dev/null', '--junit', '/dev/null'];
    const { stderr } = await runHere(['validate', ...both], folder);
    assert.doesNotMatch(stderr, /are the same file|would overwrite/);
  });
  it('are not the file that standard output goes to, unless they are named so', async () => {
    const digest = [
      ...line(
        COMMANDS.find((c) => c.name() === 'digest')!,
        '',
      ),
      '--matrix',
      '--output',
    ];
    const shell = (output: string) =>
      run('sh', ['-c', `"$@" >>file`, 'sh', process.execPath, CLI, ...digest, output], folder);
    assert.match((await shell('file')).stderr, /standard output and --output are the same file/);
    assert.doesNotMatch((await shell('/dev/stdout')).stderr, /same file/);
    assert.equal(readFileSync(at('file'), 'utf8'), 'file as it was');
  });
  it('are not the files that a launch file names, in one check or several', async () => {
    const launch = (given: object) =>
      JSON.stringify({
        firmware: 'other',
        keys: { tk: 'other' },
        launch: { measurement: '', apiMajor: 1, apiMinor: 1, buildId: 1, policy: 1 },
        ...given,
      });
    const named: object[] = [
      { firmware: 'file' },
      { kernel: 'file' },
      { kernel: 'other', initrd: 'file' },
      { vmsa: { bsp: 'file' } },
      { vmsa: { bsp: 'other', ap: 'file' } },
      { keys: { tk: 'file' } },
      { keys: { tik: 'file' } },
      { keys: { tik: 'other', tek: 'file' } },
    ];
    writeFileSync(at('plain.sevlaunch.json'), launch({}));
    for (const given of named) {
      writeFileSync(at('x.sevlaunch.json'), launch(given));
      const one = ['validate', '--launch', 'x.sevlaunch.json'];
      await refuse([...one, '--junit', 'file'], /--junit would overwrite/);
      await refuse([...one, '--secret-header', 'file', '--secret-payload', 'new'], /--secret-header would/);
      await refuse([...one, 'plain.sevlaunch.json', '--junit', 'file'], /--junit would overwrite/);
    }
    await refuse(
      ['validate', '--launch', '*.json', '--junit', 'x.sevlaunch.json'],
      /--junit would overwrite/,
    );
  });
  it('of a sample are files of their own', async () => {
    symlinkSync('../file', at('folder/vcpu0.vmsa'));
    symlinkSync('../file', at('folder/README.md'));
    const { status, stderr } = await runHere(['sample', 'folder'], folder);
    assert.deepEqual([status, readFileSync(at('file'), 'utf8')], [2, 'file as it was']);
    assert.match(stderr, /vcpu0\.vmsa and README\.md are the same file/);
    assert.deepEqual(readdirSync(at('folder')).sort(), ['README.md', 'vcpu0.vmsa']);
  });
  it("of a sample never replace somebody's own", async () => {
    for (const name of ['README.md', 'vcpu0.vmsa', 'sample_tik.bin']) {
      mkdirSync(at('own'));
      writeFileSync(at(`own/${name}`), 'her own');
      await refuse(['sample', 'own'], new RegExp(`own has a ${name} that is not of a sample`));
      assert.equal(readFileSync(at(`own/${name}`), 'utf8'), 'her own');
      assert.deepEqual(readdirSync(at('own')), [name]);
      rmSync(at('own'), { recursive: true });
    }
    assert.equal((await runHere(['sample', 'own'], folder)).status, 0);
    rmSync(at('own/vcpu0.vmsa'));
    writeFileSync(at('own/vcpu0-wrong.vmsa'), 'spoilt');
    assert.equal((await runHere(['sample', 'own'], folder)).status, 0, 'a sample is made whole again');
    assert.equal(readFileSync(at('own/vcpu0-wrong.vmsa')).length, 4096);
  });
  it('replace the page that is updated, which is what it is for', async () => {
    assert.equal((await runHere(['sample', 'sample'], folder)).status, 0);
    const page = at('sample/vcpu0.vmsa');
    const before = readFileSync(page);
    const { status, stderr } = await runHere(['vmsa', 'update', page, '--set', 'rcx=0x7'], folder);
    assert.deepEqual([status, stderr], [0, '']);
    assert.notDeepEqual(readFileSync(page), before);
  });
});

describe('The two files of sealed secrets', () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  useFolder(async (made) => {
    folder = made;
    assert.equal((await runHere(['sample', '.'], folder)).status, 0);
    writeFileSync(at('secret'), 'a secret');
  });
  const seal = (header: string, payload: string) =>
    runHere(
      [
        ...['validate', '--launch', SAMPLE.sevEsMatches, '-s', 'luks-key:secret'],
        ...['--secret-header', header, '--secret-payload', payload],
      ],
      folder,
    );

  it('are both written', async () => {
    writeFileSync(at('header'), 'old', { mode: 0o600 });
    const { status, stdout } = await seal('header', 'payload');
    assert.equal(status, 0);
    assert.match(stdout, /sealed 1 secret/);
    assert.equal(Buffer.from(readFileSync(at('header'), 'utf8'), 'base64').length, 52);
    assert.equal(Buffer.from(readFileSync(at('payload'), 'utf8'), 'base64').length, 48);
    assert.deepEqual(
      readdirSync(folder).filter((name) => !Object.values<string>(SAMPLE).includes(name)),
      ['header', 'payload', 'secret'],
    );
  });
  for (const [what, payload] of [
    ['a folder that is not there', 'none/payload'],
    ['a folder', 'folder'],
    ['a full device', '/dev/full'],
  ] as const)
    for (const old of [undefined, 'the header before'])
      it(`are neither written when the second is ${what}${old === undefined ? '' : ', and the first was there'}`, async () => {
        mkdirSync(at('folder'));
        if (old !== undefined) writeFileSync(at('header'), old);
        const before = readdirSync(folder).sort();
        const { status, stdout, stderr } = await seal('header', payload);
        assert.equal(status, 6);
        assert.doesNotMatch(stdout, /sealed/);
        assert.match(stderr, /cannot be written: (?:it is|there is|you may)[a-z ]+\. Nothing was changed\./);
        assert.deepEqual(readdirSync(folder).sort(), before);
        if (old !== undefined) assert.equal(readFileSync(at('header'), 'utf8'), old);
      });
  it('are given both or not at all, before anything is read', async () => {
    for (const option of ['--secret-header', '--secret-payload'])
      for (const rest of [[], ['-s', 'luks-key:secret'], ['-q']]) {
        const { status, stderr } = await runHere(
          ['validate', '--launch', 'nowhere.sevlaunch.json', ...rest, option, 'x'],
          folder,
        );
        assert.equal(status, 2);
        if (rest[0] !== '-q') assert.match(stderr, /Sealed secrets are two files/);
      }
  });
});
