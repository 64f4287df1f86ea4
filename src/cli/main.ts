// The command line: parses arguments, runs a command, and turns a failure into one line and its exit status.

import { Command, CommanderError } from 'commander';
import { CheckError, EXIT_STATUS } from '../core/errors';
import { writeSample } from '../files/sample';
import { printable, terminalProgress, type Output } from './output';
import { addOvmfCommands } from './ovmf';
import { addShowCommand } from './show';
import { addValidateCommand } from './validate';
import { addVmsaCommands } from './vmsa';

declare const SEVSCOPE_VERSION: string;

/** The program with all its commands. */
function buildProgram(out: Output, exit: (status: number) => void): Command {
  const program = new Command('sevscope')
    .description('Looks into OVMF images and VMSA pages, and checks SEV launch measurements.')
    .version(SEVSCOPE_VERSION)
    .exitOverride()
    .showHelpAfterError('(--help lists the options)');
  addShowCommand(program, out);
  addOvmfCommands(program, out, exit);
  addVmsaCommands(program, out, exit);
  addValidateCommand(program, out, exit);
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

/** Runs the command line. @returns its exit status */
async function main(argv: readonly string[]): Promise<number> {
  let quiet = false;
  const progress = terminalProgress(process.stderr);
  let status = 0;
  const write = (stream: NodeJS.WriteStream) => (text: string) => {
    progress.clear();
    if (!quiet) stream.write(`${printable(text)}\n`);
  };
  const out: Output = {
    line: write(process.stdout),
    note: write(process.stderr),
    data(content) {
      // Lines end as the form has them: CSV with CRLF.
      if (typeof content !== 'string') process.stdout.write(content);
      else
        process.stdout.write(
          content
            .split(/(\r?\n|\t)/)
            .map((part, i) => (i % 2 ? part : printable(part)))
            .join(''),
        );
    },
    isTerminal: process.stdout.isTTY,
    onProgress(name, done, total) {
      if (!quiet) progress.onProgress(name, done, total);
    },
  };
  try {
    await buildProgram(out, (s) => (status = s))
      .hook('preAction', (_program, command) => {
        quiet = command.opts<{ quiet?: true }>().quiet === true;
      })
      .parseAsync(withoutEquals(argv));
    return status;
  } catch (error) {
    // Commander has printed its message already; its status 1 would read as "does not match".
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_STATUS.usage;
    const known = error instanceof CheckError ? error : undefined;
    out.note(`ERROR: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT_STATUS[known?.kind ?? 'bug'];
  }
}

// A pipe that closes early, as in `sevscope show x | head`, loses lines but never the exit status: a mismatch stays one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
});

void main(process.argv).then((status) => {
  process.exitCode = status;
});
