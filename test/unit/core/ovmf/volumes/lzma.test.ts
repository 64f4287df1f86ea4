// LZMA-alone streams: what decompresses, what is refused before anything is decoded, garbage, and the work that each may take.

import assert from 'node:assert/strict';
import { compress } from 'lzma1';
import { Budget, Spent } from '../../../../../src/core/ovmf/volumes/budget';
import { decodeLzma, wrongProperties } from '../../../../../src/core/ovmf/volumes/lzma';
import { randomBytes, seeded } from '../../../../helpers/random';
import { LZMA_STREAM } from '../../../../helpers/volumes';

const STREAM = Buffer.from(LZMA_STREAM);
const HEADER = 13;
/** Bytes at the end of STREAM that the encoder only flushes. */
const FLUSHED = 5;
const TEXT = 'SevScope '.repeat(8);
const MIB = 2 ** 20;

/** What comes out of a stream that is asked for this size, and the steps that it took. */
function decode(bytes: Uint8Array, size: number, budget = new Budget()): { out?: Uint8Array; steps: number } {
  const before = budget.steps;
  const output = new Uint8Array(size);
  const isWhole = decodeLzma(bytes, output, budget);
  return { ...(isWhole && { out: output }), steps: before - budget.steps };
}
const textOf = (bytes: Uint8Array, size = TEXT.length) => {
  const { out } = decode(bytes, size);
  return out && Buffer.from(out).toString();
};

const withSize = (size: bigint) => {
  const bytes = Buffer.from(STREAM);
  bytes.writeBigUInt64LE(size, 5);
  return bytes;
};
/** The property byte of these numbers of bits. */
const properties = (lc: number, lp: number, pb: number) => (pb * 5 + lp) * 9 + lc;

describe('LZMA streams', () => {
  it('are decompressed, whatever dictionary they ask for', () => {
    for (const dictionary of [0, 4096, 0xffffffff]) {
      const bytes = Buffer.from(STREAM);
      bytes.writeUInt32LE(dictionary, 1);
      assert.equal(textOf(bytes), TEXT);
    }
  });
  it('come out as they went in: text, code, noise and runs', () => {
    const below = seeded(3);
    const noise = randomBytes(below, 70_000);
    const code = Uint8Array.from({ length: 90_000 }, (_, i) => ((i * i) >> 7) & 0xff);
    const mixed = Uint8Array.from({ length: 120_000 }, (_, i) =>
      i % 300 < 200 ? i % 7 : noise[i % 70_000]!,
    );
    for (const data of [noise, code, mixed, new Uint8Array(300_000), Uint8Array.of(7)]) {
      assert.deepEqual(decode(compress(data), data.length).out, data);
    }
  });
  it('are refused when they state another size than they are asked for', () => {
    assert.equal(textOf(STREAM, TEXT.length - 1), undefined);
    for (const size of [0n, 1n << 40n, (1n << 64n) - 1n]) assert.equal(textOf(withSize(size)), undefined);
    for (const size of [TEXT.length - 1, TEXT.length + 1, 0])
      assert.equal(textOf(withSize(BigInt(size)), size), undefined);
  });
  it('are refused with properties that no firmware has, before any work, and when they are only a header', () => {
    for (let byte = 0; byte < 256; byte++) {
      const [lc, lp] = [byte % 9, Math.floor(byte / 9) % 5];
      const isSound = byte < 225 && lc + lp <= 4;
      assert.equal(wrongProperties(Uint8Array.of(byte)) === undefined, isSound, `${byte}`);
      const { steps } = decode(Buffer.concat([Buffer.of(byte), STREAM.subarray(1)]), TEXT.length);
      assert.ok(isSound ? steps < MIB : steps === 0, `${byte}: ${steps} steps`);
    }
    assert.match(wrongProperties(Uint8Array.of(properties(8, 4, 0)))!, /lc 8 and lp 4.*0x5d/);
    for (let n = 0; n <= HEADER; n++) assert.equal(textOf(STREAM.subarray(0, n)), undefined);
  });
  it('that lost bytes which tell nothing are whole, and are refused when they lost more', () => {
    for (let lost = 0; lost <= STREAM.length; lost++) {
      const whole = textOf(STREAM.subarray(0, STREAM.length - lost));
      assert.equal(whole, lost <= FLUSHED ? TEXT : undefined, `${lost} lost`);
    }
  });
  it('take bounded work with each byte of the header set to each value', () => {
    for (let at = 0; at < HEADER + 5; at++) {
      for (let value = 0; value < 256; value++) {
        const bytes = Buffer.from(STREAM);
        bytes[at] = value;
        const { out, steps } = decode(bytes, TEXT.length);
        assert.ok(steps < MIB, `byte ${at} = ${value}: ${steps} steps`);
        if (at >= 5 && at < HEADER && value !== STREAM[at]) assert.equal(out, undefined);
      }
    }
  });
  it('that are garbage take no more work than as many bytes of noise', () => {
    const size = 65536;
    const noise = compress(randomBytes(seeded(1), size));
    const most = 2 * decode(noise, size).steps;
    for (let seed = 1; seed <= 200; seed++) {
      const bytes = Buffer.concat([noise.subarray(0, HEADER), Buffer.of(0), randomBytes(seeded(seed), 400)]);
      const { steps } = decode(bytes, size);
      assert.ok(steps <= most, `SEED=${seed}: ${steps} steps`);
    }
  });
  it('end when their budget does, and leave none', () => {
    const data = randomBytes(seeded(2), MIB);
    const stream = compress(data);
    const { steps } = decode(stream, MIB);
    const budget = new Budget(steps / 2);
    assert.throws(() => decode(stream, MIB, budget), Spent);
    assert.equal(budget.steps, 0);
  });
});
