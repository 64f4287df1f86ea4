// LZMA-alone streams (LZMA SDK, lzma-specification.txt) as firmware volumes contain them: 5 bytes of properties, the 64-bit
// size, then the data. Written here because the work has to be counted while it is done, which no library offers; matches reach
// into the output itself, as in edk2's decoder, so that the dictionary of the header takes no memory.

import { hex } from '../../binary/hex';
import { PRICE, type Charge } from './budget';

const HEADER = 13;
/** The smallest dictionary that every decoder has. */
const LEAST_DICTIONARY = 4096;
/** More property bytes than these have no meaning: 9 values of lc, 5 of lp, 5 of pb. */
const PROPERTIES = 9 * 5 * 5;
/** LZMA2's limit of lc + lp, which no encoder of firmware exceeds; edk2's writes 3 + 0. */
const MOST_LITERAL_BITS = 4;

const PROBABILITY_BITS = 11;
const EVEN = 1 << (PROBABILITY_BITS - 1);
const MOVE_BITS = 5;
const SIGN = 1 << 31;
/** As soon as none of these bits of the range is set, the next byte is taken in. */
const TOP = 0xff << 24;
const STATES = 12;
/** States below it come after a literal. */
const LITERAL_STATES = 7;
const POSITION_STATES = 16;
const SHORTEST_MATCH = 2;
const ALIGN_BITS = 4;
/** Position slots from here on have bits that are not modelled. */
const DIRECT_SLOTS = 14;

/** Where each model is among the probabilities, in the order of the specification. */
const LENGTH_MODELS = 2 + 2 * POSITION_STATES * 8 + 256;
const IS_MATCH = 0;
const IS_REP = IS_MATCH + STATES * POSITION_STATES;
const IS_REP_G0 = IS_REP + STATES;
const IS_REP_G1 = IS_REP_G0 + STATES;
const IS_REP_G2 = IS_REP_G1 + STATES;
const IS_REP0_LONG = IS_REP_G2 + STATES;
const SLOTS = IS_REP0_LONG + STATES * POSITION_STATES;
const SPECIAL = SLOTS + 4 * 64;
const ALIGN = SPECIAL + 128;
const MATCH_LENGTH = ALIGN + 16;
const REP_LENGTH = MATCH_LENGTH + LENGTH_MODELS;
const LITERALS = REP_LENGTH + LENGTH_MODELS;
const LITERAL_MODELS = 0x300;

/** Steps for one bit that is decoded, and for setting up one probability. */
const BIT = 6;
/** Steps for a byte that a match copies. */
const COPY = 1;
/** How many steps are charged at once. */
const BLOCK = 0x20000;

/**
 * Why a header is none of firmware, as a clause with what it says and what firmware has; undefined for a sound one.
 * @param bytes the stream from its first byte
 */
export function wrongProperties(bytes: Uint8Array): string | undefined {
  const byte = bytes[0] ?? 0xff;
  const firmware = 'firmware has 0x5d (lc 3, lp 0, pb 2)';
  if (byte >= PROPERTIES) return `its property byte ${hex(byte, 2)} is beyond 0xe0; ${firmware}`;
  const { lc, lp } = propertiesOf(byte);
  if (lc + lp <= MOST_LITERAL_BITS) return undefined;
  return `its property byte ${hex(byte, 2)} means lc ${lc} and lp ${lp}, together more than ${MOST_LITERAL_BITS}; ${firmware}`;
}

const propertiesOf = (byte: number) => ({
  lc: byte % 9,
  lp: Math.floor(byte / 9) % 5,
  pb: Math.floor(byte / 45),
});

/**
 * Decompresses a stream that states this size. One that lost its last bytes is whole when the rest suffices: an encoder
 * flushes more than a decoder needs.
 * @param output takes what comes out: as many bytes as the stream states
 * @param budget pays for each part of the work before it is done
 * @returns whether the stream is valid and yields just as many bytes
 */
export function decodeLzma(bytes: Uint8Array, output: Uint8Array, budget: Charge): boolean {
  if (bytes.length <= HEADER || wrongProperties(bytes) !== undefined || output.length === 0) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getBigUint64(5, true) !== BigInt(output.length)) return false;
  const { lc, lp, pb } = propertiesOf(bytes[0]!);
  const models = LITERALS + (LITERAL_MODELS << (lc + lp));
  budget.charge(PRICE.decoder + models);
  const dictionary = Math.max(view.getUint32(1, true), LEAST_DICTIONARY);
  return new Decoder(bytes, new Uint16Array(models).fill(EVEN), budget).decode(output, {
    lc,
    lp,
    pb,
    dictionary,
  });
}

interface Properties {
  readonly lc: number;
  readonly lp: number;
  readonly pb: number;
  readonly dictionary: number;
}

/** The range decoder with its probabilities. Its registers have 32 bits without a sign, which engines keep fastest as signed ones. */
class Decoder {
  private range = -1;
  private code = 0;
  private at = HEADER + 5;
  /** Steps that were charged and not used. */
  private left = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly models: Uint16Array,
    private readonly budget: Charge,
  ) {
    for (let i = HEADER + 1; i < HEADER + 5; i++) this.code = (this.code << 8) | (bytes[i] ?? 0);
  }

  decode(output: Uint8Array, { lc, lp, pb, dictionary }: Properties): boolean {
    if (this.bytes[HEADER] !== 0) return false;
    const { bytes } = this;
    const [positionMask, literalMask] = [(1 << pb) - 1, (1 << lp) - 1];
    let [rep0, rep1, rep2, rep3] = [0, 0, 0, 0];
    let state = 0;
    let at = 0;
    while (at < output.length) {
      // Nothing can follow the last byte but what it still decides.
      if (this.at > bytes.length) return false;
      if (this.left <= 0) this.buy();
      const position = at & positionMask;
      if (this.bit(IS_MATCH + state * POSITION_STATES + position) === 0) {
        const before = at === 0 ? 0 : output[at - 1]!;
        const context = ((at & literalMask) << lc) | (before >> (8 - lc));
        const from = LITERALS + LITERAL_MODELS * context;
        output[at] = state < LITERAL_STATES ? this.literal(from) : this.matched(from, output[at - rep0 - 1]!);
        at++;
        state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
        this.left -= 9 * BIT;
        continue;
      }
      let length: number;
      if (this.bit(IS_REP + state) === 0) {
        rep3 = rep2;
        rep2 = rep1;
        rep1 = rep0;
        length = this.length(MATCH_LENGTH, position);
        rep0 = this.distance(length);
        state = state < LITERAL_STATES ? 7 : 10;
      } else {
        if (at === 0) return false;
        if (this.bit(IS_REP_G0 + state) === 0) {
          if (this.bit(IS_REP0_LONG + state * POSITION_STATES + position) === 0) {
            if (rep0 >= at) return false;
            output[at] = output[at - rep0 - 1]!;
            at++;
            state = state < LITERAL_STATES ? 9 : 11;
            this.left -= 4 * BIT;
            continue;
          }
        } else {
          let distance: number;
          if (this.bit(IS_REP_G1 + state) === 0) distance = rep1;
          else {
            if (this.bit(IS_REP_G2 + state) === 0) distance = rep2;
            else {
              distance = rep3;
              rep3 = rep2;
            }
            rep2 = rep1;
          }
          rep1 = rep0;
          rep0 = distance;
        }
        length = this.length(REP_LENGTH, position);
        state = state < LITERAL_STATES ? 8 : 11;
      }
      length += SHORTEST_MATCH;
      // The marker of an end has the largest distance, too: it is before the size that was stated.
      if (rep0 >= at || rep0 >= dictionary || length > output.length - at) return false;
      // Byte by byte, for a match may reach into what it yields.
      for (let from = at - rep0 - 1, end = at + length; at < end;) output[at++] = output[from++]!;
      this.left -= 24 * BIT + length * COPY;
    }
    return this.at <= bytes.length;
  }

  private buy(): void {
    this.budget.charge(BLOCK);
    this.left += BLOCK;
  }

  private bit(index: number): number {
    const { models } = this;
    const probability = models[index]!;
    const bound = Math.imul(this.range >>> PROBABILITY_BITS, probability);
    let bit = 0;
    if ((this.code ^ SIGN) < (bound ^ SIGN)) {
      this.range = bound;
      models[index] = probability + (((1 << PROBABILITY_BITS) - probability) >> MOVE_BITS);
    } else {
      this.range = (this.range - bound) | 0;
      this.code = (this.code - bound) | 0;
      models[index] = probability - (probability >> MOVE_BITS);
      bit = 1;
    }
    if ((this.range & TOP) === 0) this.fill();
    return bit;
  }

  private fill(): void {
    this.range <<= 8;
    const { bytes, at } = this;
    this.code = (this.code << 8) | (at < bytes.length ? bytes[at]! : 0xff);
    this.at = at + 1;
  }

  /** A tree of models, the highest bit first. @returns the number, with a one above its bits */
  private tree(from: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.bit(from + symbol);
    return symbol;
  }

  /** A tree of models, the lowest bit first. */
  private reversed(from: number, bits: number): number {
    let [symbol, number] = [1, 0];
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(from + symbol);
      symbol = (symbol << 1) | bit;
      number |= bit << i;
    }
    return number;
  }

  private literal(from: number): number {
    return this.tree(from, 8) & 0xff;
  }

  /** A literal after a match, which is seldom the byte that would have followed in the match. */
  private matched(from: number, expected: number): number {
    let symbol = 1;
    let rest = expected;
    while (symbol < 0x100) {
      rest <<= 1;
      const wanted = (rest >> 8) & 1;
      const bit = this.bit(from + ((1 + wanted) << 8) + symbol);
      symbol = (symbol << 1) | bit;
      if (bit !== wanted) break;
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.bit(from + symbol);
    return symbol & 0xff;
  }

  /** The length of a match, without the shortest one. */
  private length(from: number, position: number): number {
    const low = from + 2 + position * 8;
    if (this.bit(from) === 0) return this.tree(low, 3) - 8;
    if (this.bit(from + 1) === 0) return this.tree(low + POSITION_STATES * 8, 3);
    return this.tree(from + 2 + 2 * POSITION_STATES * 8, 8) - 256 + 16;
  }

  /** How far back a match starts, less one; all ones for the marker of an end. */
  private distance(length: number): number {
    const slot = this.tree(SLOTS + 64 * Math.min(length, 3), 6) - 64;
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) << bits;
    if (slot < DIRECT_SLOTS) return base + this.reversed(SPECIAL + base - slot, bits);
    const direct = this.direct(bits - ALIGN_BITS);
    return (base + direct * 2 ** ALIGN_BITS + this.reversed(ALIGN, ALIGN_BITS)) >>> 0;
  }

  /** Bits that are as likely ones as zeros. */
  private direct(bits: number): number {
    let number = 0;
    for (let i = 0; i < bits; i++) {
      this.range = (this.range >>> 1) | 0;
      const bit = (this.code ^ SIGN) >= (this.range ^ SIGN) ? 1 : 0;
      if (bit === 1) this.code = (this.code - this.range) | 0;
      number = number * 2 + bit;
      if ((this.range & TOP) === 0) this.fill();
    }
    return number;
  }
}
