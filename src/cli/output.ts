// What commands share for printing: where answers go, and how JSON, columns and findings are printed.

import { reworded, type CheckError } from '../core/errors';
import { byteCount, hex } from '../core/binary/hex';
import type { Finding } from '../core/binary/region';
import { jsonText } from '../core/binary/json';
import type { OnProgress } from '../app/io';

/** Where a command prints. All text it receives is made plain. */
export interface Output {
  /** One line of the answer. */
  line(text: string): void;
  /** Many lines of the answer. */
  lines(texts: Iterable<string>): void;
  /** One line about the run: warnings and errors. */
  note(text: string): void;
  /** An answer that is a file: bytes unchanged, text line by line as on a terminal. */
  data(content: string | Uint8Array): void;
  /** Takes keys out of a text that are arguments by mistake. Notes are without them anyway. */
  withhold(text: string): string;
  /** Whether the answer goes to a terminal. */
  readonly isTerminal: boolean;
  readonly onProgress?: OnProgress;
}

/** A failure for a line or a file of results, without keys that are arguments by mistake. */
export const withoutKeys = (error: CheckError, out: Output): CheckError =>
  reworded(error, (text) => out.withhold(text));

/** Prints a value as indented JSON; bigints in 0x form, bytes in hexadecimal. */
export function printJson(out: Output, value: unknown): void {
  out.lines(eachLine(jsonText(value)));
}

/** The lines of a text, one at a time: that of a large image has hundreds of thousands. */
function* eachLine(text: string): Generator<string> {
  for (let at = 0; at <= text.length;) {
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found;
    yield text.slice(at, end);
    at = end + 1;
  }
}

/** Pads columns to their widest cell, except the last. */
export function columns(rows: readonly (readonly string[])[], indent = ''): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows.map((row) =>
    (
      indent + row.map((cell, i) => (i < row.length - 1 ? cell.padEnd(widths[i]!) : cell)).join('  ')
    ).trimEnd(),
  );
}

/** A finding as one line. */
export function findingLine(f: Finding): string {
  return `${f.severity} ${f.rule} at ${hex(f.offset, 3)} (${byteCount(f.size)}): ${f.message}`;
}

/** Findings as lines under a heading; empty when there are none. */
export function findingLines(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  return ['', 'Findings', ...findings.map((finding) => `  ${findingLine(finding)}`)];
}
