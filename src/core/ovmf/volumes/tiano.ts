// UEFI's standard compression (UEFI specification, chapter "Compression Algorithm Specification"; edk2, BaseUefiDecompressLib.c):
// blocks of bytes and matches in Huffman codes, which each block defines anew. Tiano compression has 5 bits instead of 4
// for the number of position codes.

import { UNLIMITED, type Charge } from './budget';

/** Bytes of the header: the sizes of the stream and of what comes out, 32 bits each. */
const HEADER = 8;
const LONGEST_CODE = 16;
/** Codes below are bytes, those above are matches of 3 bytes and more. */
const FIRST_MATCH = 256;
const SHORTEST_MATCH = 3;
/** How many codes there are: of bytes and matches, of the lengths of these, of positions. */
const BYTE_CODES = 510;
const LENGTH_CODES = 19;
const POSITION_CODES = 31;
/** Bits of the number of codes of bytes and matches, and of that of their lengths. */
const BYTE_CODES_BITS = 9;
/** Steps for the codes of a block, for a bit, and how many bits are paid at once. */
const [BLOCK, BIT, PAID_BITS] = [4000, 3, 4096];
const LENGTH_CODES_BITS = 5;
/** After so many lengths of codes of lengths, two bits say how many zeros follow. */
const ZEROS_AFTER = 3;

/** Raised and caught in this file only: the stream is broken. */
class Broken extends Error {}

/**
 * Decompresses a stream with its header.
 * @param output takes what comes out: as many bytes as the header has to state
 * @param positionBits 4 for UEFI's standard compression, 5 for Tiano
 * @param budget pays for each part of the work before it is done
 * @returns whether it is a valid stream of that size
 */
export function decodeTiano(
  bytes: Uint8Array,
  output: Uint8Array,
  positionBits: 4 | 5,
  budget: Charge = UNLIMITED,
): boolean {
  if (bytes.length < HEADER) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const packed = view.getUint32(0, true);
  if (packed > bytes.length - HEADER || view.getUint32(4, true) !== output.length) return false;
  budget.charge(output.length);
  try {
    decodeBlocks(new BitReader(bytes.subarray(HEADER, HEADER + packed), budget), output, positionBits);
    return true;
  } catch (error) {
    if (error instanceof Broken) return false;
    throw error;
  }
}

function decodeBlocks(bits: BitReader, output: Uint8Array, positionBits: number): void {
  for (let at = 0; at < output.length;) {
    // Zero stands for 65536, as the counter of firmware wraps around.
    let left = bits.take(16) || 0x10000;
    bits.budget.charge(BLOCK);
    const lengths = readCode(bits, LENGTH_CODES, LENGTH_CODES_BITS, ZEROS_AFTER);
    const codes = readByteCode(bits, lengths);
    const positions = readCode(bits, POSITION_CODES, positionBits);
    for (; left > 0 && at < output.length; left--) {
      const code = codes.next(bits);
      if (code < FIRST_MATCH) {
        output[at++] = code;
        continue;
      }
      const from = at - readPosition(bits, positions) - 1;
      if (from < 0) throw new Broken();
      const end = Math.min(at + code - FIRST_MATCH + SHORTEST_MATCH, output.length);
      // Byte by byte, for a match may reach into what it yields.
      for (let i = from; at < end;) output[at++] = output[i++]!;
    }
  }
}

/** How far before the latest byte a match starts: the code counts the bits below the highest one. */
function readPosition(bits: BitReader, positions: HuffmanCode): number {
  const code = positions.next(bits);
  return code < 2 ? code : 2 ** (code - 1) + bits.take(code - 1);
}

/** Reads a code whose lengths have three bits each, or more in unary. */
function readCode(bits: BitReader, most: number, countBits: number, zerosAfter = -1): HuffmanCode {
  const count = bits.take(countBits);
  if (count === 0) return onlySymbol(bits.take(countBits), most);
  const lengths = new Uint8Array(most);
  for (let i = 0; i < count;) {
    let length = bits.take(3);
    if (length === 7) while (bits.bit() === 1) if (++length > LONGEST_CODE) throw new Broken();
    if (i < most) lengths[i] = length;
    if (++i === zerosAfter) i += bits.take(2);
  }
  return new CanonicalCode(lengths);
}

/** Reads the code of bytes and matches, whose lengths are in a code themselves: with runs of zeros, 2 more than they are. */
function readByteCode(bits: BitReader, code: HuffmanCode): HuffmanCode {
  const count = bits.take(BYTE_CODES_BITS);
  if (count === 0) return onlySymbol(bits.take(BYTE_CODES_BITS), BYTE_CODES);
  const lengths = new Uint8Array(BYTE_CODES);
  for (let i = 0; i < Math.min(count, BYTE_CODES);) {
    const length = code.next(bits);
    if (length === 0) i += 1;
    else if (length === 1) i += bits.take(4) + 3;
    else if (length === 2) i += bits.take(BYTE_CODES_BITS) + 20;
    else lengths[i++] = length - 2;
  }
  return new CanonicalCode(lengths);
}

/** Decodes one symbol. */
interface HuffmanCode {
  next(bits: BitReader): number;
}

/** A code of one symbol, which takes no bits. */
function onlySymbol(symbol: number, most: number): HuffmanCode {
  if (symbol >= most) throw new Broken();
  return { next: () => symbol };
}

/** A canonical Huffman code. It is read bit by bit: a table for each block would cost more than small blocks hold. */
class CanonicalCode implements HuffmanCode {
  /** Symbols by length of their codes, then by number. */
  private readonly symbols: Uint16Array;
  private readonly counts = new Uint16Array(LONGEST_CODE + 1);

  /** @throws Broken unless the codes of these lengths are complete, as firmware demands. */
  constructor(lengths: Uint8Array) {
    for (const length of lengths) this.counts[length]!++;
    this.counts[0] = 0;
    const starts = new Uint16Array(LONGEST_CODE + 1);
    let room = 1;
    for (let length = 1; length <= LONGEST_CODE; length++) {
      starts[length] = starts[length - 1]! + this.counts[length - 1]!;
      room = 2 * room - this.counts[length]!;
      if (room < 0) throw new Broken();
    }
    if (room !== 0) throw new Broken();
    this.symbols = new Uint16Array(lengths.length);
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      const length = lengths[symbol]!;
      if (length > 0) this.symbols[starts[length]!++] = symbol;
    }
  }

  next(bits: BitReader): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= LONGEST_CODE; length++) {
      code |= bits.bit();
      const count = this.counts[length]!;
      if (code - first < count) return this.symbols[index + code - first]!;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Broken();
  }
}

/** Bits of a stream, the highest of a byte first. */
class BitReader {
  private at = 0;
  private paid = 0;

  constructor(
    private readonly bytes: Uint8Array,
    readonly budget: Charge,
  ) {}

  private pay(): void {
    this.budget.charge(BIT * PAID_BITS);
    this.paid = this.at + PAID_BITS;
  }

  /** The next bit. @throws Broken after the last one */
  bit(): number {
    if (this.at >= this.paid) this.pay();
    const byte = this.bytes[this.at >> 3];
    if (byte === undefined) throw new Broken();
    return (byte >> (7 - (this.at++ & 7))) & 1;
  }

  /** The next bits as a number, at most 30. @throws Broken after the last one */
  take(count: number): number {
    let value = 0;
    if (this.at + count > 8 * this.bytes.length) throw new Broken();
    for (let left = count; left > 0;) {
      const used = this.at & 7;
      const some = Math.min(8 - used, left);
      const byte = this.bytes[this.at >> 3]!;
      value = (value << some) | ((byte >> (8 - used - some)) & ((1 << some) - 1));
      this.at += some;
      left -= some;
    }
    return value;
  }
}
