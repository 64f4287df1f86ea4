// What commands share for printing: text to stdout, JSON, progress on a terminal, and writing result files.

import { byteCount, hex } from '../core/binary/hex';
import type { Finding } from '../core/binary/region';
import { jsonText } from '../core/binary/json';
import type { OnProgress } from '../node/read';

/** What of a stream is used; those of the process are such, and a buffer can be. */
export interface TextStream {
  write(content: string | Uint8Array): unknown;
  readonly isTTY?: boolean;
  /** Width of the terminal. */
  readonly columns?: number;
}

/** Where a command prints; tests hand in their own. */
export interface Output {
  /** One line of the answer. */
  line(text: string): void;
  /** One line about the run: warnings and errors. */
  note(text: string): void;
  /** The answer itself when it is a file: bytes as they are, text line by line as on a terminal. */
  data(content: string | Uint8Array): void;
  /** Whether the answer goes to a terminal. */
  readonly isTerminal: boolean;
  readonly onProgress?: OnProgress;
}

/** Prints a value as indented JSON; bigints in 0x form, bytes in hexadecimal. */
export function printJson(out: Output, value: unknown): void {
  for (const line of jsonText(value).split('\n')) out.line(line);
}

/** One line as a terminal may have it: text from a file must not move the cursor or forge a line of its own. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (c) => `\\u${c.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}

/** Pads columns to their widest cell; the last column runs free. */
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

/** Findings as lines under a heading; nothing when there are none. */
export function findingLines(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  return ['', 'Findings', ...findings.map((finding) => `  ${findingLine(finding)}`)];
}

/** Progress of long reads on a terminal, at most ten times a second; silent for everything quick. */
export function terminalProgress(stream: TextStream): { onProgress: OnProgress; clear: () => void } {
  let shown = Date.now() + 400;
  let dirty = false;
  return {
    onProgress(name, done, total) {
      if (!stream.isTTY || Date.now() - shown < 100) return;
      shown = Date.now();
      dirty = true;
      const share = total ? `${Math.floor((100 * done) / total)} %` : byteCount(done);
      stream.write(`\r\x1b[2K${name}: ${share}`);
    },
    clear() {
      if (dirty) stream.write('\r\x1b[2K');
      dirty = false;
    },
  };
}
