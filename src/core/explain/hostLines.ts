// Lines that people paste from logs of a host or the console of a guest: what each means, and which inputs of a launch decide it.

import { keyFilter } from '../check/keyText';
import type { HostLineRow } from './hostRow';
import { QEMU_IMAGE_ROWS } from './hostRowsImage';
import { OTHER_ROWS } from './hostRowsOthers';
import { QEMU_HOST_ROWS } from './hostRowsQemu';
import { STATUS_LINES, STATUS_WORDS } from './hostRowsStatus';
import type { HostMeaning } from './hostStatus';

/** A line with a meaning, and where it is. */
export interface ExplainedLine extends HostMeaning {
  /** From 1 on. */
  readonly line: number;
  /** As it was given, without white space at its ends and without what may be a key. */
  readonly text: string;
  /** How many later lines mean the same. */
  readonly repeated: number;
}

/** All rows; a line means what the first says that knows it. */
export const HOST_LINE_ROWS: readonly HostLineRow[] = [
  ...OTHER_ROWS,
  ...STATUS_LINES,
  ...QEMU_IMAGE_ROWS,
  ...QEMU_HOST_ROWS,
  STATUS_WORDS,
];

/** A longer line is no message of a host. */
const MOST_CHARACTERS = 2000;

/** What one line means; undefined when no row knows it. */
export function explainHostLine(line: string): HostMeaning | undefined {
  if (line.length > MOST_CHARACTERS) return undefined;
  for (const { id, pattern, explain } of HOST_LINE_ROWS) {
    const match = pattern.exec(line);
    const found = match && explain(match, line);
    if (found) return { id, ...found };
  }
  return undefined;
}

const withoutKeys = (line: string): string => keyFilter([line])(line);

/** The lines of a log that mean something, in their order, each meaning once. */
export function explainHostLines(text: string): ExplainedLine[] {
  const found = new Map<string, ExplainedLine>();
  text.split(/\r\n|\r|\n/).forEach((line, i) => {
    const meaning = explainHostLine(line);
    if (!meaning) return;
    const key = `${meaning.title}\n${meaning.meaning}`;
    const before = found.get(key);
    found.set(
      key,
      before
        ? { ...before, repeated: before.repeated + 1 }
        : { ...meaning, line: i + 1, text: withoutKeys(line.trim()), repeated: 0 },
    );
  });
  return [...found.values()];
}
