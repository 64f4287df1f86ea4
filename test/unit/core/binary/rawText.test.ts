// Bytes that are nearly UTF-8 become text and the same bytes again, and UTF-8 is read as a strict decoder reads it.

import assert from 'node:assert/strict';
import { bytesOfText, textWithBytes } from '../../../../src/core/binary/rawText';
import { shellWord } from '../../../../src/core/binary/shell';
import { randomBytes, seeded } from '../../../helpers/random';

describe('Text of bytes', () => {
  const cases: readonly (readonly [bytes: string, text: string])[] = [
    ['', ''],
    ['61c3a9e282acf09f9880', 'aé€😀'],
    ['61ff62', 'a\udcffb'],
    ['c080', '\udcc0\udc80'],
    ['e09fbf', '\udce0\udc9f\udcbf'],
    ['eda080', '\udced\udca0\udc80'],
    ['f4908080', '\udcf4\udc90\udc80\udc80'],
    ['e282', '\udce2\udc82'],
    ['efbbbf61', '\ufeffa'],
    ['efbfbd', '\ufffd'],
  ];
  for (const [hex, text] of cases)
    it(`is ${JSON.stringify(text)} for ${hex || 'none'}, and back`, () => {
      assert.equal(textWithBytes(Buffer.from(hex, 'hex')), text);
      assert.equal(Buffer.from(bytesOfText(text)).toString('hex'), hex);
    });
  it('is that of a strict decoder where that takes it, and the same bytes again wherever', () => {
    const random = seeded(383);
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    let strict = 0;
    for (let i = 0; i < 5000; i++) {
      const bytes = randomBytes(random, 1 + (i % 5)).map((byte) => (i % 2 === 0 ? byte : byte | 0xc0));
      const text = textWithBytes(bytes);
      assert.deepEqual(Buffer.from(bytesOfText(text)), Buffer.from(bytes));
      let expected;
      try {
        expected = decoder.decode(bytes);
      } catch {
        assert.match(text, /[\udc80-\udcff]/u);
        continue;
      }
      strict++;
      assert.equal(text, expected);
    }
    assert.ok(strict > 100, `${strict}`);
  });
});

describe('A word for a shell', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['a=b/c', 'a=b/c'],
    ['a b', "'a b'"],
    ["a'b", String.raw`'a'\''b'`],
    ['', "''"],
    ['a\tb\n', String.raw`$'a\tb\n'`],
    ["a\u001b'", String.raw`$'a\033\''`],
  ];
  for (const [word, quoted] of cases)
    it(`is ${quoted} for ${JSON.stringify(word)}`, () => assert.equal(shellWord(word), quoted));
});
