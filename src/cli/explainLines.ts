// `sevscope explain LINE`: what a line of a host's log means. With a hyphen a log is read from standard input.

import { textOf } from '../app/text';
import type { Io } from '../app/io';
import { STANDARD_INPUT } from '../app/vmsaFile';
import { TITLES } from '../core/explain/causes';
import { countOf } from '../core/binary/hex';
import { explainHostLines, type ExplainedLine } from '../core/explain/hostLines';
import { fileForLine } from './explainFile';
import { columns, printJson, type Output } from './output';

/** What is printed. */
interface LineOptions {
  readonly json?: true;
}

/** Prints what a line means, or the lines of a log. @returns the exit status: 1 when none is known */
export async function explainLines(
  io: Io,
  given: string,
  { json }: LineOptions,
  out: Output,
): Promise<number> {
  const isStream = given === STANDARD_INPUT;
  const lines = explainHostLines(isStream ? textOf(await io.readStandardInput('log')) : given);
  // A line that means something is one, whatever else has its name.
  const failure = isStream || lines.length > 0 ? undefined : await fileForLine(io, given);
  if (failure) throw failure;
  if (json) printJson(out, { lines });
  else lines.forEach((line, i) => printLine(line, i > 0, out));
  if (lines.length === 0) out.note('NOT EXPLAINED: None of these lines is one that is known here.');
  return lines.length === 0 ? 1 : 0;
}

function printLine(explained: ExplainedLine, isNext: boolean, out: Output): void {
  const { line, text, repeated, title, meaning, inputs, advice, source } = explained;
  const again = repeated > 0 ? [['again', `in ${countOf(repeated, 'later line')}`]] : [];
  const rows = [
    [`line ${line}`, text],
    ...again,
    ['meaning', meaning],
    [
      'decided by',
      inputs.length > 0 ? inputs.map((input) => TITLES[input]).join(', ') : 'no input of a measurement',
    ],
    ['to do', advice],
    ['source', source],
  ];
  for (const row of [...(isNext ? [''] : []), title, ...columns(rows, '  ')]) out.line(row);
}
