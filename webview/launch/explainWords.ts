// What the page says of a search for the cause of a mismatch, as data and texts: nothing here draws.

import { grouped, WEIGHT_TEXTS } from '../../src/core/explain/exportExplanation';
import type { ExplainProgress, ExplainResult, Weight } from '../../src/core/explain/explanation';
import type { ExplanationState } from '../../src/protocol/launch';

/** How much it matters, by an icon beside the words, so that no colour is needed to see it. None of them looks like a match. */
export const WEIGHT_ICONS: Readonly<Record<Weight, { name: string; style: string }>> = {
  mistake: { name: 'edit', style: '' },
  benign: { name: 'info', style: 'severity-info' },
  serious: { name: 'warning', style: 'severity-warning' },
};

const CAUTION = 'Change the launch file only when this is the launch that you want.';

/** How much it matters, as sentences. */
export function weightWords(weight: Weight): string {
  const text = WEIGHT_TEXTS[weight];
  const sentence = `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  return weight === 'serious' ? `${sentence} ${CAUTION}` : sentence;
}

/** A stretch of a sentence: words, a name that a machine knows, or a digest in hexadecimal. */
export interface SentencePart {
  readonly kind: 'text' | 'code' | 'digest';
  readonly text: string;
}

/** A sentence, taken apart at its digests, which are runs of 32 or more hexadecimal digits, and at what stands in backticks. */
export function sentenceParts(sentence: string): SentencePart[] {
  return sentence
    .split(/(\b[0-9a-f]{32,}\b|`[^`]+`)/)
    .map((text, i): SentencePart => {
      if (i % 2 === 0) return { kind: 'text', text };
      return text.startsWith('`') ? { kind: 'code', text: text.slice(1, -1) } : { kind: 'digest', text };
    })
    .filter(({ text }) => text !== '');
}

/** What an input is called in sentences as a heading: `the launch flavour` as `Launch flavour`, and `vCPUs` as it is. */
export function asHeading(title: string): string {
  const name = title.replace(/^the /, '');
  return /^[a-z][a-z ]/.test(name) ? name.charAt(0).toUpperCase() + name.slice(1) : name;
}

/** How far a search is: a share from 0 to 1 when that is known, and words. */
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

/** What a summary says besides the title of the first explanation, which stands under it as a heading. */
export function shortSummary({ summary, explanations }: ExplainResult): string {
  const title = explanations[0]?.title;
  return title !== undefined && summary.startsWith(`${title}.`)
    ? summary.slice(title.length + 1).trim()
    : summary;
}

/** How many hypotheses, with their noun. */
export const hypotheses = (count: number): string =>
  `${grouped(count)} ${count === 1 ? 'hypothesis' : 'hypotheses'}`;

/** What a screen reader says of a search: that it runs, and how it ended; not how far it is. */
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
