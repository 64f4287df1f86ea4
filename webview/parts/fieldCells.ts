// How the fields of a structure stand in the cells of a treegrid, on every page that shows one.

import { countOf, hex } from '../../src/core/binary/hex';
import type { LeafField } from '../../src/core/binary/leafField';
import type { Cell } from './rows';

/** The columns of one structure. */
export const FIELD_COLUMNS = [
  { id: 'name', title: 'Field' },
  { id: 'offset', title: 'Offset' },
  { id: 'raw', title: 'Raw' },
  { id: 'meaning', title: 'Meaning' },
];

/** One side's value in a comparison: a number without leading zeros, so that two of them fit next to each other. */
export function sideCell({ raw, meaning, value }: LeafField, marked: boolean): Cell {
  const text = value instanceof Uint8Array ? raw : hex(value);
  return { text, extra: meaning, full: meaning === '' ? raw : `${raw}  ${meaning}`, marked };
}

/** What a heading says of its fields. @param set how many are not zero */
export const headingWords = (fields: number, set: number): string =>
  `${countOf(fields, 'field')}, ${set === 0 ? 'all zero' : `${set} not zero`}`;

/** How many fields pass a filter, and of how many. */
export const countWords = (shown: number, all: number): string =>
  shown === all ? `${all} fields` : `${shown} of ${all} fields`;
