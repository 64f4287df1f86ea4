// Mutations of binary inputs: bits, numbers of 1 to 8 bytes, and blocks.

import type { Random } from '../helpers/random';

/** Changes an input. @param other another one, to take parts of */
export type Mutation = (input: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

const SPECIAL = [0, 1, 2, 3, 4, 7, 8, 0x0f, 0x10, 0x18, 0x7f, 0x80, 0xaa, 0xf8, 0xfe, 0xff];
const NUMBERS = [
  ...[0, 1, 2, 3, 4, 7, 8, 15, 16, 24, 31, 32, 63, 64, 127, 128, 255, 256, 4095, 4096, 4097],
  ...[0x7fff, 0x8000, 0xffff, 0x10000, 0xfffff, 0x100000, 0xffffff, 0x1000000, 0x7fffffff, 0x80000000],
  ...[0xfffffff0, 0xffffffff, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 63],
];

/** Writes a number into a copy, little or big-endian; higher bits are lost. */
function withNumber(input: Uint8Array, at: number, size: number, value: bigint, little: boolean): Uint8Array {
  const copy = input.slice();
  for (let i = 0; i < size && at + i < copy.length; i++)
    copy[at + i] = Number((value >> BigInt(8 * (little ? i : size - 1 - i))) & 0xffn);
  return copy;
}

function numberAt(input: Uint8Array, at: number, size: number): bigint {
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(input[at + i] ?? 0);
  return value;
}

/** A range of at most a quarter of the input, mostly a short one. */
function rangeIn({ length }: Uint8Array, random: Random): readonly [from: number, to: number] {
  const from = random(length);
  const reach = random(3) === 0 ? Math.ceil(length / 4) : Math.min(32, length);
  return [from, Math.min(length, from + 1 + random(reach))];
}

const cut = (input: Uint8Array, from: number, to: number, put: Uint8Array = new Uint8Array()): Uint8Array => {
  const copy = new Uint8Array(from + put.length + input.length - to);
  copy.set(input.subarray(0, from));
  copy.set(put, from);
  copy.set(input.subarray(to), from + put.length);
  return copy;
};

const size = (random: Random) => 1 << random(4);

/** All mutations; each takes an input of at least one byte. */
export const BYTE_MUTATIONS: readonly Mutation[] = [
  // A bit, a byte.
  (input, random) => {
    const copy = input.slice();
    copy[random(copy.length)]! ^= 1 << random(8);
    return copy;
  },
  (input, random) => {
    const copy = input.slice();
    copy[random(copy.length)] = random(2) ? random(256) : SPECIAL[random(SPECIAL.length)]!;
    return copy;
  },
  // A number that is interesting, or nearly the one that was there, or a length of what is here.
  (input, random) => {
    const value = BigInt(NUMBERS[random(NUMBERS.length)]!);
    return withNumber(input, random(input.length), size(random), value, random(4) > 0);
  },
  (input, random) => {
    const [at, bytes] = [random(input.length), size(random)];
    return withNumber(input, at, bytes, numberAt(input, at, bytes) + BigInt(random(33) - 16), true);
  },
  (input, random) => {
    const at = random(input.length);
    const lengths = [input.length, input.length - at, at, input.length >> 1];
    const value = BigInt(Math.max(0, lengths[random(lengths.length)]! + random(5) - 2));
    return withNumber(input, at, 1 << (1 + random(3)), value, true);
  },
  // Blocks: filled, copied over others, taken out, put in, repeated, exchanged.
  (input, random) => {
    const [from, to] = rangeIn(input, random);
    return input.slice().fill(SPECIAL[random(SPECIAL.length)]!, from, to);
  },
  (input, random) => {
    const [from, to] = rangeIn(input, random);
    return input.slice().copyWithin(random(input.length), from, to);
  },
  (input, random) => cut(input, ...rangeIn(input, random)),
  (input, random) => {
    const [from, to] = rangeIn(input, random);
    return cut(input, from, from, input.subarray(from, to));
  },
  (input, random) => {
    const at = random(input.length + 1);
    return cut(
      input,
      at,
      at,
      Uint8Array.from({ length: 1 + random(16) }, () => random(256)),
    );
  },
  (input, random) => {
    const [from, to] = rangeIn(input, random);
    const block = input.subarray(from, Math.min(to, from + 64));
    const times = 2 + random(30);
    const many = new Uint8Array(block.length * times);
    for (let i = 0; i < times; i++) many.set(block, i * block.length);
    return cut(input, from, from, many);
  },
  (input, random) => {
    const [from, to] = rangeIn(input, random);
    const at = random(input.length);
    const copy = input.slice().copyWithin(at, from, to);
    copy.set(input.subarray(at, Math.min(input.length, at + to - from)), from);
    return copy;
  },
  // Parts of another input, and the ends cut off.
  (input, random, other) => {
    const [from, to] = rangeIn(other, random);
    const copy = input.slice();
    const at = random(copy.length);
    copy.set(other.subarray(from, Math.min(to, from + copy.length - at)), at);
    return copy;
  },
  (input, random, other) =>
    cut(input, random(input.length), input.length, other.subarray(random(other.length))),
  (input, random) => input.slice(0, random(input.length)),
  (input, random) => input.slice(random(input.length)),
];
