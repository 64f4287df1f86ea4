// One row of the tables of lines that hosts and guests print.

import type { Dimension } from './cause';
import type { Meaning } from './hostStatus';

/** A row: lines of one form, which mean the same but for what is in them. */
export interface HostLineRow {
  readonly id: string;
  readonly pattern: RegExp;
  /** Lines as they are printed, for the documentation and the tests. */
  readonly lines: readonly string[];
  /** What a line means; undefined for one that means nothing after all. */
  readonly explain: (match: RegExpExecArray, line: string) => Meaning | undefined;
}

/** A row whose lines all mean the same, in the same words. */
export const fixed = (
  { id, pattern, lines }: Omit<HostLineRow, 'explain'>,
  meaning: Omit<Meaning, 'inputs'> & { readonly inputs?: readonly Dimension[] },
): HostLineRow => ({ id, pattern, lines, explain: () => ({ inputs: [], ...meaning }) });
