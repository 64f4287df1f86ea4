// The answer of a search as Markdown for an issue or a mail, and the wording that all its forms share.

import { markdownTable, markdownText } from '../binary/markdown';
import type { ExplainResult, Explanation, LaunchEdit, Weight } from './explanation';

/** How much it matters, in words. */
export const WEIGHT_TEXTS: Readonly<Record<Weight, string>> = {
  mistake: 'a mistake in the inputs of the check, or in the configuration of the guest',
  benign: 'benign: host software decides it, and the guest is no less protected',
  serious: 'serious: the guest runs something, or under terms, that its owner did not ask for',
};

/** Ends every answer, so that it cannot be mistaken for a pass. */
export const NO_VERDICT = 'Only a suggestion: with the inputs as given it does not match.';

/** An edit of a launch file in words. */
function editText({ member, value }: LaunchEdit): string {
  const name = member.join('.');
  return value === undefined ? `take out "${name}"` : `set "${name}" to ${JSON.stringify(value)}`;
}

/** The edits of an explanation in one sentence; undefined when a launch file cannot express them. */
export function editsText({ edits }: Pick<Explanation, 'edits'>): string | undefined {
  return edits.length === 0 ? undefined : edits.map(editText).join(', ');
}

/** A number with thousands separators. */
export const grouped = (n: number): string => n.toLocaleString('en-US');

function explanationLines(explanation: Explanation): string[] {
  const { title, changes, weight, evidence } = explanation;
  const edits = editsText(explanation);
  return [
    '',
    `## ${markdownText(title)}`,
    '',
    ...changes.map(
      ({ title: input, why, advice }) => `- ${input}: ${markdownText(why)} ${markdownText(advice)}`,
    ),
    `- This is ${WEIGHT_TEXTS[weight]}.`,
    `- ${markdownText(evidence)}`,
    ...(edits === undefined ? [] : [`- In a launch file: ${markdownText(edits)}.`]),
  ];
}

/** The answer as Markdown; ends with a line feed. */
export function explanationMarkdown(result: ExplainResult): string {
  const { title, outcome, summary, explanations, covered, hypotheses, remains, notes = [] } = result;
  const rows = covered.map((part) => [part.title, grouped(part.hypotheses), markdownText(part.detail)]);
  const lines = [
    `# ${markdownText(title)}: ${outcome}`,
    '',
    markdownText(summary),
    ...notes.flatMap((note) => ['', `**Note:** ${markdownText(note)}`]),
    ...explanations.flatMap(explanationLines),
    '',
    '## What was tried',
    '',
    ...markdownTable(
      ['What', 'Hypotheses', 'From what to what'],
      [...rows, ['All', grouped(hypotheses), '']],
    ),
    ...(remains.length === 0
      ? []
      : ['', '## What remains possible', '', ...remains.map(({ text }) => `- ${markdownText(text)}`)]),
  ];
  return `${lines.join('\n')}\n`;
}
