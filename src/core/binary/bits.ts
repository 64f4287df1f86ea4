// Constructors for the rows of bit tables: single flags, bit ranges as manuals write
// them, and bits that must be zero.

import type { Bit } from './struct';

/** Names of single values. */
export type Words = Readonly<Record<number, string>>;

/** One named bit. */
export const flag = <const N extends string>(lsb: number, name: N, doc: string): Bit<N> => ({
  name,
  lsb,
  width: 1,
  doc,
});

/** A range of bits from `msb` down to `lsb`, with names for single values. */
export const bits = <const N extends string>(
  msb: number,
  lsb: number,
  name: N,
  doc: string,
  values?: Words,
): Bit<N> => ({
  name,
  lsb,
  width: msb - lsb + 1,
  doc,
  ...(values && { values }),
});

/** The upper bits of an address. */
export const address = (msb: number, lsb: number, name: string, doc: string): Bit => ({
  ...bits(msb, lsb, name, doc),
  address: true,
});

/** A range of reserved bits. */
export const mustBeZero = (msb: number, lsb: number): Bit<'RSVD'> => ({
  ...bits(msb, lsb, 'RSVD', 'must be zero'),
  reserved: true,
});

/** The same bits repeated for each of several things, such as breakpoints. */
export const each = (count: number, make: (i: number) => readonly Bit[]): Bit[] =>
  Array.from({ length: count }, (_, i) => make(i)).flat();
