// Where a file is not UTF-8: the table of Unicode 16, section 3.9, by its kinds.

import assert from 'node:assert/strict';
import { badByteIn, textOf } from '../../../src/app/text';
import { seeds } from '../../helpers/hostile';
import { randomBytes, seeded } from '../../helpers/random';

const good: [name: string, hex: string][] = [
  ['nothing', ''],
  ['ASCII', '7b7d'],
  ['a byte order mark', 'efbbbf7b7d'],
  ['characters of two, three and four bytes', 'c3a4e282acf09f9880'],
  ['the replacement character itself', 'efbfbd'],
  ['a NUL', '00'],
];
const bad: [name: string, hex: string, byte: number, offset: number][] = [
  ['Latin-1', '61e46262', 1, 1],
  ['UTF-16', 'fffe7b00', 0, 0],
  ['a byte that is in no text', '6162ff', 2, 2],
  ['a byte that continues nothing', 'c3a480', 2, 1],
  ['two bytes for ASCII', '61c080', 1, 1],
  ['half of a surrogate pair', '61eda080', 1, 1],
  ['a character beyond the last', 'f4908080', 0, 0],
  ['a character that is cut off', 'f09f9880e282', 4, 2],
  ['a character that another one cuts off', '61e28261', 1, 1],
  ['a bad byte behind a byte order mark', 'efbbbf61ff', 4, 2],
];

describe('A file of text', () => {
  for (const [name, hex] of good) {
    it(`is UTF-8 with ${name}`, () => {
      assert.equal(badByteIn(Buffer.from(hex, 'hex')), undefined);
    });
  }
  for (const [name, hex, byte, offset] of bad) {
    it(`is not UTF-8 with ${name}, from its first byte on`, () => {
      const bytes = Buffer.from(hex, 'hex');
      assert.deepEqual(badByteIn(bytes), { value: bytes[byte], byte, offset });
      assert.equal(textOf(bytes)[offset], '\ufffd');
    });
  }
  it('is UTF-8 just when it can be written again, and otherwise up to its bad byte', () => {
    for (const seed of seeds(300)) {
      const noise = randomBytes(seeded(seed), 8);
      const bytes = Buffer.concat([
        Buffer.from('\u20aca'),
        noise.map((b, i) => (i % 3 === 0 ? b : b & 0x7f)),
      ]);
      const found = badByteIn(bytes);
      const isSame = Buffer.from(textOf(bytes)).equals(bytes);
      assert.equal(found === undefined, isSame, `SEED=${seed}`);
      if (found) assert.equal(badByteIn(bytes.subarray(0, found.byte)), undefined, `SEED=${seed}`);
    }
  });
});
