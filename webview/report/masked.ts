// Which bytes name a machine or a guest.

import type { LeafField } from '../../src/core/binary/leafField';
import type { ByteRange } from '../../src/core/binary/region';
import { PRIVATE_FIELDS } from '../../src/core/report/redact';

/** The bytes of fields that are masked. @param at where the report is */
export const rangesOf = (fields: readonly LeafField[], at: number): ByteRange[] =>
  fields
    .filter(({ name }) => PRIVATE_FIELDS.includes(name))
    .map(({ offset, size }) => ({ offset: at + offset, size }));

/** Whether two ranges have a byte in common. */
export const overlaps = (a: ByteRange, b: ByteRange): boolean =>
  a.offset < b.offset + b.size && b.offset < a.offset + a.size;
