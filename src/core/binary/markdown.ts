// Markdown that is made here: texts in which nothing is markup, and tables.

/** A text as one cell of a table, or one line: nothing in it is markup. */
export const markdownText = (text: string) =>
  text.replaceAll(/[\\`*[\]<>|~#]|\b_|_\b/g, (c) => `\\${c}`).replaceAll(/[\r\n]+/g, ' ');

/** A text that is markup itself as a cell: only what would end the cell is escaped. */
export const markdownCell = (markup: string) => markup.replaceAll('|', '\\|');

/** The lines of a table of cells that are ready. */
export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)];
}
