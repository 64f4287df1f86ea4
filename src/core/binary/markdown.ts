// Builds Markdown: text in which nothing is markup, and tables.

/** A text as one table cell, or one line, with all markup escaped. */
export const markdownText = (text: string) =>
  text.replaceAll(/[\\`*[\]<>|~#]|\b_|_\b/g, (c) => `\\${c}`).replaceAll(/[\r\n]+/g, ' ');

/** A cell that is markup already: escapes only what would end the cell. */
export const markdownCell = (markup: string) => markup.replaceAll('|', '\\|');

/** The lines of a table whose cells are already escaped. */
export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)];
}
