// Hostile input: every truncation and thousands of seeded mutations of real footers and of a built image. Nothing
// may throw or loop, and what comes out must be whole.

import assert from 'node:assert/strict';
import { bytesToHex } from '../../../../src/core/hex';
import { buildOvmf } from '../../../../src/core/ovmf/build';
import { parseOvmf } from '../../../../src/core/ovmf/image';
import { seeded } from '../../../helpers/random';
import { codePaths, readImage } from './realImages';
import { assertWhole } from './wholeness';

// Far above what a parse of 4 KiB takes (well under a millisecond), far below a loop that does not end.
const MOST_MS = 1000;
const MUTATIONS = 20_000;
const ODD_BYTES = [0x00, 0x01, 0x11, 0x12, 0x16, 0x1a, 0x7f, 0x80, 0xfe, 0xff];

interface Sample {
  readonly name: string;
  readonly tail: Uint8Array;
  readonly fileSize: number;
}

/** The last 4 KiB of a built image and of the real ones, each content once. */
function samples(): Sample[] {
  const built = buildOvmf({ tdxSections: true, igvmSections: true });
  const real = codePaths.map((path) => [path, readImage(path)] as const);
  const distinct = new Map<string, Sample>();
  for (const [name, image] of [['built', built] as const, ...real]) {
    const tail = image.slice(-4096);
    distinct.set(bytesToHex(tail), { name, tail, fileSize: image.length });
  }
  return [...distinct.values()];
}

/** One to eight changes, most of them in the table and the lists before it. */
function mutate(tail: Uint8Array, seed: number): Uint8Array {
  const below = seeded(seed);
  const bytes = tail.slice();
  const reach = [64, 200, 400, 2200, 4096][below(5)]!;
  for (let changes = 1 + below(8); changes > 0; changes--) {
    const at = bytes.length - 1 - below(reach);
    const kind = below(4);
    if (kind === 0) bytes[at] = below(256);
    else if (kind === 1) bytes[at]! ^= 1 << below(8);
    else if (kind === 2) bytes[at] = ODD_BYTES[below(ODD_BYTES.length)]!;
    else bytes.copyWithin(at, bytes.length - 1 - below(reach), bytes.length - below(32));
  }
  return bytes;
}

function check(label: string, bytes: Uint8Array, fileSize: number | undefined): void {
  const start = performance.now();
  try {
    assertWhole(parseOvmf(bytes, fileSize === undefined ? {} : { fileSize }));
  } catch (error) {
    throw new Error(`${label}: ${String(error)}`, { cause: error });
  }
  const took = performance.now() - start;
  assert.ok(took < MOST_MS, `${label}: took ${Math.round(took)} ms`);
}

describe('Hostile OVMF images', function () {
  this.timeout(60_000);
  const all = samples();

  it('every truncation of a tail, from either end, is read to the end', () => {
    for (const { name, tail: whole, fileSize } of all) {
      // The lists of all samples lie in the last 2200 bytes; what comes before them changes nothing.
      const tail = whole.subarray(-2304);
      for (let n = 0; n <= tail.length; n++) {
        check(`${name}, first ${n} bytes`, tail.subarray(0, n), undefined);
        check(`${name}, last ${n} bytes`, tail.subarray(tail.length - n), undefined);
        check(`${name}, last ${n} bytes of ${fileSize}`, tail.subarray(tail.length - n), fileSize);
      }
    }
  });

  it(`${MUTATIONS} seeded mutations are read to the end`, () => {
    for (let seed = 1; seed <= MUTATIONS; seed++) {
      const { name, tail, fileSize } = all[seed % all.length]!;
      check(`${name}, seed ${seed}`, mutate(tail, seed), seed % 3 === 0 ? undefined : fileSize);
    }
  });

  it('every value of the table length is read to the end', () => {
    for (const { name, tail, fileSize } of all.slice(0, 2)) {
      const bytes = tail.slice();
      for (let length = 0; length <= 0xffff; length += length < 512 ? 1 : 97) {
        bytes.set([length & 0xff, length >> 8], bytes.length - 50);
        check(`${name}, table length ${length}`, bytes, fileSize);
      }
    }
  });

  it('a table full of the smallest entries is read in time', () => {
    const image = new Uint8Array(0x20000);
    const footer = buildOvmf({ size: 0x1000 }).subarray(-50);
    image.set(footer, image.length - 50);
    image.set([0xff, 0xff], image.length - 50);
    for (let at = image.length - 68; at >= image.length - 32 - 0xffff; at -= 18) image.set([18, 0], at);
    check('smallest entries', image, undefined);
    assert.equal(parseOvmf(image).value.table?.entries.length, 3639);
  });

  for (const fileSize of [Number.NaN, Infinity, -1, 0.5, 10]) {
    it(`a file size of ${fileSize} is taken as the number of bytes given`, () => {
      const image = buildOvmf({ size: 0x1000 });
      assert.equal(parseOvmf(image, { fileSize }).value.fileSize, 0x1000);
    });
  }
});
