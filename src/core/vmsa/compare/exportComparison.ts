// A comparison of two pages as Markdown and as plain data for JSON: what `vmsa diff` prints and what the editor copies.

import { hex } from '../../binary/hex';
import { groupByCause } from './causes';
import { setBy, type ComparedField, type VmsaComparison } from './compare';
import { markdownTable, markdownText } from '../../binary/markdown';
import type { VmsaRequest } from '../launch/generate';
import type { VmsaField } from '../page';
import { FIELDS_OF_PAGE } from '../part';
import { jsonValue } from '../forms/pageJson';

/** The names of the two pages; `request` is set when the expected one was generated. */
export interface ComparisonNames {
  readonly actual: string;
  readonly expected: string;
  readonly request?: VmsaRequest | undefined;
}

const side = ({ raw, meaning }: VmsaField) =>
  meaning === '' ? `\`${raw}\`` : `\`${raw}\` ${markdownText(meaning)}`;

function tableOf(fields: readonly ComparedField[], generated: boolean): string[] {
  const heads = ['offset', 'field', 'found', 'expected', ...(generated ? ['set by'] : [])];
  const rows = fields.map((f) => [
    hex(f.actual.offset, 3),
    `\`${f.actual.name}\``,
    side(f.actual),
    side(f.expected),
    ...(generated ? [markdownText(setBy(f))] : []),
  ]);
  return markdownTable(heads, rows);
}

/** That a comparison is of a part, as a sentence. @param count of the fields that are not known on one side */
export const notCompared = (count: number): string =>
  count === 1
    ? '1 field is not known and was not compared.'
    : `${count} fields are not known and were not compared.`;

/** The differing fields as Markdown, by cause. Ends with a newline. */
export function comparisonMarkdown(comparison: VmsaComparison, names: ComparisonNames): string {
  const { fields } = comparison;
  const differing = fields.filter((f) => f.differs);
  const generated = names.request !== undefined;
  const count =
    differing.length === 0 ? 'No field differs' : `${differing.length} of ${fields.length} fields differ`;
  const unknown = FIELDS_OF_PAGE - fields.length;
  const sections = groupByCause(comparison).flatMap(({ cause, fields: members }) => [
    `## ${markdownText(cause.title)}`,
    '',
    markdownText(cause.text),
    '',
    ...tableOf(members, generated),
    '',
  ]);
  return [
    `# ${markdownText(names.actual)} compared with ${markdownText(names.expected)}`,
    '',
    unknown === 0 ? `${count}.` : `${count}. ${notCompared(unknown)}`,
    '',
    ...sections,
  ].join('\n');
}

const fieldJson = (c: ComparedField) => ({
  name: c.actual.name,
  offset: c.actual.offset,
  size: c.actual.size,
  actual: jsonValue(c.actual.value, c.actual.size),
  expected: jsonValue(c.expected.value, c.expected.size),
  actualMeaning: c.actual.meaning,
  expectedMeaning: c.expected.meaning,
  setBy: c.writes.at(-1)?.layer.id ?? null,
});

/**
 * The comparison as plain data: the differing fields, each with the id of its cause, and the text of each cause. Pages
 * that are known in part are never `equal`: then it is null, or false.
 */
export function comparisonJson(comparison: VmsaComparison, names: ComparisonNames) {
  const { fields } = comparison;
  const groups = groupByCause(comparison);
  const causeId = new Map(groups.flatMap((g) => g.fields.map((f) => [f, g.cause.id])));
  const differing = fields.filter((f) => f.differs);
  const unknown = FIELDS_OF_PAGE - fields.length;
  return {
    file: names.actual,
    expected: names.request ?? names.expected,
    equal: differing.length > 0 ? false : unknown > 0 ? null : true,
    ...(unknown > 0 && { compared: fields.length, notCompared: unknown }),
    differences: differing.map((f) => ({ ...fieldJson(f), cause: causeId.get(f)! })),
    causes: groups.map(({ cause, fields: members }) => ({
      ...cause,
      fields: members.map((f) => f.actual.name),
    })),
  };
}
