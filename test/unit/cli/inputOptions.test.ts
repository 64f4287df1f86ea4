// The options of inputs on the real table of commands: every command that takes a launch has every input that it has a use for, by all
// of its names; whatever name is used, the value is the same, and two names with two values are refused.

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { CommanderError, type Command } from 'commander';
import { inputRow, INPUTS, type InputId, type InputRow } from '../../../src/core/launch/inputs';
import { shapeProblems } from '../../../src/app/launchShape';
import { questionIn } from '../../../src/app/launchQuestion';
import { commandName } from '../../../src/cli/files';
import { namesOf } from '../../../src/cli/inputOptions';
import { COMMANDS as ALL } from '../../../src/cli/commands';
import { buildProgram } from '../../../src/cli/program';
import { printer } from '../../../src/cli/terminal';
import { io } from '../../helpers/io';

const ROWS = (INPUTS as readonly InputRow[]).filter(({ option }) => option !== undefined);
const OF_DOMAIN: readonly InputId[] = ['connection', 'domain'];
const REPORTED: readonly InputId[] = ['measurement'];
const OF_REPORT: readonly InputId[] = ['report', 'certificates', 'require'];
/** In place of files, which a check reads. */
const DIGESTS: readonly InputId[] = ['kernelDigest', 'initrdDigest', 'cmdlineDigest'];
const SNP_ONLY = ROWS.filter(({ technologies: of }) => of.length === 1 && of[0] === 'snp').map(
  ({ id }) => id,
);

/** What an SNP launch has besides that the search for an explanation starts from. */
const SEARCHED: readonly string[] = [
  ...['vmm', 'features', 'svsm', 'varsSize', 'varsFile'],
  ...['report', 'certificates'],
];

/** The commands that take a launch, and what they have no use for. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  // A measurement has its own nonce.
  validate: ['nonce', 'firmwareDigest', ...DIGESTS],
  explain: ['nonce', ...DIGESTS, ...OF_DOMAIN, ...SNP_ONLY.filter((id) => !SEARCHED.includes(id))],
  // It computes what the others are given, from pages that it generates; host data is no part of that.
  digest: [...REPORTED, ...OF_DOMAIN, ...OF_REPORT, 'hostData', 'vmsa.bsp', 'vmsa.ap'],
};

/** The kind of what can be given more than once. */
const LIST = 'evidence list';

/** A text that each kind takes, and another, in several spellings of the same value where it has them. */
const TEXTS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  file: [['a'], ['b']],
  page: [['a'], ['b']],
  evidence: [['a'], ['b']],
  'evidence list': [['a'], ['b']],
  wishes: [['a'], ['b']],
  key: [['a'], ['b']],
  text: [['a'], ['b'], ['']],
  name: [['a'], ['b']],
  number: [['4', '0x4', '04', '0X4'], ['5']],
  count: [['4', '0x4', '04', '0X4'], ['5']],
  word: [['4'], ['5']],
  cpu: [['EPYC-Milan'], ['EPYC']],
  profile: [['sev-es'], ['sev-es-init2']],
  choice: [['QEMU'], ['ec2']],
  bytes: [['00'.repeat(16)], ['11'.repeat(16)]],
};

const ODD: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'cpu.signature': [['0xa00f11'], ['1']],
  ...Object.fromEntries(
    ['launchDigest', 'kernelDigest', 'initrdDigest', 'cmdlineDigest', 'hostData'].map((id) => [
      id,
      [['00'.repeat(32)], ['11'.repeat(32)]],
    ]),
  ),
};

/** Every leaf command, of a program that is made for it: options remember. */
function commands(): Command[] {
  const silent = printer({ stdout: () => undefined, stderr: () => undefined } as never, (text) => text);
  const leaves = (command: Command): Command[] =>
    command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
  return leaves(buildProgram(ALL, { io } as never, silent, () => undefined));
}
const fresh = (name: string): Command => {
  const command = commands().find((one) => commandName(one) === name)!;
  return command.exitOverride().configureOutput({ writeErr: () => undefined });
};

/** What a command has of an input after these words. */
function valueOf(name: string, id: string, ...words: string[]): unknown {
  const command = fresh(name);
  command.parseOptions(words);
  return command.opts<Record<string, unknown>>()[id];
}

describe('The option of an input', () => {
  it('is on every command that makes a page of a vCPU, where it decides that', () => {
    const ids: readonly InputId[] = [
      'firmware',
      'cpu',
      'cpu.family',
      'cpu.model',
      'cpu.stepping',
      'cpu.signature',
    ];
    for (const name of ['vmsa build', 'vmsa update', 'vmsa diff']) {
      const has = fresh(name).options.map(({ long }) => long);
      for (const option of ids.flatMap((id) => namesOf(inputRow(id))))
        assert.ok(has.includes(option), `${name} ${option}`);
    }
  });
  it('is on every command that takes a launch, by all its names', () => {
    for (const [name, without] of Object.entries(COMMANDS)) {
      const has = fresh(name).options.map(({ long }) => long);
      for (const row of ROWS)
        for (const option of namesOf(row))
          assert.equal(has.includes(option), !without.includes(row.id), `${name} ${option}`);
    }
  });

  // What reports and ID blocks have has their names: there the measurement is the launch digest.
  const OTHERWISE = /^(report|id-block) /;
  it('means the same input on every command that has one of its names', () => {
    const names = new Map(ROWS.flatMap((row) => namesOf(row).map((name) => [name, row.id] as const)));
    for (const command of commands().filter((one) => !OTHERWISE.test(commandName(one))))
      for (const option of command.options)
        if (names.has(option.long!))
          assert.equal(
            option.attributeName(),
            names.get(option.long!),
            `${commandName(command)} ${option.flags}`,
          );
  });

  it('is named once in help, and its other names at the end', () => {
    for (const name of Object.keys(COMMANDS)) {
      const command = fresh(name);
      let help = '';
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      const [listed, last] = help.split('Options of other programs');
      for (const { hidden, long } of command.options)
        assert.equal(new RegExp(`${long!}[ ,.\\n]`).test(hidden ? last! : listed!), true, `${name} ${long!}`);
    }
  });

  for (const name of Object.keys(COMMANDS))
    for (const row of ROWS.filter(({ id, kind }) => kind !== LIST && !COMMANDS[name]!.includes(id))) {
      const names = namesOf(row);
      it(`has one value whatever its name: ${name} ${names.join(', ')}`, () => {
        const texts = ODD[row.id] ?? TEXTS[row.kind]!;
        const [same = [], [other] = []] = texts;
        const all = names.flatMap((option) => same.map((text) => [option, text] as const));
        const values = all.map(([option, text]) => valueOf(name, row.id, option, text));
        const isText = typeof values[0] === 'string';
        if (!isText) for (const value of values) assert.deepEqual(value, values[0]);
        // The last of one name counts, as ever.
        assert.deepEqual(valueOf(name, row.id, names[0]!, other!, names[0]!, same[0]!), values[0]);
        for (const [second] of all.filter(([option]) => option !== names[0])) {
          assert.deepEqual(valueOf(name, row.id, names[0]!, same[0]!, second, same[0]!), values[0]);
          assert.throws(() => valueOf(name, row.id, names[0]!, same[0]!, second, other!), {
            code: 'two-names',
            at: { input: row.id },
            message: new RegExp(`^${names[0]!} and ${second} are one option, .*\\. Give one of them\\.$`),
          });
        }
      });
    }

  it('has a text for every kind above', () => {
    for (const { kind } of ROWS) assert.ok(TEXTS[kind], kind);
    assert.equal(inputRow('vcpus').kind, 'count');
  });

  /** Texts that some kind takes; those of other kinds are to be refused alike. */
  const ALL_TEXTS = [
    ...[
      '',
      '0',
      '1',
      '4',
      '04',
      '0x4',
      '0X0f',
      '15',
      '16',
      '255',
      '256',
      '270',
      '271',
      '4096',
      '4097',
      '0x1001',
    ],
    ...[
      '4294967295',
      '4294967296',
      '0x100000000',
      '18446744073709551616',
      '-1',
      '1.5',
      '1e1',
      ' 1',
      '1 ',
      '0x',
    ],
    ...['EPYC-Milan', 'epyc-milan', 'EPYC-Milan-v2', '25/1/1', '0x19/0x1/0x1', '25/1/16', '25/1', 'a/b/c'],
    ...['sev-es', 'sev-es-init2', 'sev', 'two words', '\ufeff1', '\u{1f600}', 'a\nb'],
  ];

  it('adds what can be given more than once, under any of its names', () => {
    for (const row of ROWS.filter(({ kind }) => kind === LIST))
      for (const name of Object.keys(COMMANDS).filter((one) => !COMMANDS[one]!.includes(row.id))) {
        const words = [...namesOf(row), ...namesOf(row)].flatMap((option, i) => [option, String(i)]);
        assert.deepEqual(valueOf(name, row.id, ...words), ['0', '1', '2', '3']);
      }
  });

  // A launch file has wishes themselves, and an option the path of a file with them.
  for (const row of ROWS.filter(({ member, kind }) => member !== undefined && kind !== 'wishes'))
    it(`reads what the member of a launch file reads, and refuses what that refuses: ${row.id}`, () => {
      const [outer = '', inner] = row.member!;
      // A text that begins with a letter is the name of a model there.
      const texts = row.id === 'cpu.model' ? ALL_TEXTS.filter((text) => /^[0-9]/.test(text)) : ALL_TEXTS;
      for (const text of texts) {
        const others = outer === 'cpu' ? { family: 25, model: 1, stepping: 1 } : {};
        const json = inner === undefined ? text : { ...others, [inner]: text };
        // What is wrong with one of several forms of an object is said of the object.
        const problem = shapeProblems({ [outer]: json }).find(({ member }) =>
          isDeepStrictEqual(member, row.member!.slice(0, member.length)),
        );
        const isPlaced = problem?.member.length === row.member!.length;
        const found = questionIn({ [outer]: json }).given[outer as 'firmware'] as unknown;
        const value = inner === undefined ? found : (found as Record<string, unknown> | undefined)?.[inner];
        for (const name of namesOf(row)) {
          const command = ['explain', 'validate', 'digest'].find((one) =>
            fresh(one).options.some(({ long }) => long === name),
          )!;
          const where = `${name} ${JSON.stringify(text)}`;
          try {
            // With its name in one word, because it may begin as an option does.
            const given = valueOf(command, row.id, `${name}=${text}`);
            assert.deepEqual(given, value, where);
            assert.equal(isPlaced, false, where);
          } catch (error) {
            if (!(error instanceof CommanderError)) throw error;
            assert.equal(value, undefined, where);
            assert.ok(problem, where);
            const [, wanted = ''] = /It must be (.*)\.$/.exec(error.message) ?? [];
            if (row.kind !== 'profile' && wanted !== '' && text !== '' && isPlaced)
              assert.ok(problem.why.includes(`wanted ${wanted}`), `${where}: ${problem.why}`);
          }
        }
      }
    });
});
