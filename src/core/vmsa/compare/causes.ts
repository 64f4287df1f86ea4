// Why a field of two pages differs: one cause per field, from the table in causeRules.ts. The rules look at
// the values on both sides and at other fields of both pages, because the same value can have several origins.

import { isZero } from '../../binary/hex';
import { decode, writeLeaf } from '../../binary/struct';
import type { Pair, Side } from './causePair';
import { CAUSES } from './causeRules';
import type { ComparedField } from './compare';
import { VMSA, VMSA_SIZE } from '../layout/layout';
import { isZeroField, type VmsaField } from '../page';
import { pageKind } from '../pageKind';
import { SEVCTL_SIZE } from '../forms/sevctlJson';

export { CAUSES } from './causeRules';

/** Why a field differs, in words for whoever has to make the pages equal. */
export interface Cause {
  readonly id: string;
  readonly title: string;
  /** What makes these bytes differ, with versions, and what to do. */
  readonly text: string;
}

function sideOf(fields: readonly VmsaField[]): Side {
  const page = new Uint8Array(VMSA_SIZE);
  for (const { leaf, value } of fields) writeLeaf(page, leaf, value);
  const values = decode(VMSA, page);
  const above = fields.filter((field) => field.offset >= SEVCTL_SIZE && !isZeroField(field));
  return {
    kind: pageKind(page),
    beyondReset: above.some(({ name }) => name !== 'mxcsr' && name !== 'x87_fcw'),
    fpu: above.length > 0,
    value: (name) => BigInt(values[name]),
  };
}

const sidesOf = new WeakMap<readonly ComparedField[], readonly [Side, Side]>();

/** Both pages as the rules see them, built once per comparison. */
function sides(all: readonly ComparedField[]): readonly [Side, Side] {
  let found = sidesOf.get(all);
  if (!found) {
    found = [sideOf(all.map((f) => f.actual)), sideOf(all.map((f) => f.expected))];
    sidesOf.set(all, found);
  }
  return found;
}

/** Rules only see whether a byte run is all zero. */
function numberOf({ value }: VmsaField): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value);
  return isZero(value) ? 0n : 1n;
}

/**
 * The cause of one differing field: the first rule of the table that fits.
 * @param all every field of the comparison that `field` belongs to
 */
export function causeOf(field: ComparedField, all: readonly ComparedField[]): Cause {
  const [actual, expected] = sides(all);
  const { name, group, offset } = field.actual;
  const values = { a: numberOf(field.actual), e: numberOf(field.expected) };
  const pair: Pair = { name, group, offset, ...values, actual, expected };
  const { id, title, doc, text } = CAUSES.find((rule) => rule.applies(pair))!;
  return { id, title, text: text ? text(pair) : doc };
}

/** The differing fields by cause, the most informative cause first; each cause has the text of its first field. */
export function groupByCause(fields: readonly ComparedField[]): { cause: Cause; fields: ComparedField[] }[] {
  const groups = new Map<string, { cause: Cause; fields: ComparedField[] }>();
  for (const field of fields) {
    if (!field.differs) continue;
    const cause = causeOf(field, fields);
    const group = groups.get(cause.id);
    if (group) group.fields.push(field);
    else groups.set(cause.id, { cause, fields: [field] });
  }
  const order = CAUSES.map((rule) => rule.id);
  return [...groups.values()].sort((x, y) => order.indexOf(x.cause.id) - order.indexOf(y.cause.id));
}
