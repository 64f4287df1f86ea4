// Which options and arguments of the commands name files that are read, and which name files that are written. Before
// a command runs, all that it writes is compared with all that it reads.

import type { Command } from 'commander';
import type { Io } from '../app/io';
import { refuseOverwriting, type NamedPath } from '../app/outputs';
import { STANDARD_INPUT } from '../app/vmsaFile';
import { INPUT_FILES, isNamed } from './inputOptions';

/** Options that name files, by their long flag, which means the same in every command. */
export const FILE_OPTIONS: Readonly<Record<string, 'read' | 'written'>> = {
  ...Object.fromEntries(INPUT_FILES.map((name) => [name, 'read' as const])),
  '--launch': 'read',
  '--compare': 'read',
  '--inputs': 'read',
  '--id-key': 'read',
  '--idkey': 'read',
  '--author-key': 'read',
  '--authorkey': 'read',
  '--certs': 'read',
  '--root': 'read',
  '--require': 'read',
  '--report': 'read',
  '--inject-secret': 'read',
  '--output': 'written',
  '--id-block-file': 'written',
  '--id-auth-file': 'written',
  '--junit': 'written',
  '--secret-header': 'written',
  '--secret-payload': 'written',
  '--save-launch': 'written',
};

/** Commands whose arguments are not read, or not only: `vmsa update` replaces what it has read; a sample guards its own files. */
export const ARGUMENTS: Readonly<Record<string, 'written' | 'folder'>> = {
  'vmsa build': 'written',
  'vmsa update': 'written',
  sample: 'folder',
};

/** What a command line reads and writes. */
export interface CommandFiles {
  readonly read: readonly NamedPath[];
  readonly written: readonly NamedPath[];
}

/** The words of a command, such as `vmsa build`. */
export function commandName(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${commandName(parent)} ${command.name()}` : command.name();
}

/** The files that a parsed command line names. */
export function filesOfCommand(command: Command): CommandFiles {
  const files = { read: [] as NamedPath[], written: [] as NamedPath[] };
  const values = command.opts<Readonly<Record<string, unknown>>>();
  for (const option of command.options) {
    const { long: name = '' } = option;
    const use = FILE_OPTIONS[name];
    if (!use || !isNamed(option)) continue;
    for (const value of listOf(values[option.attributeName()]))
      files[use].push({ name, path: name === '--inject-secret' ? value.replace(/^[^:]*:/, '') : value });
  }
  const use = ARGUMENTS[commandName(command)] ?? 'read';
  if (use === 'folder') return files;
  for (const value of command.processedArgs.flatMap(listOf))
    files[use].push({ name: 'the argument', path: value === STANDARD_INPUT ? '/dev/stdin' : value });
  return files;
}

const listOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');

/** Ways to write the name of standard output. */
const NAMES_STDOUT = /^\/(?:dev\/(?:stdout|fd\/1)|proc\/self\/fd\/1)$/;

/**
 * Compares what a command line names, before its command runs. Standard output counts when it goes to a file: an
 * output that replaces that file would take what is printed with it.
 * @throws CheckError (usage)
 */
export async function refuseSameFiles(io: Io, command: Command): Promise<void> {
  const { read, written } = filesOfCommand(command);
  if (written.length === 0) return;
  const isNamed = written.some(({ path }) => NAMES_STDOUT.test(path));
  const stdout = isNamed ? [] : [{ name: 'standard output', path: '/dev/stdout' }];
  await refuseOverwriting(io, [...stdout, ...written], read);
}

/** Refuses files that a check is about to read, when one would be overwritten. @throws CheckError (usage) */
export type Admit = (paths: readonly string[]) => Promise<void>;

/** What a check may write. */
interface CheckOutputs {
  readonly junit?: string;
  readonly secretHeader?: string;
  readonly secretPayload?: string;
  readonly saveLaunch?: string;
}

/** Compares what is written for a check with files that only a launch file or a host names. */
export function admitFor(io: Io, { junit, secretHeader, secretPayload, saveLaunch }: CheckOutputs): Admit {
  const given = {
    '--junit': junit,
    '--secret-header': secretHeader,
    '--secret-payload': secretPayload,
    '--save-launch': saveLaunch,
  };
  const written = Object.entries(given).flatMap(([name, path]) =>
    path === undefined ? [] : [{ name, path }],
  );
  return (paths) =>
    refuseOverwriting(
      io,
      written,
      paths.map((path) => ({ name: 'an input of the launch', path })),
    );
}
