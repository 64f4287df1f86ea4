// What commands share for printing: where answers go, and how JSON, columns and findings are printed.

import { reworded, type CheckError } from '../core/errors';
import { byteCount, hex } from '../core/binary/hex';
import type { Finding } from '../core/binary/region';
import type { JunitCheck } from '../core/check/exportJunit';
import { withoutKey } from '../core/check/keyText';
import { jsonText } from '../core/binary/json';
import type { OnProgress } from '../app/io';
import { isPlainObject } from '../core/binary/values';

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

/** What a check's launch file is called: its path, unless no such file could be read and it may be a key that was typed there. */
export const launchName = (path: string, outcome: JunitCheck['outcome'], out: Output): string =>
  out.withhold('error' in outcome && outcome.error.code === 'unreadable-file' ? withoutKey(path) : path);

/** Prints a value as indented JSON; bigints in 0x form, bytes in hexadecimal. */
export function printJson(out: Output, value: unknown): void {
  out.lines(jsonLines(value));
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** Whether a value may be long: lists of what has members of its own. */
const isDeep = (value: unknown): boolean =>
  isList(value)
    ? value.some(
        (item) =>
          isPlainObject(item) &&
          Object.values(item).some((member) => isList(member) || isPlainObject(member)),
      )
    : isPlainObject(value) && Object.values(value).some((member) => isList(member) || isPlainObject(member));

/**
 * The lines of indented JSON, a part at a time: those of a large image would be tens of megabytes as one text.
 * @param indent of the value's own lines
 * @param start what precedes the value in its first line
 * @param end what follows it in its last
 */
function* jsonLines(value: unknown, indent = '', start = '', end = ''): Generator<string> {
  if (!isDeep(value)) {
    for (const [i, line] of `${jsonText(value)}${end}`.split('\n').entries())
      yield `${indent}${i === 0 ? start : ''}${line}`;
    return;
  }
  const members: (readonly [string, unknown])[] = isList(value)
    ? value.map((item) => ['', item ?? null])
    : Object.entries(value as object).flatMap(([key, item]) =>
        item === undefined ? [] : [[`${jsonText(key)}: `, item] as const],
      );
  const [open, close] = isList(value) ? '[]' : '{}';
  yield `${indent}${start}${open}`;
  for (const [i, [key, item]] of members.entries())
    yield* jsonLines(item, `${indent}  `, key, i < members.length - 1 ? ',' : '');
  yield `${indent}${close}${end}`;
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
