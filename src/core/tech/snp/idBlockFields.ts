// The fields of an ID block and its ID authentication for display: keys and signatures with their parts, which follow them.

import { describeLeaf } from '../../binary/describe';
import { bytesToHex, rawText } from '../../binary/hex';
import { leafField, type FieldGroup, type FieldWithParts } from '../../binary/leafField';
import { leaves, readLeaf, type Leaf, type LeafValue, type Struct } from '../../binary/struct';
import type { Hashes } from '../../launch/hasher';
import { ID_AUTH, ID_BLOCK, keyDigestIn } from './idBlock';
import { isVouched } from './idBlockRules';
import type { IdBlockPair } from './idBlockText';

/** Digests of keys, 96 digits, as an attestation report has them. */
export interface KeyDigests {
  readonly id_key?: string;
  readonly author_key?: string;
}

/** The digests of the keys in an ID authentication. */
export const keyDigestsIn = ({ auth }: IdBlockPair, hashes: Hashes): KeyDigests =>
  auth === undefined
    ? {}
    : {
        id_key: bytesToHex(keyDigestIn(auth, 'id_key', hashes)),
        ...(isVouched(auth) && { author_key: bytesToHex(keyDigestIn(auth, 'author_key', hashes)) }),
      };

/** The fields of one structure, under its name. @param at where it is in the bytes that are shown */
function fieldsOf(layout: Struct, bytes: Uint8Array, at: number, digests: KeyDigests): FieldWithParts[] {
  const all: readonly Leaf[] = leaves(layout);
  const fieldOf = (leaf: Leaf, value: LeafValue, parts: number, meaning: string): FieldWithParts => {
    const raw = rawText(value, leaf.size);
    return { ...leafField(leaf, layout.name, value, { raw, meaning }), offset: at + leaf.offset, parts };
  };
  return layout.rows.flatMap((row): FieldWithParts[] => {
    const inner = all.filter(({ path }) => path === row.name || path.startsWith(`${row.name}.`));
    const fields = inner.map((leaf) => {
      const value = readLeaf(bytes, leaf);
      return fieldOf(leaf, value, 0, describeLeaf(leaf, value).meaning);
    });
    if (inner.length === 1) return fields;
    const size = inner.reduce((sum, one) => sum + one.size, 0);
    const whole: Leaf = { path: row.name, offset: row.offset, size, row };
    const digest = row.name === 'id_key' || row.name === 'author_key' ? digests[row.name] : undefined;
    const meaning = digest === undefined ? '' : `digest in reports: ${digest}`;
    return [fieldOf(whole, bytes.subarray(row.offset, row.offset + size), inner.length, meaning), ...fields];
  });
}

/** The structures that a pair has, one after the other, with their fields. */
export function idBlockFields(
  { block, auth }: IdBlockPair,
  digests: KeyDigests,
): FieldGroup<FieldWithParts>[] {
  const size = block?.length ?? 0;
  return [
    ...(block ? [{ group: ID_BLOCK.name, fields: fieldsOf(ID_BLOCK, block, 0, {}) }] : []),
    ...(auth ? [{ group: ID_AUTH.name, fields: fieldsOf(ID_AUTH, auth, size, digests) }] : []),
  ];
}
