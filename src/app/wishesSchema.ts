// The schema of the wishes in a launch file, from their table: what is wanted of an attestation report besides its measurement, with the
// names and values that a file of wishes has.

import * as v from 'valibot';
import { readWish, TCB_COMPONENTS } from '../core/report/readWish';
import { WISH_ROWS, type WishRow } from '../core/report/wishes';

/** What a JSON value is for the reader of wishes: numbers are exact, and objects are maps. */
function exact(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  if (Array.isArray(value)) return value.map(exact);
  if (typeof value === 'object' && value !== null)
    return new Map(Object.entries(value).map(([name, inner]) => [name, exact(inner)]));
  return value;
}

/** What a wish wants, as a phrase. */
const wantedBy = (row: WishRow): string => {
  const read = readWish(row, undefined);
  return read.ok ? '' : read.wanted;
};

const whole = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(most));

/** What JSON a wish is written in; what is in a text, its reader says. @param wanted what it is, a phrase */
function shapeOf({ kind, size }: WishRow, wanted: string): v.GenericSchema {
  switch (kind) {
    case 'bytes':
      return v.union([v.string(), v.pipe(v.array(v.string()), v.minLength(1))], wanted);
    case 'number':
      return v.union([whole(2 ** (8 * size) - 1), v.string()], wanted);
    case 'bits':
      return v.union([whole(Number.MAX_SAFE_INTEGER), v.string()], wanted);
    case 'tcb':
      return v.union([TCB, v.string()], wanted);
    case 'version':
    case 'product':
      return v.union([v.string()], wanted);
    case 'flag':
      return v.union([v.boolean()], wanted);
  }
}

const TCB = v.strictObject(
  Object.fromEntries(TCB_COMPONENTS.map((name) => [name, v.optional(whole(255))])) as v.ObjectEntries,
);

/** How a wish is written, for who reads its description. */
const FORMS: Readonly<Record<WishRow['kind'], (size: number) => string>> = {
  bytes: (size) => ` ${size} bytes in hexadecimal or base64, or a list of these, of which one is enough.`,
  number: () => ' A number, also as "0x5".',
  bits: () => ' A number of 64 bits, as "0x30000".',
  tcb: () => ' An object such as {"snp": 23, "microcode": 213}, or a text such as "snp=23,microcode=213".',
  version: () => ' A text such as "1.55".',
  product: () => ' A name such as "Milan".',
  flag: () => ' true or false.',
};

const sentence = (phrase: string): string => `${phrase[0]!.toUpperCase()}${phrase.slice(1)}.`;

function schemaOfWish(row: WishRow): v.GenericSchema {
  const wanted = wantedBy(row);
  const read = (value: unknown) => readWish(row, exact(value));
  return v.pipe(
    shapeOf(row, wanted),
    v.description(`${sentence(row.doc)}${FORMS[row.kind](row.size)}`),
    v.check((value) => read(value).ok, wanted),
    v.transform((value) => {
      const found = read(value);
      return found.ok ? found.value : undefined;
    }),
  );
}

/** The schema of an object of wishes. */
export const wishesSchema = (): v.GenericSchema =>
  v.strictObject(Object.fromEntries(WISH_ROWS.map((row) => [row.name, v.optional(schemaOfWish(row))])));
