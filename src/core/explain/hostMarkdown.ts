// Explained lines of a log as a document in Markdown: what is printed, what it means, which inputs decide it, and what to do.

import { countOf } from '../binary/hex';
import { markdownText } from '../binary/markdown';
import { visibleText } from '../binary/plainText';
import { TITLES } from './causes';
import { explainHostLines, type ExplainedLine } from './hostLines';

/** What a log says. */
export interface ExplainedLog {
  /** The lines that are explained, each meaning once, without what may be a key; as many as the document has. */
  readonly messages: readonly string[];
  /** The document; empty when no line is known. */
  readonly markdown: string;
  /** Whether an input that is measured decides one of them. */
  readonly isDecided: boolean;
}

/** A document with more is no longer read. */
const MOST_MESSAGES = 20;

/** A run of backticks that is longer than any in a text. */
function fenceFor(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  return '`'.repeat(Math.max(3, longest + 1));
}

function section({ text, title, meaning, inputs, advice, source, repeated }: ExplainedLine): string[] {
  const shown = visibleText(text);
  const fence = fenceFor(shown);
  const decided = inputs.map((id) => TITLES[id]).join(', ');
  const again = repeated > 0 ? [`It means the same in ${countOf(repeated, 'later line')}.`] : [];
  return [
    `## ${markdownText(title)}`,
    `${fence}text\n${shown}\n${fence}`,
    markdownText([meaning, ...again].join(' ')),
    `**Inputs that decide it:** ${markdownText(decided || 'none that is measured or reported')}`,
    `**What to do:** ${markdownText(advice)}`,
    `*Source:* ${markdownText(source)}`,
  ];
}

/** Explains a log. @param text of any length, with line ends of any kind */
export function explainLog(text: string): ExplainedLog {
  const all = explainHostLines(text);
  const shown = all.slice(0, MOST_MESSAGES);
  const left = all.length - shown.length;
  const parts = [
    '# Error messages explained',
    ...shown.flatMap(section),
    ...(left > 0
      ? [`${countOf(left, 'more message')} of the log could be explained. Select those that matter.`]
      : []),
  ];
  return {
    messages: shown.map((line) => line.text),
    markdown: all.length === 0 ? '' : `${parts.join('\n\n')}\n`,
    isDecided: shown.some(({ inputs }) => inputs.length > 0),
  };
}
