// The hash functions of each runtime against published digests (FIPS 180-4, NIST's examples) and against each other: sizes around the
// ends of blocks, copies that go their own ways, digests that replace their own input.

import assert from 'node:assert/strict';
import { bytesToHex, utf8 } from '../../../../src/core/binary/hex';
import type { Hashes } from '../../../../src/core/launch/hasher';
import { nobleHashes } from '../../../../src/core/launch/nobleHashes';
import { hashesOf, nodeHashes } from '../../../../src/node/hashes';
import { randomBytes, seeded } from '../../../helpers/random';

const RUNTIMES: readonly (readonly [string, Hashes])[] = [
  ['Node', nodeHashes],
  ['Node without crypto.hash', hashesOf(undefined)],
  ['core alone', nobleHashes],
];

const ABC = {
  sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  sha384: 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
};

const SIZES = [0, 1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 4095, 4096, 70_000];

for (const [name, hashes] of RUNTIMES) {
  describe(`The hashes of ${name}`, () => {
    it('give the published digests', () => {
      assert.equal(bytesToHex(hashes.sha256(utf8('abc'))), ABC.sha256);
      assert.equal(bytesToHex(hashes.sha384(utf8('abc'))), ABC.sha384);
    });

    it('agree with those of the others', () => {
      for (const size of SIZES) {
        const bytes = randomBytes(seeded(size), size);
        assert.equal(bytesToHex(hashes.sha256(bytes)), bytesToHex(nobleHashes.sha256(bytes)), `${size}`);
        assert.equal(bytesToHex(hashes.sha384(bytes)), bytesToHex(nobleHashes.sha384(bytes)), `${size}`);
        const hasher = hashes.newSha256();
        hasher.update(bytes.subarray(0, size >> 1));
        hasher.update(bytes.subarray(size >> 1));
        assert.equal(bytesToHex(hasher.digest()), bytesToHex(nobleHashes.sha256(bytes)), `${size}`);
      }
    });

    it('write a digest where they are told, even over its own input', () => {
      const whole = randomBytes(seeded(1), 200);
      const part = new Uint8Array(whole.buffer, 10, 112);
      const [before, after] = [whole.slice(0, 60), whole.slice(108)];
      const wanted = hashes.sha384(part);
      hashes.sha384Into(part, part, 50);
      assert.deepEqual(whole, Uint8Array.from([...before, ...wanted, ...after]));
      const other = new Uint8Array(48);
      const again = hashes.sha384(part);
      hashes.sha384Into(part, other, 0);
      assert.deepEqual([...other], [...again]);
    });

    it('continue copies apart from each other', () => {
      const first = hashes.newSha256();
      first.update(utf8('a'));
      const second = first.copy();
      first.update(utf8('b'));
      second.update(utf8('bc'));
      const third = first.copy();
      third.update(utf8('c'));
      assert.equal(bytesToHex(second.digest()), ABC.sha256);
      assert.equal(Buffer.from(third.digest('binary'), 'binary').toString('hex'), ABC.sha256);
      assert.equal(bytesToHex(first.digest()), bytesToHex(hashes.sha256(utf8('ab'))));
    });

    it('know equal bytes from others', () => {
      const bytes = randomBytes(seeded(2), 4097);
      for (const at of [0, 1, 4, 4094, 4095]) {
        const [a, b] = [bytes.slice(1), bytes.slice(1)];
        assert.equal(hashes.isSame(a, b), true);
        assert.equal(hashes.isSame(bytes.subarray(1), b), true);
        b[at]! ^= 1;
        assert.equal(hashes.isSame(a, b), false, `${at}`);
        assert.equal(hashes.isSame(bytes.subarray(1), b), false, `${at}`);
      }
    });
  });
}
