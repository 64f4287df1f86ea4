// A comparison of two pages as Markdown and as plain data for JSON: what `vmsa diff` prints and what the editor copies.

import { hex } from '../hex';
import { setBy, type ComparedField } from './compare';
import { markdownTable, markdownText } from './exportPage';
import type { VmsaRequest } from './generate';
import type { VmsaField } from './page';
import { jsonValue } from './pageJson';

/** What the two pages are called; `request` when the expected one was generated. */
export interface ComparisonNames {
  readonly actual: string;
  readonly expected: string;
  readonly request?: VmsaRequest | undefined;
}

/** Fields that differ for one reason. */
export interface CauseGroup {
  readonly cause: { readonly id: string; readonly title: string; readonly text: string };
  readonly fields: readonly ComparedField[];
}

/** Sorts the fields that differ by cause. */
export type GroupByCause = (fields: readonly ComparedField[]) => readonly CauseGroup[];

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

/** The fields that differ as a Markdown text, by cause when `group` tells causes. Ends with a newline. */
export function comparisonMarkdown(
  fields: readonly ComparedField[],
  names: ComparisonNames,
  group?: GroupByCause,
): string {
  const differing = fields.filter((f) => f.differs);
  const generated = names.request !== undefined;
  const count =
    differing.length === 0 ? 'No field differs' : `${differing.length} of ${fields.length} fields differ`;
  const sections = group
    ? group(fields).flatMap(({ cause, fields: members }) => [
        '',
        `## ${markdownText(cause.title)}`,
        '',
        markdownText(cause.text),
        '',
        ...tableOf(members, generated),
      ])
    : ['', ...tableOf(differing, generated)];
  return [
    `# ${markdownText(names.actual)} compared with ${markdownText(names.expected)}`,
    '',
    `${count}.`,
    ...(differing.length === 0 ? [] : sections),
    '',
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

/** The comparison as plain data; with `group`, each difference has the id of its cause and `causes` their texts. */
export function comparisonJson(
  fields: readonly ComparedField[],
  names: ComparisonNames,
  group?: GroupByCause,
) {
  const groups = group?.(fields);
  const causeId = new Map(groups?.flatMap((g) => g.fields.map((f) => [f.actual.name, g.cause.id])));
  const differing = fields.filter((f) => f.differs);
  return {
    file: names.actual,
    expected: names.request ?? names.expected,
    equal: differing.length === 0,
    differences: differing.map((f) => ({
      ...fieldJson(f),
      ...(groups && { cause: causeId.get(f.actual.name) ?? null }),
    })),
    ...(groups && {
      causes: groups.map(({ cause, fields: members }) => ({
        id: cause.id,
        title: cause.title,
        text: cause.text,
        fields: members.map((f) => f.actual.name),
      })),
    }),
  };
}
