// Lists in words, as English joins them.

import assert from 'node:assert/strict';
import { conjunction } from '../../../../src/core/binary/words';

describe('lists in words', () => {
  for (let count = 0; count < 6; count++)
    it(`joins ${count} as Intl.ListFormat does`, () => {
      const words = ['SNPActive', 'vTOM', 'DebugSwap (0x20)', 'a and b', 'x, y'].slice(0, count);
      assert.equal(conjunction(words), new Intl.ListFormat('en', { type: 'conjunction' }).format(words));
    });
});
