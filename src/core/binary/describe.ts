// A field and its value as text: the one source for hover cards, command-line output, grid
// cells and the Markdown reference.

import { bytesToHex, hex, isZero, rawText } from './hex';
import { markdownCell, markdownTable } from './markdown';
import type { Bit, FieldType, Leaf, LeafValue, Row, Struct } from './struct';
import { sizeOf } from './struct';

/** A leaf's value in two forms: `raw` is hexadecimal, `meaning` is words (empty when the number says it all). */
export interface Described {
  readonly raw: string;
  readonly meaning: string;
}

/** The value of some bits of a scalar. */
export function bitValue(value: number | bigint, bit: Bit): bigint {
  return (BigInt(value) >> BigInt(bit.lsb)) & ((1n << BigInt(bit.width)) - 1n);
}

/** The bits that apply to this value: where a third bit selects one of two meanings, the selected one. */
export function applicableBits(bits: readonly Bit[], value: number | bigint): Bit[] {
  return bits.filter(({ when }) => !when || ((BigInt(value) >> BigInt(when.lsb)) & 1n) === BigInt(when.is));
}

/** The bits of `value` that no row names or that a row marks reserved. */
export function reservedBits(bits: readonly Bit[], value: number | bigint): bigint {
  const named = bits.reduce(
    (mask, b) => (b.reserved ? mask : mask | (((1n << BigInt(b.width)) - 1n) << BigInt(b.lsb))),
    0n,
  );
  return BigInt(value) & ~named;
}

/** One bit as text, or undefined when it is clear and not worth mentioning: `P`, `RC=up`, `TYPE=busy 16-bit TSS`. */
function describeBit(bit: Bit, value: number | bigint): string | undefined {
  const v = bitValue(value, bit);
  if ((v === 0n && !bit.zeroCounts) || bit.reserved || bit.overlay) return undefined;
  const word = bit.values?.[Number(v)];
  if (word !== undefined) return `${bit.name}=${word}`;
  if (bit.width === 1) return bit.name;
  return `${bit.name}=${hex(bit.address ? v << BigInt(bit.lsb) : v)}`;
}

/** The flags that are set, by name, and any reserved bits that are set. Empty for zero. */
export function describeBits(bits: readonly Bit[], value: number | bigint): string {
  if (BigInt(value) === 0n) return '';
  const words = applicableBits(bits, value).flatMap((bit) => describeBit(bit, value) ?? []);
  const reservedSet = reservedBits(bits, value);
  if (reservedSet !== 0n) words.push(`reserved bits set: ${hex(reservedSet)}`);
  return words.join(words.some((w) => w.includes(' ')) ? '; ' : ' ');
}

/** The bytes as text, when all of them are printable ASCII. */
function describeBytes(bytes: Uint8Array): string {
  const end = bytes.findIndex((b) => b === 0);
  const text = bytes.subarray(0, end < 0 ? bytes.length : end);
  const readable =
    text.length >= 4 && text.every((b) => b >= 0x20 && b < 0x7f) && (end < 0 || isZero(bytes.subarray(end)));
  return readable ? `"${String.fromCharCode(...text)}"` : '';
}

/** The value of a leaf of any layout in both forms. */
export function describeLeaf(leaf: Leaf, value: LeafValue): Described {
  const raw = rawText(value, leaf.size);
  if (value instanceof Uint8Array) return { raw, meaning: describeBytes(value) };
  return { raw, meaning: leaf.row.bits ? describeBits(leaf.row.bits, value) : '' };
}

/** A value in full, however long, for copying and for JSON: 0x form for scalars, hexadecimal for bytes. */
export function exactText(value: LeafValue, size: number): string {
  return value instanceof Uint8Array ? bytesToHex(value) : hex(value, 2 * size);
}

function typeText(type: FieldType): string {
  if (typeof type === 'string') return type;
  return typeof type === 'number' ? `${type} bytes` : type.name;
}

/** A bit number, or the highest and lowest of a range: `5`, `13:11`. */
export function bitPlace(bit: Bit): string {
  return bit.width === 1 ? `${bit.lsb}` : `${bit.lsb + bit.width - 1}:${bit.lsb}`;
}

function bitDoc(bit: Bit): string {
  const values = Object.entries(bit.values ?? {}).map(([v, word]) => `${v} ${word}`);
  const when = bit.when ? ` (when bit ${bit.when.lsb} is ${bit.when.is})` : '';
  return `${bit.doc}${when}${values.length > 0 ? `: ${values.join('; ')}` : ''}`;
}

function rowDoc({ doc, note, aliases }: Row): string {
  const also = Object.entries(aliases ?? {}).map(([who, name]) => `${who} \`${name}\``);
  return [doc, note, also.length > 0 ? `also ${also.join(', ')}` : undefined].filter(Boolean).join('; ');
}

/** A layout as a Markdown section: the table of its fields, then a table of bits for each distinct register. */
export function describeLayout(layout: Struct, heading = '##'): string {
  const lines = [`${heading} ${layout.name}`, '', `${layout.size} bytes.`, ''];
  const rows = layout.rows.map((r) => [
    hex(r.offset, 3),
    `${sizeOf(r.type)}`,
    `\`${r.name}\``,
    typeText(r.type),
    markdownCell(rowDoc(r)),
  ]);
  lines.push(...markdownTable(['offset', 'size', 'field', 'type', 'meaning'], rows));
  const shared = new Map<readonly Bit[], string[]>();
  for (const r of layout.rows) if (r.bits) shared.set(r.bits, [...(shared.get(r.bits) ?? []), r.name]);
  for (const [bits, names] of shared) {
    lines.push('', `${heading}# Bits of ${names.map((n) => `\`${n}\``).join(', ')}`, '');
    const bitRows = bits.map((bit) => [bitPlace(bit), `\`${bit.name}\``, markdownCell(bitDoc(bit))]);
    lines.push(...markdownTable(['bits', 'name', 'meaning'], bitRows));
  }
  const nested = layout.rows.flatMap((r) => (typeof r.type === 'object' ? [r.type] : []));
  return [lines.join('\n'), ...nested.map((inner) => describeLayout(inner, `${heading}#`))].join('\n\n');
}
