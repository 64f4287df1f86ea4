// The command line as a function of its arguments and two streams: parses, runs a command, and turns a failure into one line
// and its exit status.

import { Command, CommanderError } from 'commander';
import { CheckError, EXIT_STATUS } from '../core/errors';
import { writeSample } from '../app/sample';
import { addExplainCommand } from './explain';
import { printable, terminalProgress, type Output, type TextStream } from './output';
import { addLaunchCommands } from './launch';
import { addDigestCommand } from './digest';
import { addOvmfCommands } from './ovmf';
import { addShowCommand } from './show';
import { addValidateCommand } from './validate';
import { addVmsaCommands } from './vmsa';

declare const SEVSCOPE_VERSION: string;

/** Where a run writes: answers to `stdout`, errors, notes and progress to `stderr`; and where its parts are. */
export interface Surroundings {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** The script of the process that talks to libvirt. */
  readonly workerPath?: string;
  /** The script of the threads that search for an explanation. */
  readonly explainPath?: string;
}

/** Columns of help texts that go to no terminal. */
const HELP_WIDTH = 80;

/** The program with all its commands. */
function buildProgram(
  { stdout, stderr, workerPath, explainPath }: Surroundings,
  out: Output,
  exit: (status: number) => void,
): Command {
  const program = new Command('sevscope')
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      getOutHelpWidth: () => stdout.columns ?? HELP_WIDTH,
      getErrHelpWidth: () => stderr.columns ?? HELP_WIDTH,
    })
    .description('Looks into OVMF images and VMSA pages, and checks SEV launch measurements.')
    .version(SEVSCOPE_VERSION)
    .exitOverride()
    .showHelpAfterError('(--help lists the options)');
  addShowCommand(program, out);
  addOvmfCommands(program, out, exit);
  addVmsaCommands(program, out, exit);
  addValidateCommand(program, out, exit, workerPath);
  addExplainCommand(program, out, exit, explainPath);
  addLaunchCommands(program, out, exit, workerPath);
  addDigestCommand(program, out);
  program
    .command('sample <folder>')
    .description('write a sample: firmware, VMSA pages, keys, and launches that match and do not')
    .action(async (folder: string) => {
      for (const { name, text } of await writeSample(folder)) out.line(`${folder}/${name}: ${text}`);
    });
  return program;
}

/** Short options as `-n=4`, which Python's argparse takes, in the form that commander takes: `-n4`. */
function withoutEquals(argv: readonly string[]): string[] {
  return argv.map((arg) => arg.replace(/^(-[a-z0-9])=(?=.)/, '$1'));
}

/**
 * Runs the command line.
 * @param argv the arguments, without the program and its script
 * @returns its exit status
 */
export async function runProgram(argv: readonly string[], around: Surroundings): Promise<number> {
  const { stdout, stderr } = around;
  let quiet = false;
  const progress = terminalProgress(stderr);
  let status = 0;
  const write = (stream: TextStream) => (text: string) => {
    progress.clear();
    if (!quiet) stream.write(`${printable(text)}\n`);
  };
  const out: Output = {
    line: write(stdout),
    note: write(stderr),
    data(content) {
      // Lines end as the form has them: CSV with CRLF.
      if (typeof content !== 'string') stdout.write(content);
      else
        stdout.write(
          content
            .split(/(\r?\n|\t)/)
            .map((part, i) => (i % 2 ? part : printable(part)))
            .join(''),
        );
    },
    isTerminal: stdout.isTTY === true,
    onProgress(name, done, total) {
      if (!quiet) progress.onProgress(name, done, total);
    },
  };
  try {
    await buildProgram(around, out, (s) => (status = s))
      .hook('preAction', (_program, command) => {
        quiet = command.opts<{ quiet?: true }>().quiet === true;
      })
      .parseAsync(withoutEquals(argv), { from: 'user' });
    return status;
  } catch (error) {
    // Commander has printed its message already; its status 1 would read as "does not match".
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_STATUS.usage;
    const known = error instanceof CheckError ? error : undefined;
    out.note(`ERROR: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT_STATUS[known?.kind ?? 'bug'];
  }
}
