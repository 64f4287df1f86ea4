// What differs between two parts of volumes, in a few words: header fields, and bytes.

import { byteCount } from '../../binary/hex';
import type { FieldView } from '../../binary/region';
import type { PartPair } from './parts';
import { differingBytes, isSame } from './parts';

/** Fields that follow from the content, so they add nothing when its change is reported. */
const FOLLOWING = new Set([
  'checksum',
  'header_checksum',
  'data_checksum',
  'size',
  'extended_size',
  'uncompressed_length',
  'name_size',
  'data_size',
]);
/** The block map of a volume follows from its length. */
const BLOCKS = 'block_map[';

/** The differences between two headers; fields that follow from something else only when `all` is set. */
export function headerNotes([was, is]: PartPair, all = false): string[] {
  const before = new Map(was.node.fields.map((field) => [field.name, field]));
  const grown = was.node.size !== is.node.size;
  const isNotable = ({ name }: FieldView) =>
    all || !(FOLLOWING.has(name) || (grown && name.startsWith(BLOCKS)));
  const notes = is.node.fields.flatMap((field) => {
    const old = before.get(field.name);
    before.delete(field.name);
    if (!isNotable(field) || old?.raw === field.raw) return [];
    if (!old) return [`${field.name} only in the second`];
    const words = [old, field].map(({ meaning, raw }) => (meaning === '' ? raw : meaning));
    const [x, y] = words[0] === words[1] ? [old.raw, field.raw] : words;
    return [`${field.name} ${x} → ${y}`];
  });
  return [...notes, ...[...before.values()].filter(isNotable).map(({ name }) => `${name} only in the first`)];
}

/** How many bytes of two parts differ, labelled with `name`; empty when none do. */
export function bytesNotes(name: string, pair: PartPair): string[] {
  const [was, is] = [pair[0].node.size, pair[1].node.size];
  if (was !== is) return [`${name}: ${byteCount(was)} → ${byteCount(is)}`];
  if (isSame(pair)) return [];
  const count = differingBytes(pair);
  return [`${name}: ${byteCount(count)} of ${is} ${count === 1 ? 'differs' : 'differ'}`];
}
