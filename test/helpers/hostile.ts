// Broken firmware for tests: small samples that contain what matters, seeded mutations of them, and a check that
// they are parsed to the end. SEED=n in the environment starts with other mutations; a failure names the seed
// that reproduces it.

import assert from 'node:assert/strict';
import { bytesToHex } from '../../src/core/binary/hex';
import { buildOvmf } from '../../src/core/ovmf/build';
import { parseOvmf } from '../../src/core/ovmf/image';
import { processorTime } from './processorTime';
import { readImage } from './realImages';
import { assertWhole } from './wholeness';
import { seeded } from './random';

/** The end of an image, and the size of the whole image. */
export interface Tail {
  readonly name: string;
  readonly tail: Uint8Array;
  readonly fileSize: number;
}

/**
 * The table and all lists of every known image are within this many last bytes; what precedes them changes nothing.
 */
const LISTS = 2304;
/** Far above the time to parse 4 KiB (well under a millisecond), far below an endless loop. */
const MOST_MS = 3000;
const SPECIAL_BYTES = [0x00, 0x01, 0x11, 0x12, 0x16, 0x1a, 0x7f, 0x80, 0xfe, 0xff];

/**
 * The last 4 KiB of a built image with every list, and of these files, without duplicates of equal content and size.
 */
export function tailsOf(paths: readonly string[]): Tail[] {
  const distinct = new Map<string, Tail>();
  const add = (name: string, image: Uint8Array) => {
    const tail = image.slice(-4096);
    distinct.set(`${image.length} ${bytesToHex(tail)}`, { name, tail, fileSize: image.length });
  };
  add('built', buildOvmf({ tdxSections: true, igvmSections: true }));
  for (const path of paths) add(path, readImage(path));
  return [...distinct.values()];
}

/** Whether SEEDS=few requests a quick run. */
export const IS_QUICK = process.env['SEEDS'] === 'few';

/** All of these cases; in a quick run every eighth. */
export function few<T>(cases: readonly T[]): T[] {
  return cases.filter((_, i) => !IS_QUICK || i % 8 === 0);
}

/**
 * All of these cases, for one of several turns; in a quick run an eighth of them, and of the next turn others, so that all are in some.
 */
export function inTurns<T>(cases: readonly T[], turn: number): T[] {
  const turns = Math.min(8, cases.length);
  return cases.filter((_, i) => !IS_QUICK || i % turns === turn % turns);
}

/** `count` seeds, starting from the one in the environment or 1; in a quick run one in eight. */
export function seeds(count: number): number[] {
  const first = Number(process.env['SEED'] ?? 1);
  return few(Array.from({ length: count }, (_, i) => first + i));
}

/** Runs `read`, and names the input if it throws or takes three seconds of a processor. */
export function bounded(label: string, read: () => void): void {
  const took = processorTime();
  try {
    read();
  } catch (error) {
    throw new Error(`${label}: ${String(error)}`, { cause: error });
  }
  if (took() > MOST_MS) assert.fail(`${label}: took ${Math.round(took())} ms`);
}

/** Checks that an image, or the end of one of `fileSize` bytes, is parsed completely. */
export function checkImage(label: string, bytes: Uint8Array, fileSize: number | undefined): void {
  bounded(label, () => assertWhole(parseOvmf(bytes, fileSize === undefined ? {} : { fileSize })));
}

/** One to eight changes in the last 4096 bytes, mostly in the table and the lists before it. */
export function mutateLists(image: Uint8Array, seed: number): Uint8Array {
  const below = seeded(seed);
  const bytes = image.slice();
  const reach = Math.min([64, 200, 400, 2200, 4096][below(5)]!, bytes.length);
  for (let changes = 1 + below(8); changes > 0; changes--) {
    const at = bytes.length - 1 - below(reach);
    const kind = below(4);
    if (kind === 0) bytes[at] = below(256);
    else if (kind === 1) bytes[at]! ^= 1 << below(8);
    else if (kind === 2) bytes[at] = SPECIAL_BYTES[below(SPECIAL_BYTES.length)]!;
    else bytes.copyWithin(at, bytes.length - 1 - below(reach), bytes.length - below(32));
  }
  return bytes;
}

/** One to six changes in the first `reach` bytes, which may copy headers over one another. */
export function mutateHeaders(image: Uint8Array, seed: number, reach: number): Uint8Array {
  const below = seeded(seed);
  const copy = image.slice();
  for (let changes = 1 + below(6); changes > 0; changes--) {
    const at = below(reach);
    const kind = below(3);
    if (kind === 0) copy[at] = below(256);
    else if (kind === 1) copy[at]! ^= 1 << below(8);
    else copy.copyWithin(at, below(reach), below(reach));
  }
  return copy;
}

/** Checks all seeds' mutations, cycling through the samples; every third is the whole file, the others are its end. */
export function checkMutations(samples: readonly Tail[], count: number): void {
  for (const seed of seeds(count)) {
    const { name, tail, fileSize } = samples[seed % samples.length]!;
    checkImage(`${name}, SEED=${seed}`, mutateLists(tail, seed), seed % 3 === 0 ? undefined : fileSize);
  }
}

/** Checks truncations of a sample's lists, from either end: all of them, or one for every `step` bytes. */
export function checkTruncations({ name, tail: whole, fileSize }: Tail, step = 1): void {
  const tail = whole.subarray(-LISTS);
  for (let n = 0; n <= tail.length; n += step) {
    checkImage(`${name}, first ${n} bytes`, tail.subarray(0, n), undefined);
    checkImage(`${name}, last ${n} bytes`, tail.subarray(tail.length - n), undefined);
    checkImage(`${name}, last ${n} bytes of ${fileSize}`, tail.subarray(tail.length - n), fileSize);
  }
}
