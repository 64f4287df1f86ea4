// A leaf of a layout with its value, ready for display: what pages, commands and exports show of VMSAs, attestation reports and ID blocks alike.

import type { Described } from './describe';
import { isZero } from './hex';
import type { FieldView } from './region';
import type { Leaf, LeafValue } from './struct';

/** A field of a structure. */
export interface LeafField<P extends string = string> extends FieldView {
  readonly name: P;
  /** The heading that it is listed under. */
  readonly group: string;
  readonly value: LeafValue;
  readonly leaf: Leaf<P>;
}

/** A field that may consist of parts, such as a TCB or a key. The name of a part is `reported_tcb.snp`. */
export interface FieldWithParts extends LeafField {
  /** How many of the fields that follow are its parts; its bytes are theirs. */
  readonly parts: number;
}

/** Fields under one heading. */
export interface FieldGroup<F> {
  readonly group: string;
  readonly fields: readonly F[];
}

/** A leaf as a field. @param described its value as text */
export const leafField = <P extends string>(
  leaf: Leaf<P>,
  group: string,
  value: LeafValue,
  { raw, meaning }: Described,
): LeafField<P> => {
  const { path: name, offset, size } = leaf;
  return { name, group, offset, size, value, raw, meaning, doc: leaf.row.doc, leaf };
};

/** Whether every byte of a field is zero. */
export const isZeroField = ({ value }: Pick<LeafField, 'value'>): boolean =>
  value instanceof Uint8Array ? isZero(value) : BigInt(value) === 0n;

/** Fields by heading. @param groups the headings in order; those without fields are left out */
export const byGroup = <F extends { readonly group: string }>(
  groups: readonly string[],
  fields: readonly F[],
): FieldGroup<F>[] =>
  groups
    .map((group) => ({ group, fields: fields.filter((field) => field.group === group) }))
    .filter((one) => one.fields.length > 0);
