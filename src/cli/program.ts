// The command line as a function of its arguments and two streams: parses, runs a command, and turns a failure
// into one line and an exit status.

import { Command, CommanderError, Help, type Option } from 'commander';
import { CheckError, EXIT_STATUS } from '../core/errors';
import { keyFilter } from '../core/check/keyText';
import type { Io } from '../app/io';
import { withoutFiles } from '../app/typedTexts';
import { withWholeNames } from './abbreviations';
import { refuseSameFiles } from './files';
import type { Output } from './output';
import { printer, type Printer, type Streams } from './terminal';

declare const SEVSCOPE_VERSION: string;

/** The machine of a run, its output streams, and the location of its parts. */
export interface CommandContext extends Streams {
  readonly io: Io;
  /** The script of the process that talks to libvirt. */
  readonly workerPath?: string;
}

/** Adds a command; `exit` receives its status where that is not 0. */
export type AddCommand = (
  io: Io,
  program: Command,
  out: Output,
  exit: (status: number) => void,
  workerPath: string | undefined,
) => void;

/** What help says of an option. Of one that can be given more than once, that there is none unless given goes without saying. */
const optionDescription = (option: Option): string => {
  const { defaultValue } = option as { readonly defaultValue?: unknown };
  const isEmpty = Array.isArray(defaultValue) && defaultValue.length === 0;
  const shown = isEmpty ? (Object.create(option, { defaultValue: { value: undefined } }) as Option) : option;
  return new Help().optionDescription(shown);
};

/** The program with these commands. */
export function buildProgram(
  commands: readonly AddCommand[],
  { io, workerPath }: CommandContext,
  { out, help }: Printer,
  exit: (status: number) => void,
): Command {
  const program = new Command('sevscope')
    .configureOutput(help)
    .configureHelp({ optionDescription })
    .description(
      'Checks launches of SEV, SEV-ES and SEV-SNP guests, and shows OVMF images, VMSA pages, attestation reports and ID blocks.',
    )
    .version(SEVSCOPE_VERSION)
    .exitOverride()
    .showHelpAfterError('(--help lists the options)');
  for (const add of commands) add(io, program, out, exit, workerPath);
  return program;
}

/**
 * Rewrites short options such as `-n=4`, which Python's argparse accepts, to the form that commander accepts: `-n4`.
 */
function withoutEquals(argv: readonly string[]): string[] {
  return argv.map((arg) => arg.replace(/^(-[a-z0-9])=(?=.)/, '$1'));
}

/**
 * Runs the command line.
 * @param commands those that it has
 * @param argv the arguments, without the program and its script
 * @returns its exit status
 */
export async function runProgram(
  commands: readonly AddCommand[],
  argv: readonly string[],
  around: CommandContext,
): Promise<number> {
  const printing = printer(around, keyFilter(await withoutFiles(around.io, argv)));
  let status = 0;
  try {
    const program = buildProgram(commands, around, printing, (s) => (status = s));
    await program
      .hook('preAction', (_program, command) => {
        if (command.opts<{ quiet?: true }>().quiet) printing.quieten();
      })
      .hook('preAction', (_program, command) => refuseSameFiles(around.io, command))
      .parseAsync(withWholeNames(program, withoutEquals(argv)), { from: 'user' });
    return status;
  } catch (error) {
    // Commander has already printed its message; its status 1 would mean "does not match".
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_STATUS.usage;
    const known = error instanceof CheckError ? error : undefined;
    printing.out.note(`ERROR: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT_STATUS[known?.kind ?? 'bug'];
  }
}
