// An encoder of UEFI's standard compression (UEFI specification, "Compression Algorithm Specification"), for tests of the decoder:
// literals and matches in blocks of a given size, each with Huffman codes of its own.

/** How to compress. */
export interface TianoOptions {
  /** 4 for sections of type compression, 5 for Tiano. */
  readonly positionBits?: 4 | 5;
  /** Literals and matches in one block. */
  readonly blockSize?: number;
}

/** A literal or, with a distance, a match. */
interface Token {
  readonly code: number;
  /** How far before the latest byte the match starts. */
  readonly position?: number;
}

const LONGEST = 16;
const BYTE_CODES = 510;
const [SHORTEST_MATCH, LONGEST_MATCH] = [3, 256];

class BitWriter {
  readonly bytes: number[] = [];
  private used = 0;

  put(count: number, value: number): void {
    for (let i = count - 1; i >= 0; i--) {
      if (this.used % 8 === 0) this.bytes.push(0);
      this.bytes[this.bytes.length - 1]! |= ((value >> i) & 1) << (7 - (this.used % 8));
      this.used++;
    }
  }
}

/** Compresses bytes to a stream with its header. */
export function encodeTiano(
  data: Uint8Array,
  { positionBits = 5, blockSize = 0x2000 }: TianoOptions = {},
): Uint8Array {
  const tokens = tokensOf(data, positionBits === 4 ? 2 ** 13 : 2 ** 19);
  const bits = new BitWriter();
  for (let at = 0; at < tokens.length; at += blockSize) {
    writeBlock(bits, tokens.slice(at, at + blockSize), positionBits);
  }
  const stream = new Uint8Array(8 + bits.bytes.length);
  new DataView(stream.buffer).setUint32(0, bits.bytes.length, true);
  new DataView(stream.buffer).setUint32(4, data.length, true);
  stream.set(bits.bytes, 8);
  return stream;
}

/** The latest place with the same three bytes, as long as it matches. */
function tokensOf(data: Uint8Array, window: number): Token[] {
  const latest = new Map<number, number>();
  const tokens: Token[] = [];
  for (let at = 0; at < data.length;) {
    const key = (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
    const from = at + SHORTEST_MATCH <= data.length ? latest.get(key) : undefined;
    let length = 0;
    if (from !== undefined && at - from < window) {
      while (length < LONGEST_MATCH && at + length < data.length && data[from + length] === data[at + length])
        length++;
    }
    latest.set(key, at);
    if (from === undefined || length < SHORTEST_MATCH) tokens.push({ code: data[at++]! });
    else {
      tokens.push({ code: 256 + length - SHORTEST_MATCH, position: at - from - 1 });
      at += length;
    }
  }
  return tokens;
}

/** The number of bits of a position. */
const widthOf = (position: number) => 32 - Math.clz32(position);

function writeBlock(bits: BitWriter, tokens: readonly Token[], positionBits: number): void {
  const bytes = lengthsOf(
    tokens.map(({ code }) => code),
    BYTE_CODES,
  );
  const positions = lengthsOf(
    tokens.flatMap(({ position }) => (position === undefined ? [] : widthOf(position))),
    2 ** positionBits - 1,
  );
  const runs = 'only' in bytes ? [] : runsOf(bytes.lengths);
  const lengths = lengthsOf(
    runs.map(([symbol]) => symbol),
    19,
  );
  bits.put(16, tokens.length & 0xffff);
  writeLengths(bits, lengths, 5, 3);
  if ('only' in bytes) {
    bits.put(9, 0);
    bits.put(9, bytes.only);
  } else {
    bits.put(9, countOf(bytes.lengths));
    for (const [symbol, width = 0, extra = 0] of runs) {
      putSymbol(bits, lengths, symbol);
      bits.put(width, extra);
    }
  }
  writeLengths(bits, positions, positionBits, -1);
  for (const { code, position } of tokens) {
    putSymbol(bits, bytes, code);
    if (position === undefined) continue;
    const width = widthOf(position);
    putSymbol(bits, positions, width);
    if (width > 1) bits.put(width - 1, position - 2 ** (width - 1));
  }
}

/** The lengths of all codes, or the only symbol. */
type Lengths = { readonly only: number } | { readonly lengths: readonly number[] };

const countOf = (lengths: readonly number[]) => lengths.findLastIndex((length) => length > 0) + 1;

/** The lengths of byte codes as symbols with extra bits: 0 to 2 are runs of zeros, others are lengths plus 2. */
function runsOf(lengths: readonly number[]): (readonly [number, number?, number?])[] {
  const runs: (readonly [number, number?, number?])[] = [];
  const end = countOf(lengths);
  for (let at = 0; at < end;) {
    let zeros = 0;
    while (lengths[at + zeros] === 0) zeros++;
    if (zeros === 0) runs.push([lengths[at++]! + 2]);
    else if (zeros < 3) runs.push([0]);
    else if (zeros < 20) runs.push([1, 4, Math.min(zeros, 18) - 3]);
    else runs.push([2, 9, zeros - 20]);
    at += zeros === 0 ? 0 : zeros < 3 ? 1 : zeros < 20 ? Math.min(zeros, 18) : zeros;
  }
  return runs;
}

function writeLengths(bits: BitWriter, code: Lengths, countBits: number, zerosAfter: number): void {
  if ('only' in code) {
    bits.put(countBits, 0);
    bits.put(countBits, code.only);
    return;
  }
  const count = countOf(code.lengths);
  bits.put(countBits, count);
  for (let at = 0; at < count;) {
    const length = code.lengths[at++]!;
    if (length < 7) bits.put(3, length);
    else {
      bits.put(3, 7);
      for (let i = 7; i < length; i++) bits.put(1, 1);
      bits.put(1, 0);
    }
    if (at !== zerosAfter) continue;
    let zeros = 0;
    while (zeros < 3 && at + zeros < count && code.lengths[at + zeros] === 0) zeros++;
    bits.put(2, zeros);
    at += zeros;
  }
}

/** Huffman's lengths of the codes of `most` symbols, none longer than 16. */
function lengthsOf(symbols: readonly number[], most: number): Lengths {
  const counts = new Array<number>(most).fill(0);
  for (const symbol of symbols) counts[symbol]!++;
  const used = counts.flatMap((count, symbol) => (count > 0 ? [symbol] : []));
  if (used.length < 2) return { only: used[0] ?? 0 };
  for (let flat = 0; ; flat++) {
    let trees = used.map((symbol) => ({ weight: Math.ceil(counts[symbol]! / 2 ** flat), symbols: [symbol] }));
    const lengths = new Array<number>(most).fill(0);
    while (trees.length > 1) {
      trees = trees.sort((a, b) => a.weight - b.weight);
      const [a, b, ...rest] = trees as [(typeof trees)[0], (typeof trees)[0]];
      for (const symbol of [...a.symbols, ...b.symbols]) lengths[symbol]!++;
      trees = [{ weight: a.weight + b.weight, symbols: [...a.symbols, ...b.symbols] }, ...rest];
    }
    if (Math.max(...lengths) <= LONGEST) return { lengths };
  }
}

/** The canonical code of a symbol: codes of one length follow one another, and shorter ones come first. */
function putSymbol(bits: BitWriter, code: Lengths, symbol: number): void {
  if ('only' in code) return;
  const values = valuesOf.get(code.lengths) ?? canonical(code.lengths);
  valuesOf.set(code.lengths, values);
  bits.put(code.lengths[symbol]!, values[symbol]!);
}

const valuesOf = new WeakMap<readonly number[], readonly number[]>();

function canonical(lengths: readonly number[]): number[] {
  const values = new Array<number>(lengths.length).fill(0);
  let value = 0;
  for (let length = 1; length <= LONGEST; length++, value *= 2) {
    for (const [symbol, width] of lengths.entries()) if (width === length) values[symbol] = value++;
  }
  return values;
}
