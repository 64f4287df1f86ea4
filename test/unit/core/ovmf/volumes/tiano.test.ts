// UEFI's standard compression: what an encoder of the tests makes is read back, and broken streams are refused.

import assert from 'node:assert/strict';
import { decodeTiano } from '../../../../../src/core/ovmf/volumes/tiano';
import { bounded, seeds } from '../../../../helpers/hostile';
import { randomBytes, seeded } from '../../../../helpers/random';
import { encodeTiano } from '../../../../helpers/tiano';

const text = new Uint8Array(
  Buffer.from('There are many drivers in a volume, and many more in two. '.repeat(40)),
);
const random = randomBytes(seeded(3), 5000);
/** Bytes of which each comes half as often as the one before, so that codes get as long as they may. */
const skewed = Uint8Array.from({ length: 1 << 15 }, (_, i) => Math.clz32(((i * 40503) & 0x7fff) | 1));
/** Repeats itself only after a long way. */
const far = Uint8Array.from([...random, ...skewed.subarray(0, 9000), ...random]);

const cases: [string, Uint8Array, number?][] = [
  ['one byte', Uint8Array.of(7)],
  ['one byte, over and over', new Uint8Array(70_000).fill(9)],
  ['two bytes', Uint8Array.of(1, 2)],
  ['a match of three bytes', Uint8Array.of(1, 2, 3, 1, 2, 3)],
  ['text', text],
  ['text in small blocks', text, 7],
  ['text in blocks of one', text, 1],
  ['every byte', Uint8Array.from({ length: 256 }, (_, i) => i)],
  ['random bytes', random],
  ['random bytes in the largest block', randomBytes(seeded(4), 0x10000), 0x10000],
  ['codes of many lengths', skewed],
  ['matches from afar', far],
];

/** What comes out of a stream that is asked for this size. */
function decode(bytes: Uint8Array, size: number, positionBits: 4 | 5): Uint8Array | undefined {
  const output = new Uint8Array(size);
  return decodeTiano(bytes, output, positionBits) ? output : undefined;
}

describe('UEFI and Tiano compression', () => {
  for (const positionBits of [4, 5] as const) {
    for (const [name, data, blockSize] of cases) {
      it(`${name} comes out again, with ${positionBits} bits of position codes`, () => {
        const options = { positionBits, ...(blockSize !== undefined && { blockSize }) };
        const output = decode(encodeTiano(data, options), data.length, positionBits);
        assert.ok(output && Buffer.compare(output, data) === 0);
      });
    }
  }
  it('text and what is far apart become smaller', () => {
    assert.ok(encodeTiano(text).length < text.length / 10);
    assert.ok(encodeTiano(far).length < far.length - random.length / 2);
  });
  it('the two forms are not each other', () => {
    const four = encodeTiano(text, { positionBits: 4 });
    const other = decode(four, text.length, 5);
    assert.ok(!other || Buffer.compare(other, text) !== 0);
  });
  it('a stream without its last bytes is refused, and so is another size', () => {
    const stream = encodeTiano(text);
    for (let n = 0; n < stream.length; n++) {
      assert.equal(decode(stream.subarray(0, n), text.length, 5), undefined, `${n} bytes`);
    }
    for (const size of [0, text.length - 1, text.length + 1]) {
      assert.equal(decode(stream, size, 5), undefined);
    }
  });
  it('a stream that ends early is refused, even if it says so', () => {
    const stream = encodeTiano(text);
    const short = stream.slice(0, -2);
    new DataView(short.buffer).setUint32(0, short.length - 8, true);
    assert.equal(decode(short, text.length, 5), undefined);
  });
  it('what follows a stream is left alone', () => {
    const padded = Uint8Array.from([...encodeTiano(text), 1, 2, 3]);
    assert.deepEqual(decode(padded, text.length, 5), text);
  });
  // Block size, code of lengths, code of bytes and matches, code of positions; a code of one symbol has a zero first.
  const BLOCK = '0000000000000100';
  const NO_LENGTHS = '00000 00000';
  const streams: [string, string, number[]?][] = [
    [
      'a block of one byte, over and over',
      `${BLOCK} ${NO_LENGTHS} 000000000 001000001 00000 00000`,
      [65, 65, 65, 65],
    ],
    ['a symbol that no code has', `${BLOCK} ${NO_LENGTHS} 000000000 111111110 00000 00000`],
    ['a match before the first byte', `${BLOCK} ${NO_LENGTHS} 000000000 100000000 00000 00000`],
    ['a position that no code has', `${BLOCK} ${NO_LENGTHS} 000000000 100000000 00000 11111`],
    ['three codes of one bit', `${BLOCK} 00011 001 001 001 00 000000000 001000001 00000 00000`],
    ['a code that leaves room', `${BLOCK} 00001 001 000000000 001000001 00000 00000`],
    ['a code of 17 bits', `${BLOCK} 00001 111 11111111110 000000000 001000001 00000 00000`],
    ['a length that no code has', `${BLOCK} 00000 10011 000000000 001000001 00000 00000`],
  ];
  for (const [name, bits, wanted] of streams) {
    it(`${name} is ${wanted ? 'read' : 'refused'}`, () => {
      const digits = `${bits.replaceAll(' ', '')}${'0'.repeat(64)}`;
      const bytes = (digits.match(/[01]{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
      const stream = Uint8Array.from([bytes.length, 0, 0, 0, 4, 0, 0, 0, ...bytes]);
      assert.deepEqual(decode(stream, 4, 5), wanted && Uint8Array.from(wanted));
    });
  }
  it('seeded mutations give as many bytes as they state, or none', () => {
    const stream = encodeTiano(text, { blockSize: 50 });
    for (const seed of seeds(2000)) {
      const below = seeded(seed);
      const bytes = stream.slice();
      for (let i = 0; i < 3; i++) bytes[8 + below(bytes.length - 8)] = below(256);
      bounded(`SEED=${seed}`, () => {
        const output = decode(bytes, text.length, 5);
        assert.ok(output === undefined || output.length === text.length);
      });
    }
  });
});
