// Hostile input: truncations and seeded mutations of real footers and of a built image. Nothing may throw or loop, and
// what comes out must be whole. The peer tier runs many more of them.

import assert from 'node:assert/strict';
import { buildOvmf } from '../../../../src/core/ovmf/build';
import { parseOvmf } from '../../../../src/core/ovmf/image';
import { IS_QUICK, checkImage, checkMutations, checkTruncations, tailsOf } from '../../../helpers/hostile';
import { codePaths } from '../../../helpers/realImages';

describe('Hostile OVMF images', function () {
  this.timeout(60_000);
  const all = tailsOf(codePaths);

  it('a tail is read to the end wherever it is cut, from either end', () => {
    // No field of the lists is as long; the peer tier cuts at every byte.
    for (const sample of all) checkTruncations(sample, IS_QUICK ? 61 : 7);
  });

  it('seeded mutations are read to the end', () => checkMutations(all, 4000));

  it('every value of the table length is read to the end', () => {
    for (const { name, tail, fileSize } of all.slice(0, 2)) {
      const bytes = tail.slice();
      for (let length = 0; length <= 0xffff; length += length < 512 ? 1 : 97) {
        bytes.set([length & 0xff, length >> 8], bytes.length - 50);
        checkImage(`${name}, table length ${length}`, bytes, fileSize);
      }
    }
  });

  it('a table full of the smallest entries is read in time', () => {
    const image = new Uint8Array(0x20000);
    const footer = buildOvmf({ size: 0x1000 }).subarray(-50);
    image.set(footer, image.length - 50);
    image.set([0xff, 0xff], image.length - 50);
    for (let at = image.length - 68; at >= image.length - 32 - 0xffff; at -= 18) image.set([18, 0], at);
    checkImage('smallest entries', image, undefined);
    assert.equal(parseOvmf(image).value.table?.entries.length, 3639);
  });

  for (const fileSize of [Number.NaN, Infinity, -1, 0.5, 10]) {
    it(`a file size of ${fileSize} is taken as the number of bytes given`, () => {
      const image = buildOvmf({ size: 0x1000 });
      assert.equal(parseOvmf(image, { fileSize }).value.fileSize, 0x1000);
    });
  }
});
