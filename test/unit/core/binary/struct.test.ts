// The table engine: which tables it refuses, and that decode, encode, leaves and diff agree with each other.

import assert from 'node:assert/strict';
import {
  decode,
  diff,
  encode,
  leaves,
  row,
  struct,
  writeLeaf,
  type Bit,
  type Struct,
} from '../../../../src/core/binary/struct';
import { KERNEL_HASHES } from '../../../../src/core/launch/kernelHashes';
import { VMSA } from '../../../../src/core/vmsa/layout/layout';
import { randomBytes, seeded } from '../../../helpers/random';

const inner = struct('inner', 4, [row(0, 'low', 'u16', 'low half'), row(2, 'high', 'u16', 'high half')]);
const sample = struct('sample', 24, [
  row(0, 'byte', 'u8', 'one byte'),
  row(1, 'run', 3, 'three bytes'),
  row(4, 'word', 'u32', 'a word'),
  row(8, 'long', 'u64', 'a long'),
  row(16, 'pair', inner, 'a nested layout'),
  row(20, 'rest', 4, 'what is left'),
]);
const bit = (name: string, lsb: number, width = 1, more: Partial<Bit> = {}): Bit => ({
  name,
  lsb,
  width,
  doc: name,
  ...more,
});

describe('A layout table is refused when', () => {
  const tables: [string, () => Struct, RegExp][] = [
    [
      'it has a gap',
      () => struct('t', 4, [row(0, 'a', 'u8', 'a'), row(2, 'b', 'u16', 'b')]),
      /gap of 1 bytes before b at 0x2/,
    ],
    [
      'fields overlap',
      () => struct('t', 4, [row(0, 'a', 'u32', 'a'), row(2, 'b', 'u16', 'b')]),
      /b at 0x2 overlaps .* ends at 0x4/,
    ],
    ['it does not start at 0', () => struct('t', 4, [row(2, 'a', 'u16', 'a')]), /gap of 2 bytes before a/],
    ['its total is too small', () => struct('t', 8, [row(0, 'a', 'u32', 'a')]), /end at 0x4, not at 0x8/],
    ['its total is too large', () => struct('t', 2, [row(0, 'a', 'u32', 'a')]), /end at 0x4, not at 0x2/],
    ['it is empty', () => struct('t', 2, []), /end at 0x0, not at 0x2/],
    [
      'a name stands twice',
      () => struct('t', 2, [row(0, 'a', 'u8', 'a'), row(1, 'a', 'u8', 'a')]),
      /two fields are named a/,
    ],
    ['a field has no text', () => struct('t', 1, [row(0, 'a', 'u8', '')]), /a has no text/],
    [
      'a field has no bytes',
      () => struct('t', 1, [row(0, 'a', 0, 'a'), row(0, 'b', 'u8', 'b')]),
      /a is empty/,
    ],
    [
      'bits lie outside',
      () => struct('t', 1, [row(0, 'a', 'u8', 'a', { bits: [bit('X', 7, 2)] })]),
      /a: bits X lie outside 8/,
    ],
    [
      'bits overlap',
      () => struct('t', 1, [row(0, 'a', 'u8', 'a', { bits: [bit('X', 0, 2), bit('Y', 1)] })]),
      /bits Y overlap X/,
    ],
    [
      'bits have no text',
      () => struct('t', 1, [row(0, 'a', 'u8', 'a', { bits: [bit('X', 0, 1, { doc: '' })] })]),
      /bits X have no text/,
    ],
  ];
  for (const [name, make, message] of tables) it(name, () => assert.throws(make, message));

  it('but not when a third bit chooses between two meanings, or bits share on purpose', () => {
    const bits = [
      bit('A', 0, 2, { when: { lsb: 4, is: 0 } }),
      bit('B', 0, 2, { when: { lsb: 4, is: 1 } }),
      bit('C', 0, 8, { overlay: true }),
    ];
    assert.equal(struct('t', 1, [row(0, 'a', 'u8', 'a', { bits })]).size, 1);
  });
});

describe('decode and encode', () => {
  it('read little-endian values of every type', () => {
    const bytes = Uint8Array.from({ length: 24 }, (_, i) => i + 1);
    assert.deepEqual(decode(sample, bytes), {
      byte: 1,
      run: Uint8Array.of(2, 3, 4),
      word: 0x08070605,
      long: 0x100f0e0d0c0b0a09n,
      pair: { low: 0x1211, high: 0x1413 },
      rest: Uint8Array.of(21, 22, 23, 24),
    });
  });
  it('read at an offset, also in a view into a larger buffer', () => {
    const view = new Uint8Array(64).fill(0xee).subarray(8);
    view.set(encode(sample, { word: 7 }), 3);
    assert.equal(decode(sample, view, 3).word, 7);
  });
  it('leave out what is not given as zero', () => assert.deepEqual(encode(sample, {}), new Uint8Array(24)));

  const refused: [string, Record<string, unknown>, RegExp][] = [
    ['a number too large', { byte: 256 }, /byte takes an unsigned value of 1 bytes, got 256/],
    ['a negative number', { word: -1 }, /word takes an unsigned value/],
    ['a fraction', { word: 1.5 }, /word takes an unsigned value/],
    ['a bigint too large', { long: 1n << 64n }, /long takes an unsigned value of 8 bytes/],
    ['too few bytes', { run: Uint8Array.of(1) }, /run takes 3 bytes, got 1/],
    ['a number for a run of bytes', { run: 1 }, /run takes an unsigned value/],
    ['an unknown field', { nothing: 1 }, /no field nothing/],
  ];
  for (const [name, values, message] of refused)
    it(`refuse ${name}`, () => assert.throws(() => encode(sample, values), message));
  it('refuse an input that is too short', () =>
    assert.throws(() => decode(sample, new Uint8Array(23)), /needs 24 bytes at 0/));
});

for (const layout of [sample, KERNEL_HASHES, VMSA] as Struct[]) {
  describe(`The layout ${layout.name}`, () => {
    it('has leaves that cover each byte once, in order', () => {
      let end = 0;
      for (const leaf of leaves(layout)) {
        assert.equal(leaf.offset, end, leaf.path);
        end += leaf.size;
      }
      assert.equal(end, layout.size);
    });
    it('comes back from decode and encode byte for byte, for random images', () => {
      const random = seeded(layout.size);
      for (let i = 0; i < 50; i++) {
        const image = randomBytes(random, layout.size);
        assert.deepEqual(encode(layout, decode(layout, image)), image);
      }
    });
    it('shows each changed byte as a difference of the one leaf that owns it', () => {
      const before = new Uint8Array(layout.size);
      for (const leaf of leaves(layout)) {
        const after = before.slice();
        after[leaf.offset + leaf.size - 1] = 0x80;
        assert.deepEqual(
          diff(layout, before, after).map((d) => d.leaf.path),
          [leaf.path],
        );
      }
    });
    it('writes a leaf and nothing beside it', () => {
      for (const leaf of leaves(layout)) {
        const page = new Uint8Array(layout.size);
        const ones = new Uint8Array(leaf.size).fill(0xff);
        writeLeaf(page, leaf, typeof leaf.row.type === 'number' ? ones : 2n ** BigInt(8 * leaf.size) - 1n);
        const expected = new Uint8Array(layout.size);
        expected.set(ones, leaf.offset);
        assert.deepEqual(page, expected, leaf.path);
      }
    });
  });
}
