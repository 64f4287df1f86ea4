// LZMA-alone streams: what decompresses, what is refused before anything is allocated, and garbage.

import assert from 'node:assert/strict';
import { decompressLzma } from '../../../src/node/lzma';
import { randomBytes, seeded } from '../../helpers/random';
import { LZMA_STREAM } from '../../helpers/volumes';

const STREAM = Buffer.from(LZMA_STREAM);
/** Bytes at the end of STREAM that the encoder only flushes. */
const FLUSHED = 5;
const TEXT = 'SevScope '.repeat(8);
const MIB = 2 ** 20;

const withSize = (size: bigint) => {
  const bytes = Buffer.from(STREAM);
  bytes.writeBigUInt64LE(size, 5);
  return bytes;
};

describe('LZMA streams', () => {
  it('are decompressed, whatever dictionary they ask for', () => {
    for (const dictionary of [0, 4096, 0xffffffff]) {
      const bytes = Buffer.from(STREAM);
      bytes.writeUInt32LE(dictionary, 1);
      assert.equal(Buffer.from(decompressLzma(bytes, MIB) ?? []).toString(), TEXT);
    }
  });
  it('are refused when they claim more than the limit, no size, or nothing', () => {
    assert.equal(decompressLzma(STREAM, TEXT.length - 1), undefined);
    for (const size of [0n, 1n << 40n, (1n << 64n) - 1n]) {
      assert.equal(decompressLzma(withSize(size), 64 * MIB), undefined);
    }
  });
  it('are refused with properties that no encoder writes, and when they are only a header', () => {
    assert.equal(decompressLzma(Buffer.concat([Buffer.of(225), STREAM.subarray(1)]), MIB), undefined);
    for (let n = 0; n <= 13; n++) assert.equal(decompressLzma(STREAM.subarray(0, n), MIB), undefined);
  });
  it('that lost bytes which tell nothing are whole, and are refused when they lost more', () => {
    for (let lost = 0; lost <= STREAM.length; lost++) {
      const output = decompressLzma(STREAM.subarray(0, STREAM.length - lost), MIB);
      assert.equal(
        output && Buffer.from(output).toString(),
        lost <= FLUSHED ? TEXT : undefined,
        `${lost} lost`,
      );
    }
  });
  it('that are garbage end in bounded time, with as many bytes as they claim or none', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const bytes = Buffer.concat([STREAM.subarray(0, 13), randomBytes(seeded(seed), 400)]);
      bytes.writeBigUInt64LE(BigInt(65536), 5);
      const start = performance.now();
      const output = decompressLzma(bytes, MIB);
      assert.ok(performance.now() - start < 500);
      assert.ok(output === undefined || output.length === 65536);
    }
  });
});
