// Builds Markdown: text in which nothing is markup, and tables.

import { visibleText } from './plainText';

/** Markup, entities and mathematics (GitHub), and what would turn an address into a link. */
const MARKUP = /[\\`*[\]<>|~#&$@]|\b_|_\b|:(?=\/\/)|(?<=\bwww)\./gi;

/** A text as one table cell, or one line, with all markup escaped. */
export const markdownText = (text: string) =>
  visibleText(text, '\r\n')
    .replaceAll(MARKUP, (c) => `\\${c}`)
    .replaceAll(/[\r\n]+/g, ' ');

/** A cell that is markup already: escapes only what would end the cell. */
export const markdownCell = (markup: string) => markup.replaceAll('|', '\\|');

/** The lines of a table whose cells are already escaped. */
export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)];
}
