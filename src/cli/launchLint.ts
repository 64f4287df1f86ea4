// `sevscope launch lint`: problems in launch files and the files they name, without running a check.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { countOf } from '../core/binary/hex';
import { SEVERITIES } from '../core/binary/region';
import type { Io } from '../app/io';
import { readLaunchSource } from '../app/launchFile';
import { lintLaunch } from '../app/launchProblems';
import type { LaunchProblem } from '../app/launchRules';
import { lineColumnOf } from '../app/launchText';
import { printJson, type Output } from './output';

/** The problems of one file; lines and columns count from 1. */
interface LintedFile {
  readonly file: string;
  readonly kind: 'launch';
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  readonly problems: readonly (Omit<LaunchProblem, 'fix'> & { line: number; column: number })[];
}

/** Adds `launch lint`. */
export function addLaunchLintCommand(
  io: Io,
  launch: Command,
  out: Output,
  exit: (status: number) => void,
): void {
  launch
    .command('lint <files...>')
    .description(
      'say what is wrong with launch files and what they name; exit status 1 when there are errors',
    )
    .option('--json', 'print JSON')
    .action(async (files: readonly string[], { json }: { json?: true }) => {
      const linted = [];
      for (const file of files) linted.push(await lintFile(io, file));
      if (json) printJson(out, linted);
      else for (const one of linted) printLint(one, out);
      if (linted.some(({ errors }) => errors > 0)) exit(1);
    });
}

async function lintFile(io: Io, file: string): Promise<LintedFile> {
  const path = resolve(file);
  const { text, badByte } = await readLaunchSource(io, path);
  const { problems } = await lintLaunch(io, text, path, { files: true, badByte });
  const [errors = 0, warnings = 0, notes = 0] = SEVERITIES.map(
    (severity) => problems.filter((problem) => problem.severity === severity).length,
  );
  const placed = problems.map(({ rule, severity, message, member, offset, size }) => {
    const { line, column } = lineColumnOf(text, { offset });
    return { rule, severity, message, member, line, column, offset, size };
  });
  return { file, kind: 'launch', errors, warnings, notes, problems: placed };
}

function printLint({ file, errors, warnings, notes, problems }: LintedFile, out: Output): void {
  for (const { line, column, severity, rule, member, message } of problems) {
    const where = member === '' ? '' : ` ${member}:`;
    out.line(`${file}:${line}:${column}: ${severity} ${rule}:${where} ${message}`);
  }
  const counts = [countOf(errors, 'error'), countOf(warnings, 'warning'), countOf(notes, 'note')];
  out.line(`${file}: ${counts.join(', ')}`);
}
