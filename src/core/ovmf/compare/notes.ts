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
/** What separates the flags of a long list. */
const FLAG_END = '; ';
/** The block map of a volume follows from its length. */
const BLOCKS = 'block_map[';

/** The differences between two headers; fields that follow from something else only when `all` is set. */
export function headerNotes([was, is]: PartPair, all = false): string[] {
  const olds = new Map(was.node.fields.map((field) => [field.name, field]));
  const grown = was.node.size !== is.node.size;
  const isNotable = ({ name }: FieldView) =>
    all || !(FOLLOWING.has(name) || (grown && name.startsWith(BLOCKS)));
  const notes = is.node.fields.flatMap((field) => {
    const old = olds.get(field.name);
    olds.delete(field.name);
    if (!isNotable(field) || old?.raw === field.raw) return [];
    if (!old) return [`${field.name} only in the second`];
    const [before, after] = [wordsOf(old), wordsOf(field)];
    const [x, y] = before === after ? [old.raw, field.raw] : differing(before, after);
    return [`${field.name} ${x} → ${y}`];
  });
  return [...notes, ...[...olds.values()].filter(isNotable).map(({ name }) => `${name} only in the first`)];
}

const wordsOf = ({ meaning, raw }: FieldView) => (meaning === '' ? raw : meaning);

/** Of two lists of flags, what is in one of them only. */
function differing(a: string, b: string): [string, string] {
  const [left, right] = [a.split(FLAG_END), b.split(FLAG_END)];
  const [x, y] = [
    left.filter((flag) => !right.includes(flag)).join(FLAG_END),
    right.filter((flag) => !left.includes(flag)).join(FLAG_END),
  ];
  return [x === '' ? `no ${y}` : x, y === '' ? `no ${x}` : y];
}

/** How many bytes of two parts differ, labelled with `name`; empty when none do. */
export function bytesNotes(name: string, pair: PartPair): string[] {
  const [was, is] = [pair[0].node.size, pair[1].node.size];
  if (was !== is) return [`${name}: ${byteCount(was)} → ${byteCount(is)}`];
  if (isSame(pair)) return [];
  const count = differingBytes(pair);
  return [`${name}: ${byteCount(count)} of ${is} ${count === 1 ? 'differs' : 'differ'}`];
}
