// Which bytes occur, found a word at a time: the same as byte by byte, wherever the bytes lie in memory and however few they are.

import assert from 'node:assert/strict';
import { whichOccur } from '../../../../src/core/binary/ascii';

describe('Which of three bytes occur', () => {
  const CODES = [0, 0x1b, 0xa0] as const;
  const memory = Uint8Array.from(
    { length: 64 },
    (_, i) => [0x41, 0x1b, 0x42, 0xa0, 0x43, 0x44, 0x01][i % 7]!,
  );
  memory[40] = 0;
  it('is found in any run of bytes at any place', () => {
    for (let at = 0; at < 48; at++)
      for (let length = 0; length <= 16; length++) {
        const bytes = memory.subarray(at, at + length);
        const wanted = CODES.map((code) => bytes.includes(code));
        const found = whichOccur(bytes, CODES);
        // Behind the first nothing else need be known.
        assert.deepEqual(wanted[0] ? found[0] : found, wanted[0] ? true : wanted, `${at}, ${length}`);
      }
  });
});
