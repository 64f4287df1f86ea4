// The value of an input that somebody typed, by its row in the table.

import { inputRow, type InputId, type InputRow, type InputValue } from './inputs';

/** Kinds of inputs that are numbers, also in the forms of Python's `int(text, 0)` that other programs take. */
const NUMBERS: readonly string[] = ['number', 'count', 'word', 'cpu'];

/** A text as the table of inputs reads it: `0o17` and `0b1111` in decimal. */
export const asRead = ({ kind }: InputRow, text: string): string =>
  NUMBERS.includes(kind) && /^0(?:o[0-7]{1,80}|b[01]{1,80})$/i.test(text) ? String(BigInt(text)) : text;

/**
 * The value of an input that is kept as text.
 * @throws CheckError from `fail`, which gets what is wrong
 */
export function readInput<I extends InputId>(
  id: I,
  text: string,
  fail: (found: Extract<ReturnType<InputRow['parse']>, { readonly ok: false }>) => Error,
): InputValue<I> {
  const row = inputRow(id);
  const read = row.parse(asRead(row, text));
  if (!read.ok) throw fail(read);
  return read.value as InputValue<I>;
}
