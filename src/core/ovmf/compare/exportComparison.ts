// A comparison of two images as lines, as Markdown and as plain data for JSON: what `ovmf
// diff` prints and the editor copies.

import { byteCount, countOf, hex, roundedSize } from '../../binary/hex';
import { markdownTable, markdownText } from '../../binary/markdown';
import type { ComparedChange, ImageComparison } from './compare';
import type { DifferingRange } from './compareBytes';
import type { ChangeSide } from './change';
import type { MeasurementEffect } from './effects';

/** The names of the two images. */
export interface ImageNames {
  readonly a: string;
  readonly b: string;
}

/** The maximum number of ranges in texts; JSON has all. */
const MOST_SHOWN = 20;

/** Digits of a digest in texts; JSON has all. */
const DIGEST_SHOWN = 16;

/** One side of a change in a few words; a dash when it is absent. */
function describeSide(side: ChangeSide | undefined): string {
  if (!side) return '-';
  const { size, raw, meaning, digest } = side;
  const what = raw === '' ? byteCount(size) : raw;
  const sha = digest ? `SHA-256 ${digest.slice(0, DIGEST_SHOWN)}…` : '';
  return `${describeOffset(side, 6)}  ${[what, meaning, sha].filter((part) => part !== '').join('  ')}`;
}

/** The offset of a side; a leading plus sign marks an offset in decompressed data. */
export function describeOffset({ offset, inside }: ChangeSide, digits = 1): string {
  return `${inside ? '+' : ''}${hex(offset, digits)}`;
}

/** The guests that an effect concerns, in words. */
function describeGuests({ guests, onlyWith }: MeasurementEffect): string {
  const who = guests.length === 0 ? 'no guest' : guests.join(', ');
  return onlyWith === undefined ? who : `${who} with ${onlyWith}`;
}

/** How many bytes differ and where, in one sentence. */
export function describeDifferences({ equal, differences }: ImageComparison): string {
  const { bytes, total, pages, complete } = differences;
  const unknown = complete ? '' : ' in the part that was given';
  if (equal) return `No byte differs${unknown}.`;
  const where = `${countOf(total, 'range')}, ${countOf(pages, 'page')}`;
  return `${roundedSize(bytes)} differ${bytes === 1 ? 's' : ''}${unknown} (${where}).`;
}

const pathText = ({ path }: ComparedChange) => path.join(' / ');
const placeText = (at: number | undefined) => (at === undefined ? '-' : hex(at, 6));

/** The comparison as lines of text, with a limited number of ranges. */
export function comparisonLines(comparison: ImageComparison, { a, b }: ImageNames): string[] {
  if (comparison.equal) return [`${a} equals ${b}. ${describeDifferences(comparison)}`];
  const { changes, effects, differences, unread } = comparison;
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
      ...(change.notes ?? []).map((note) => `    ${note}`),
      ...(change.a ? [`    first   ${describeSide(change.a)}`] : []),
      ...(change.b ? [`    second  ${describeSide(change.b)}`] : []),
    ]),
    '',
    ...unread,
    ...(unread.length > 0 ? [''] : []),
    'Bytes that differ (offset in the first, in the second)',
    ...shown.map((r) => `  ${placeText(r.a)}  ${placeText(r.b)}  ${byteCount(r.size)}`),
    ...(total > shown.length ? [`  and ${total - shown.length} more ranges`] : []),
  ];
}

/** The comparison as Markdown. Ends with a newline. */
export function imageComparisonMarkdown(comparison: ImageComparison, { a, b }: ImageNames): string {
  const { changes, effects, differences, unread } = comparison;
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
              ['change', 'what', 'where', 'first', 'second', 'notes'],
              changes.map((c) => [
                c.kind,
                c.what,
                markdownText(pathText(c)),
                cell(c.a),
                cell(c.b),
                markdownText((c.notes ?? []).join('; ')),
              ]),
            ),
          ),
          ...unread.flatMap((sentence) => ['', markdownText(sentence)]),
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
