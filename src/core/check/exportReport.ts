// A report as Markdown for an issue or a mail. Nothing in it is secret: digests, texts and verdicts.

import { byteCount } from '../binary/hex';
import { markdownCell, markdownTable, markdownText } from '../binary/markdown';
import { OUTCOME_WORDS } from '../launch/checkSteps';
import type { Report } from '../launch/report';

const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

/** The report as Markdown; ends with a line feed. */
export function reportMarkdown(report: Report): string {
  const {
    title,
    mode,
    verdict,
    summary,
    facts,
    steps,
    warnings,
    rules = [],
    measured = [],
    evidence,
  } = report;
  const lines = [
    `# ${markdownText(title)}: ${verdict}`,
    '',
    `${markdownText(summary)} (${mode})`,
    ...warnings.flatMap((warning) => ['', `**Warning:** ${markdownText(warning)}`]),
  ];
  const table = (heading: string, heads: readonly string[], rows: readonly (readonly string[])[]) => {
    if (rows.length > 0) lines.push('', `## ${heading}`, '', ...markdownTable(heads, rows));
  };
  const isSaid = facts.some(({ source }) => source !== undefined);
  table(
    'Launch',
    ['What', ...(isSaid ? ['Said by'] : []), 'Value'],
    facts.map(({ name, value, source = '' }) => [name, ...(isSaid ? [source] : []), markdownText(value)]),
  );
  table(
    'Rules',
    ['Rule', 'Outcome', 'Why'],
    rules.map(({ id, outcome, reason, advice }) => [id, outcome, markdownText(`${reason} ${advice}`.trim())]),
  );
  table(
    'Verification of the report',
    ['Step', 'Outcome', 'Why'],
    (evidence?.steps ?? []).map(({ title: what, outcome, reason }) => [
      what,
      OUTCOME_WORDS[outcome],
      markdownText(reason),
    ]),
  );
  table(
    'Measurement',
    ['Step', 'Bytes', 'Said by', 'Digest', 'Of'],
    steps.map((step) => [
      step.title,
      byteCount(step.bytes),
      step.source,
      markdownCell(code(step.digest)),
      markdownText(step.detail),
    ]),
  );
  table(
    'What is measured, in order',
    ['From', 'Type', 'Times', 'Address', 'Digest after it'],
    measured.map(({ title: from, type, count, gpa, digest }) => [
      markdownText(from),
      type,
      String(count),
      gpa,
      code(digest),
    ]),
  );
  return `${lines.join('\n')}\n`;
}
