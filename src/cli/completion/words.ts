// What can be typed after `sevscope`, read off the commands themselves: subcommands, options, and the values that either takes.

import type { Command, Option } from 'commander';

/** What a value is: one of some words, a path, or anything. */
export type Values = readonly string[] | 'path' | 'text';

/** An option with all that it is called by. */
export interface OptionWords {
  /** Long names first, such as `--firmware` and `-f`. */
  readonly names: readonly string[];
  readonly doc: string;
  /** Undefined for one without a value. */
  readonly values: Values | undefined;
}

/** A command, by the words before it. */
export interface CommandWords {
  /** Such as `vmsa diff`; empty for the program. */
  readonly path: string;
  readonly subcommands: readonly { readonly name: string; readonly doc: string }[];
  readonly options: readonly OptionWords[];
  /** What stands where no option does. */
  readonly operands: Values;
}

/** The first of several lines or clauses: a menu has one line for each. */
const short = (doc: string): string =>
  doc
    .split(/[\n;]/)[0]!
    .replace(/ \(choices: .*$/, '')
    .trim();

/** Names of values that are files or folders, as the help has them. */
const PATHS = ['path', 'file', 'files', 'folder', 'page', 'first', 'second', 'image', 'directory', 'other'];

/** What a value is by its name in the help: `<path>`, `[files...]`. */
const byName = (name: string): Values => (PATHS.includes(name.replace('...', '')) ? 'path' : 'text');

function optionWords({
  long,
  short: letter,
  flags,
  description,
  argChoices,
  required,
  optional,
}: Option): OptionWords {
  const takes = required || optional;
  const name = /[<[]([^<[\]>]+)[>\]]/.exec(flags)?.[1] ?? '';
  return {
    names: [long, letter].filter((one) => one !== undefined),
    doc: short(description),
    values: takes ? (argChoices ?? byName(name)) : undefined,
  };
}

/** The words of a command and of all below it. @param path the words before it */
export function wordsOf(command: Command, path = ''): CommandWords[] {
  const help = command.createHelp();
  const below = help.visibleCommands(command).filter((one) => one.name() !== 'help');
  const operand = command.registeredArguments.at(-1);
  return [
    {
      path,
      subcommands: below.map((one) => ({ name: one.name(), doc: short(one.description()) })),
      options: help.visibleOptions(command).map(optionWords),
      operands: operand ? (operand.argChoices ?? byName(operand.name())) : 'text',
    },
    ...below.flatMap((one) => wordsOf(one, `${path} ${one.name()}`.trim())),
  ];
}
