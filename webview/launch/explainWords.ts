// The texts about a search for the cause of a mismatch; nothing here draws.

import { grouped, WEIGHT_TEXTS } from '../../src/core/explain/exportExplanation';
import type { ExplainProgress, ExplainResult, Weight } from '../../src/core/explain/explanation';
import type { ExplanationState } from '../../src/protocol/launch';

/** An icon for each weight, shown with the words, so that colour is not needed. None of them looks like a match. */
export const WEIGHT_ICONS: Readonly<Record<Weight, { name: string; style: string }>> = {
  mistake: { name: 'edit', style: '' },
  benign: { name: 'info', style: 'severity-info' },
  serious: { name: 'warning', style: 'severity-warning' },
};

const CAUTION = 'Change the launch file only when this is the launch that you want.';

/** A weight in sentences. */
export function weightWords(weight: Weight): string {
  const text = WEIGHT_TEXTS[weight];
  const sentence = `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  return weight === 'serious' ? `${sentence} ${CAUTION}` : sentence;
}

/** A part of a sentence: plain words, an identifier, or a hexadecimal digest. */
export interface SentencePart {
  readonly kind: 'text' | 'code' | 'digest';
  readonly text: string;
}

/** Splits a sentence at its digests, which are runs of 32 or more hexadecimal digits, and at text in backticks. */
export function sentenceParts(sentence: string): SentencePart[] {
  return sentence
    .split(/(\b[0-9a-f]{32,}\b|`[^`]+`)/)
    .map((text, i): SentencePart => {
      if (i % 2 === 0) return { kind: 'text', text };
      return text.startsWith('`') ? { kind: 'code', text: text.slice(1, -1) } : { kind: 'digest', text };
    })
    .filter(({ text }) => text !== '');
}

/** The name of an input as a heading: `the given value` becomes `Given value`, `vCPUs` stays unchanged. */
export function asHeading(title: string): string {
  const name = title.replace(/^the /, '');
  return /^[a-z][a-z ]/.test(name) ? name.charAt(0).toUpperCase() + name.slice(1) : name;
}

/** The progress of a search: a share from 0 to 1 if known, and words. */
export function progressWords(progress: ExplainProgress | undefined): { share?: number; text: string } {
  if (!progress) return { text: 'Reading the inputs…' };
  const { total } = progress;
  const share = (done: number) => (total > 0 ? Math.min(1, done / total) : 0);
  if (progress.kind === 'reading') return { share: share(progress.done), text: `Reading ${progress.name}…` };
  const { tried, title } = progress;
  return {
    share: share(tried),
    text: `${grouped(tried)} of ${grouped(total)} hypotheses tried. Now: ${title}`,
  };
}

/** A summary without the title of the first explanation, which follows as a heading. */
export function shortSummary({ summary, explanations }: ExplainResult): string {
  const title = explanations[0]?.title;
  return title !== undefined && summary.startsWith(`${title}.`)
    ? summary.slice(title.length + 1).trim()
    : summary;
}

/** A number of hypotheses, with the noun. */
export const hypotheses = (count: number): string =>
  `${grouped(count)} ${count === 1 ? 'hypothesis' : 'hypotheses'}`;

/** What a screen reader announces about a search: that it runs and how it ended, but not its progress. */
export function spokenExplanation(state: ExplanationState): string {
  switch (state.kind) {
    case 'searching':
      return 'Searching for the cause.';
    case 'ended':
      return state.text;
    case 'found': {
      if (state.changed !== undefined) return 'The launch file is changed and not saved. Check again.';
      return state.result.summary;
    }
  }
}
