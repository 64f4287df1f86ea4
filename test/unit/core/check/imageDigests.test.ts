// Digests of images against Node's own hashes, and their speed on the largest image with those of core.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { bytesToHex } from '../../../../src/core/binary/hex';
import { buildOvmf } from '../../../../src/core/ovmf/build';
import { computeImageDigests, digestRows } from '../../../../src/core/check/imageDigests';
import { nobleHashes } from '../../../../src/core/launch/nobleHashes';
import { randomBytes, seeded } from '../../../helpers/random';
import { cheaply } from '../../../helpers/promptly';

const hashOf = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest();

/** The chain written out by hand: digest, contents, length and type, address. */
function snpByHand(image: Uint8Array): string {
  let digest = Buffer.alloc(48);
  for (let at = 0; at < image.length; at += 4096) {
    const info = Buffer.alloc(112);
    digest.copy(info);
    hashOf('sha384', image.subarray(at, at + 4096)).copy(info, 48);
    info.writeUInt32LE(0x0001_0070, 96);
    info.writeBigUInt64LE(BigInt(2 ** 32 - image.length + at), 104);
    digest = Buffer.from(hashOf('sha384', info));
  }
  return digest.toString('hex');
}

describe('Digests of OVMF images', () => {
  for (const size of [0x1000, 0x4000, 0x84000]) {
    it(`agree with Node's hashes for ${size} bytes`, () => {
      const image = buildOvmf({ size });
      const digests = computeImageDigests(image, nobleHashes);
      assert.equal(bytesToHex(digests.sha256), hashOf('sha256', image).toString('hex'));
      assert.equal(bytesToHex(digests.sha384), hashOf('sha384', image).toString('hex'));
      assert.deepEqual(digests.sevLaunchDigest, digests.sha256);
      assert.equal(bytesToHex(digests.snpOvmfHash!), snpByHand(image));
      assert.equal(digests.snpRefusal, undefined);
    });
  }

  for (const size of [0, 1, 4095, 4097]) {
    it(`refuse the SNP hash of ${size} bytes, and give the others`, () => {
      const image = randomBytes(seeded(size), size);
      const digests = computeImageDigests(image, nobleHashes);
      assert.equal(digests.snpOvmfHash, undefined);
      assert.equal(digests.snpRefusal?.rule, 'image-size');
      assert.equal(digests.snpRefusal.size, size);
      assert.equal(bytesToHex(digests.sha256), hashOf('sha256', image).toString('hex'));
      assert.match(String(digestRows(digests)[3]!.value), /^none: The image has \d+ byte/);
    });
  }

  it('of 16 MiB take seconds at the most', () => {
    const image = new Uint8Array(16 * 2 ** 20);
    const assertCheap = cheaply(4000);
    computeImageDigests(image, nobleHashes);
    assertCheap();
  });
});
