// A comparison of two images as lines, as Markdown and as plain data for JSON: what `ovmf diff` prints and what the
// editor copies.

import { byteCount, countOf, hex } from '../hex';
import { markdownTable, markdownText } from '../markdown';
import type { ComparedChange, ImageComparison } from './compare';
import type { DifferingRange } from './compareBytes';
import type { ChangeSide } from './compareRegions';
import type { MeasurementEffect } from './effects';

/** What the two images are called. */
export interface ImageNames {
  readonly a: string;
  readonly b: string;
}

/** Ranges that texts list; JSON has all that there are. */
const MOST_SHOWN = 20;

/** One side of a change in a few words; a dash for what is not there. */
export function describeSide(side: ChangeSide | undefined): string {
  if (!side) return '-';
  const { offset, size, raw, meaning } = side;
  const what = raw === '' ? byteCount(size) : raw;
  return `${hex(offset, 6)}  ${[what, meaning].filter((part) => part !== '').join('  ')}`;
}

/** Whom an effect concerns, in words. */
export function describeGuests({ guests, onlyWith }: MeasurementEffect): string {
  const who = guests.length === 0 ? 'no guest' : guests.join(', ');
  return onlyWith === undefined ? who : `${who} with ${onlyWith}`;
}

/** How many bytes differ and where, in one sentence. */
export function describeDifferences({ equal, differences }: ImageComparison): string {
  const { bytes, total, complete } = differences;
  const unknown = complete ? '' : ' in the part that was given';
  if (equal) return `No byte differs${unknown}.`;
  return `${byteCount(bytes)} differ${bytes === 1 ? 's' : ''} in ${countOf(total, 'range')}${unknown}.`;
}

const pathText = ({ path }: ComparedChange) => path.join(' / ');
const placeText = (at: number | undefined) => (at === undefined ? '-' : hex(at, 6));

/** The comparison as lines of text, those of ranges cut off. */
export function comparisonLines(comparison: ImageComparison, { a, b }: ImageNames): string[] {
  if (comparison.equal) return [`${a} equals ${b}. ${describeDifferences(comparison)}`];
  const { changes, effects, differences } = comparison;
  const { ranges, total } = differences;
  const shown = ranges.slice(0, MOST_SHOWN);
  return [
    `${a} differs from ${b}. ${describeDifferences(comparison)}`,
    '',
    'Measurements',
    ...effects.map((effect) => `  ${describeGuests(effect)}: ${effect.text}`),
    '',
    'Changes',
    ...changes.flatMap((change) => [
      `  ${change.kind} ${change.what}: ${pathText(change)}`,
      ...(change.a ? [`    first   ${describeSide(change.a)}`] : []),
      ...(change.b ? [`    second  ${describeSide(change.b)}`] : []),
    ]),
    '',
    'Bytes that differ (offset in the first, in the second)',
    ...shown.map((r) => `  ${placeText(r.a)}  ${placeText(r.b)}  ${byteCount(r.size)}`),
    ...(total > shown.length ? [`  and ${total - shown.length} more ranges`] : []),
  ];
}

/** The comparison as Markdown. Ends with a newline. */
export function imageComparisonMarkdown(comparison: ImageComparison, { a, b }: ImageNames): string {
  const { changes, effects, differences } = comparison;
  const cell = (side: ChangeSide | undefined) => markdownText(describeSide(side));
  const rangeRow = (r: DifferingRange) => [placeText(r.a), placeText(r.b), byteCount(r.size)];
  const section = (title: string, lines: readonly string[]) => ['', `## ${title}`, '', ...lines];
  return [
    `# ${markdownText(a)} compared with ${markdownText(b)}`,
    '',
    describeDifferences(comparison),
    ...(comparison.equal
      ? []
      : [
          ...section(
            'Measurements',
            markdownTable(
              ['guests', 'effect'],
              effects.map((effect) => [describeGuests(effect), markdownText(effect.text)]),
            ),
          ),
          ...section(
            'Changes',
            markdownTable(
              ['change', 'what', 'where', 'first', 'second'],
              changes.map((c) => [c.kind, c.what, markdownText(pathText(c)), cell(c.a), cell(c.b)]),
            ),
          ),
          ...section(
            'Bytes that differ',
            markdownTable(['first', 'second', 'size'], differences.ranges.slice(0, MOST_SHOWN).map(rangeRow)),
          ),
        ]),
    '',
  ].join('\n');
}

/** The comparison as plain data. */
export function imageComparisonJson(comparison: ImageComparison, names: ImageNames) {
  return { first: names.a, second: names.b, ...comparison };
}
