// The report of a launch-measurement check as `sevscope validate` prints it.

import { OUTCOME_WORDS } from '../core/launch/checkSteps';
import type { Report } from '../core/launch/report';
import { columns, printJson, type Output } from './output';
import type { ValidateOptions } from './validateOptions';

/** The word before the summary of a report that does not match. */
const endingOf = ({ agrees, expected, evidence, verdict }: Report): string =>
  expected !== undefined
    ? 'NOT VERIFIED'
    : agrees || (evidence && verdict === 'cannot be trusted')
      ? 'NOT TRUSTED'
      : 'ERROR';

/** The steps of the verification of a report: those that did not pass, or with `all` every one. */
function evidenceRows({ evidence }: Report, all: boolean): string[][] {
  const listed = (evidence?.steps ?? []).filter(
    ({ outcome, required }) => all || outcome === 'failed' || (required && outcome !== 'passed'),
  );
  return listed.map(({ outcome, title, reason }) => [OUTCOME_WORDS[outcome], title, reason]);
}

/** Prints the report of a check: its verdict, and what that rests on where it is asked for or does not match. */
export function printReport(
  report: Report,
  { json, debug }: Pick<ValidateOptions, 'json' | 'debug'>,
  out: Output,
): void {
  if (json) {
    printJson(out, report);
    return;
  }
  for (const warning of report.warnings) out.note(`WARNING: ${warning}`);
  if (debug || report.verdict !== 'matches') {
    const rows = report.steps.map((s) => [s.title, `${s.bytes} bytes`, s.source, s.digest, s.detail]);
    columns(rows).forEach((line) => {
      out.line(line);
    });
    out.lines(columns(evidenceRows(report, debug === true)));
  }
  if (report.verdict === 'matches') out.line(`OK: ${report.summary}`);
  else {
    // What the report of an SNP guest must show besides.
    if (report.expected !== undefined)
      for (const line of columns(report.facts.map(({ name, value, source = '' }) => [name, source, value])))
        out.line(line);
    out.note(`${endingOf(report)}: ${report.summary}`);
  }
}
