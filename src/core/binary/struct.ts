// The table engine. A binary layout is an array of rows that state their own offsets; the offset is the row's
// checksum and how a reader finds it in the manual. All integers are little endian, as everywhere in AMD64
// memory. One table drives decoding, encoding, leaves, diffs, descriptions and the generated reference.

/** An unsigned integer. */
export type ScalarType = 'u8' | 'u16' | 'u32' | 'u64';

/** A scalar, a run of that many bytes, or a nested layout. */
export type FieldType = ScalarType | number | Struct;

/** Named bits inside a scalar field, `width` bits from bit `lsb`. */
export interface Bit<N extends string = string> {
  readonly name: N;
  readonly lsb: number;
  readonly width: number;
  readonly doc: string;
  /** Names of single values of these bits. */
  readonly values?: Readonly<Record<number, string>>;
  /** Present only when the bit at `lsb` reads `is`: descriptor types depend on the S bit. */
  readonly when?: { readonly lsb: number; readonly is: 0 | 1 };
  /** Deliberately shares its bits with another name (CR3.PCID with PWT and PCD). */
  readonly overlay?: boolean;
  /** Must be zero; shown only when it is not. */
  readonly reserved?: boolean;
  /** The upper bits of an address: shown unshifted, with zeros for the bits below them. */
  readonly address?: boolean;
  /** Zero is a value in its own right here, not the absence of one: a memory type, a segment type. */
  readonly zeroCounts?: boolean;
}

/** What a row may have besides offset, name, type and text. */
export interface RowExtras {
  readonly bits?: readonly Bit[];
  /** The heading that the field is listed under. */
  readonly group?: string;
  /** Other names of this field, by the source that uses them. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** History or a pitfall that a reader of the value should know. */
  readonly note?: string;
}

/** One field of a layout, `offset` bytes from the start of the structure. */
export interface Row<N extends string = string, T extends FieldType = FieldType> extends RowExtras {
  readonly offset: number;
  readonly name: N;
  readonly type: T;
  readonly doc: string;
}

/** A checked layout of exactly `size` bytes. */
export interface Struct<R extends Row = Row> {
  readonly name: string;
  readonly size: number;
  readonly rows: readonly R[];
}

/**
 * The value of a field: u8 to u32 are numbers, u64 is a bigint, byte runs are
 * Uint8Arrays, nested layouts are objects.
 */
export type ValueOf<T> = T extends 'u64'
  ? bigint
  : T extends 'u8' | 'u16' | 'u32'
    ? number
    : T extends number
      ? Uint8Array
      : T extends Struct<infer R>
        ? Values<R>
        : never;

/** All values of a layout by field name. */
export type Values<R extends Row = Row> = { [K in R as K['name']]: ValueOf<K['type']> };

/**
 * The paths of the leaves of these rows: the row's name, followed by a dot and the nested path where it is a
 * layout. Any string for rows whose names are not known.
 */
export type PathOf<R extends Row> =
  R extends Row<infer N, infer T>
    ? string extends N
      ? string
      : T extends Struct<infer Inner>
        ? `${N}.${PathOf<Inner>}`
        : N
    : never;

/** A field that is not itself a layout, with its absolute offset and dotted path. */
export interface Leaf<P extends string = string> {
  readonly path: P;
  readonly offset: number;
  readonly size: number;
  readonly row: Row;
}

/** The value of a single leaf. */
export type LeafValue = number | bigint | Uint8Array;

/** A leaf whose bytes differ between two images of the same layout. */
export interface LeafDiff<P extends string = string> {
  readonly leaf: Leaf<P>;
  readonly a: LeafValue;
  readonly b: LeafValue;
}

const SCALAR_SIZE = { u8: 1, u16: 2, u32: 4, u64: 8 } as const;

/** Object.entries with the record's own key type. Only for records that have exactly the keys of their type. */
export function entriesOf<K extends string, V>(record: Readonly<Partial<Record<K, V>>>): [K, V][] {
  // The compiler allows for further keys, because a value may have more members than its type.
  return Object.entries(record) as [K, V][];
}

/** Writes a row in table form: offset, name, type, text, and the rare extras. */
export function row<const N extends string, const T extends FieldType>(
  offset: number,
  name: N,
  type: T,
  doc: string,
  extras: RowExtras = {},
): Row<N, T> {
  return { offset, name, type, doc, ...extras };
}

/** The size in bytes of a field of this type. */
export function sizeOf(type: FieldType): number {
  if (typeof type === 'number') return type;
  return typeof type === 'string' ? SCALAR_SIZE[type] : type.size;
}

/**
 * Validates a table and makes it a layout of `size` bytes.
 * @throws RangeError naming the row, for a gap, an overlap, a wrong total, a repeated name, an empty text or
 *   bits outside their field: a wrong table must not load.
 */
export function struct<const R extends Row>(name: string, size: number, rows: readonly R[]): Struct<R> {
  const refuse = (what: string): never => {
    throw new RangeError(`layout ${name}: ${what}`);
  };
  const hex = (n: number) => `0x${n.toString(16)}`;
  const seen = new Set<string>();
  let end = 0;
  for (const { offset, name: field, type, doc, bits } of rows) {
    if (offset > end) refuse(`gap of ${offset - end} bytes before ${field} at ${hex(offset)}`);
    if (offset < end)
      refuse(`${field} at ${hex(offset)} overlaps the field before it, which ends at ${hex(end)}`);
    if (seen.has(field)) refuse(`two fields are named ${field}`);
    if (doc === '') refuse(`${field} has no text`);
    if (sizeOf(type) < 1) refuse(`${field} is empty`);
    const wrongBits = bits && checkBits(bits, sizeOf(type) * 8);
    if (wrongBits) refuse(`${field}: ${wrongBits}`);
    seen.add(field);
    end = offset + sizeOf(type);
  }
  if (end !== size) refuse(`the rows end at ${hex(end)}, not at ${hex(size)}`);
  return { name, size, rows };
}

/** Whether bits follow one another, as in most tables, so that none can overlap. */
function areInOrder(bits: readonly Bit[]): boolean {
  let end = 0;
  for (const { lsb, width, when, overlay } of bits) {
    if (overlay) continue;
    if (when || lsb < end) return false;
    end = lsb + width;
  }
  return true;
}

function checkBits(bits: readonly Bit[], width: number): string | undefined {
  // Every run checks its tables, most of them bit by bit for nothing.
  const inOrder = areInOrder(bits);
  const owners: string[] = [];
  const selected = new Map<string, string>();
  for (const bit of bits) {
    if (bit.width < 1 || bit.lsb < 0 || bit.lsb + bit.width > width)
      return `bits ${bit.name} lie outside ${width} bits`;
    if (bit.doc === '') return `bits ${bit.name} have no text`;
    if (inOrder || bit.overlay) continue;
    for (let i = bit.lsb; i < bit.lsb + bit.width; i++) {
      // A bit may have two meanings when a third bit selects between them.
      const key = bit.when && `${i}/${bit.when.lsb}=${bit.when.is}`;
      const other = (key === undefined ? undefined : selected.get(key)) ?? owners[i];
      if (other) return `bits ${bit.name} overlap ${other}`;
      if (key === undefined) owners[i] = bit.name;
      else selected.set(key, bit.name);
    }
  }
  return undefined;
}

/** The `size` bytes at `at` as a little-endian number, which is exact up to 32 bits. */
function readNumber(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
  return value;
}

// A DataView for each field would cost more than reading it, and walks of images read thousands.
function readField(type: FieldType, bytes: Uint8Array, at: number): unknown {
  if (typeof type === 'number') return bytes.slice(at, at + type);
  if (typeof type === 'object') return decode(type, bytes, at);
  if (type !== 'u64') return readNumber(bytes, at, SCALAR_SIZE[type]);
  return (BigInt(readNumber(bytes, at + 4, 4)) << 32n) | BigInt(readNumber(bytes, at, 4));
}

/** Where a row of a layout starts, for those who look at one field before there is a whole structure. */
export const offsetOf = <R extends Row>(layout: Struct<R>, name: R['name']): number =>
  layout.rows.find((one) => one.name === name)!.offset;

/**
 * Decodes all fields of a layout from `bytes`, starting at byte `at`.
 * @throws RangeError for fewer than `layout.size` bytes: callers check the length first.
 */
export function decode<R extends Row>(layout: Struct<R>, bytes: Uint8Array, at = 0): Values<R> {
  if (at < 0 || bytes.length - at < layout.size) {
    throw new RangeError(
      `layout ${layout.name} needs ${layout.size} bytes at ${at}, the input has ${bytes.length}`,
    );
  }
  const values: Record<string, unknown> = {};
  for (const { name, type, offset } of layout.rows) values[name] = readField(type, bytes, at + offset);
  return values as Values<R>;
}

/**
 * Encodes a layout as bytes. Fields that `values` omits are zero.
 * @throws RangeError for a value that does not fit its field, or a name that the layout does not have.
 */
export function encode<R extends Row>(layout: Struct<R>, values: Partial<Values<R>>): Uint8Array {
  const bytes = new Uint8Array(layout.size);
  const rest = new Map<string, unknown>(Object.entries(values));
  for (const r of layout.rows) {
    const value = rest.get(r.name);
    rest.delete(r.name);
    if (value === undefined) continue;
    if (typeof r.type === 'object') bytes.set(encode(r.type, value as Partial<Values>), r.offset);
    else writeScalar(bytes, r, r.offset, value as LeafValue);
  }
  if (rest.size > 0)
    throw new RangeError(`layout ${layout.name} has no field ${[...rest.keys()].join(', ')}`);
  return bytes;
}

function writeScalar(bytes: Uint8Array, { name, type }: Row, at: number, value: LeafValue): void {
  if (value instanceof Uint8Array) {
    if (value.length !== type)
      throw new RangeError(`${name} takes ${sizeOf(type)} bytes, got ${value.length}`);
    bytes.set(value, at);
    return;
  }
  const size = sizeOf(type);
  const whole = typeof value === 'bigint' ? value : Number.isSafeInteger(value) ? BigInt(value) : -1n;
  if (typeof type !== 'string' || whole < 0n || whole >> BigInt(size * 8) !== 0n) {
    throw new RangeError(`${name} takes an unsigned value of ${size} bytes, got ${String(value)}`);
  }
  for (let i = 0; i < size; i++) bytes[at + i] = Number((whole >> BigInt(8 * i)) & 0xffn);
}

/** Writes one leaf's value into an image of its layout, in place. @throws RangeError when it does not fit. */
export function writeLeaf(bytes: Uint8Array, leaf: Leaf, value: LeafValue): void {
  writeScalar(bytes, leaf.row, leaf.offset, value);
}

const leavesOf = new WeakMap<Struct, readonly Leaf[]>();

function makeLeaves(layout: Struct): readonly Leaf[] {
  return layout.rows.flatMap((r): readonly Leaf[] =>
    typeof r.type === 'object'
      ? leaves(r.type).map((l) => ({ ...l, path: `${r.name}.${l.path}`, offset: r.offset + l.offset }))
      : [{ path: r.name, offset: r.offset, size: sizeOf(r.type), row: r }],
  );
}

/** The leaves of a layout in order; together they cover each byte exactly once. */
export function leaves<R extends Row>(layout: Struct<R>): readonly Leaf<PathOf<R>>[] {
  let found = leavesOf.get(layout);
  if (!found) {
    found = makeLeaves(layout);
    leavesOf.set(layout, found);
  }
  // Paths are joined from row names as PathOf describes, which the compiler cannot follow.
  return found as readonly Leaf<PathOf<R>>[];
}

/** The bytes of a field as one unsigned number, whatever its size. */
export function readUnsigned(bytes: Uint8Array, { offset, size }: Pick<Leaf, 'offset' | 'size'>): bigint {
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[offset + i]!);
  return value;
}

/** The value of one leaf in an image of its layout that starts at byte `at` of `bytes`. */
export function readLeaf(bytes: Uint8Array, leaf: Leaf, at = 0): LeafValue {
  return readField(leaf.row.type, bytes, at + leaf.offset) as LeafValue;
}

/** The leaves whose bytes differ between two images of one layout, in order. */
export function diff<R extends Row>(layout: Struct<R>, a: Uint8Array, b: Uint8Array): LeafDiff<PathOf<R>>[] {
  return leaves(layout)
    .filter((leaf) => {
      for (let i = leaf.offset; i < leaf.offset + leaf.size; i++) if (a[i] !== b[i]) return true;
      return false;
    })
    .map((leaf) => ({ leaf, a: readLeaf(a, leaf), b: readLeaf(b, leaf) }));
}
