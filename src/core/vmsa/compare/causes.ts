// Why a field of two pages differs: one cause per field, from the table in causeRules.ts. The rules look at
// the values on both sides and at other fields of both pages, because the same value can have several origins.

import { isZero } from '../../binary/hex';
import { leaves } from '../../binary/struct';
import type { Pair, Side } from './causePair';
import { CAUSES } from './causeRules';
import type { ComparedField, VmsaComparison } from './compare';
import { VMSA, type VmsaName } from '../layout/layout';
import type { VmsaField } from '../page';
import { SEVCTL_SIZE } from '../forms/sevctlJson';
import type { VmsaPage } from '../vmsaPage';

export { CAUSES } from './causeRules';

/** Why a field differs, in words for whoever has to make the pages equal. */
export interface Cause {
  readonly id: string;
  readonly title: string;
  /** What makes these bytes differ, with versions, and what to do. */
  readonly text: string;
}

/** A page as the rules see it: what is not known of it is 0. */
function sideOf({ bytes, values, kind }: VmsaPage, known: ReadonlySet<VmsaName>): Side {
  const above = leaves(VMSA).filter(
    ({ path, offset, size }) =>
      offset >= SEVCTL_SIZE && known.has(path) && !isZero(bytes.subarray(offset, offset + size)),
  );
  return {
    kind,
    beyondReset: above.some(({ path }) => path !== 'mxcsr' && path !== 'x87_fcw'),
    fpu: above.length > 0,
    value: (name) => (known.has(name) ? BigInt(values[name]) : 0n),
  };
}

/** Rules only see whether a byte run is all zero. */
function numberOf({ value }: VmsaField): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value);
  return isZero(value) ? 0n : 1n;
}

/** The cause of each field that differs, in the order of the fields: the first rule of the table that fits. */
export function causesOf({ known, fields, ...pages }: VmsaComparison): Map<ComparedField, Cause> {
  const differing = fields.filter(({ differs }) => differs);
  const [actual, expected] = [sideOf(pages.actual, known), sideOf(pages.expected, known)];
  return new Map(
    differing.map((field) => {
      const { name, group, offset } = field.actual;
      const values = { a: numberOf(field.actual), e: numberOf(field.expected) };
      const pair: Pair = { name, group, offset, ...values, actual, expected };
      const { id, title, doc, text } = CAUSES.find((rule) => rule.applies(pair))!;
      return [field, { id, title, text: text ? text(pair) : doc }];
    }),
  );
}

/** The fields that one cause explains. */
export interface CauseGroup {
  readonly cause: Cause;
  readonly fields: readonly ComparedField[];
}

/** The differing fields by cause, the most informative cause first; each cause has the text of its first field. */
export function groupByCause(comparison: VmsaComparison): CauseGroup[] {
  const groups = new Map<string, { cause: Cause; fields: ComparedField[] }>();
  for (const [field, cause] of causesOf(comparison)) {
    const group = groups.get(cause.id);
    if (group) group.fields.push(field);
    else groups.set(cause.id, { cause, fields: [field] });
  }
  const order = CAUSES.map((rule) => rule.id);
  return [...groups.values()].sort((x, y) => order.indexOf(x.cause.id) - order.indexOf(y.cause.id));
}
