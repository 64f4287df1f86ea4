// Text forms of bytes: strict base64 against RFC 4648's vectors and Node's own, UTF-8, counts and GUIDs.

import assert from 'node:assert/strict';
import { guidBytes, guidText, isGuid } from '../../../../src/core/binary/guid';
import {
  byteCount,
  bytesToHex,
  endOfRun,
  fromBase64,
  onlyByte,
  rawText,
  toBase64,
  utf8,
} from '../../../../src/core/binary/hex';
import { randomBytes, seeded } from '../../../helpers/random';

describe('The one byte of a range', () => {
  const LENGTHS = [0, 1, 2, 255, 256, 257, 1000];
  it('is found wherever the range starts, and only when all of it is equal', () => {
    for (const value of [0, 1, 0x80, 0xff]) {
      for (let start = 0; start < 8; start++) {
        for (const length of LENGTHS) {
          const bytes = new Uint8Array(start + length + 1)
            .fill(value ^ 0x55)
            .fill(value, start, start + length);
          const end = start + length;
          assert.equal(onlyByte(bytes.subarray(start, end)), length === 0 ? undefined : value);
          if (length > 0) assert.equal(onlyByte(bytes, start, end), value);
          if (length > 0) assert.equal(onlyByte(bytes, start, end + 1), undefined);
        }
      }
    }
  });
  it('is not there for any one byte that differs, nor behind the end', () => {
    for (let at = 0; at < 300; at++) {
      const bytes = new Uint8Array(300).fill(0xff);
      bytes[at]! ^= 1;
      assert.equal(onlyByte(bytes), undefined, `byte ${at}`);
    }
    assert.equal(onlyByte(new Uint8Array(300), 0, 301), undefined);
  });
});

describe('The end of a run', () => {
  it('is where the first other byte is, or where the range ends', () => {
    for (const at of [0, 1, 2, 3, 4, 100])
      for (const length of [1, 2, 3, 255, 256, 257, 258, 511, 512, 513, 1023, 1024, 1025, 3000, 4711]) {
        const bytes = new Uint8Array(5000).fill(0xff, at, at + length);
        assert.equal(endOfRun(bytes, at), at + length);
        assert.equal(endOfRun(bytes, at, at + length - 1), at + length - 1);
        assert.equal(endOfRun(bytes, at + length), 5000);
        assert.equal(
          endOfRun(bytes, at, 5000, (a, b) => Buffer.compare(a, b) === 0),
          at + length,
        );
        assert.equal(endOfRun(bytes.subarray(at)), length);
      }
    assert.equal(endOfRun(new Uint8Array(0)), 0);
    assert.equal(endOfRun(new Uint8Array(4), 4), 4);
  });
});

describe('Base64', () => {
  for (const text of ['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar']) {
    it(`carries "${text}" as Node does`, () => {
      const encoded = Buffer.from(text).toString('base64');
      assert.equal(toBase64(utf8(text)), encoded);
      assert.deepEqual(fromBase64(encoded), utf8(text));
    });
  }
  it('agrees with Node on 500 random inputs', () => {
    const random = seeded(1);
    for (let i = 0; i < 500; i++) {
      const bytes = randomBytes(random, random(80));
      assert.equal(toBase64(bytes), Buffer.from(bytes).toString('base64'));
      assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
    }
  });
  const refused = [
    'Zg',
    'Zg=',
    'Zg===',
    'Z',
    '=',
    '====',
    'Zh==',
    'Zm9=',
    'Zm9v\n',
    ' Zm9v',
    'Zm9v Zm9v',
    'Zm-_',
    'Zm9vZg==Zm9v',
    'Zm9*',
  ];
  for (const text of refused)
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(fromBase64(text), undefined));
});

describe('UTF-8', () => {
  for (const text of ['', 'quiet', 'grüße', '€', '𝕊', 'a\u0000b', '\ud800', 'x\udc00y']) {
    it(`encodes ${JSON.stringify(text)} as Node does`, () =>
      assert.deepEqual(utf8(text), Uint8Array.from(Buffer.from(text))));
  }
});

describe('Counts of bytes', () => {
  const cases: [number, string][] = [
    [0, '0 bytes'],
    [1, '1 byte'],
    [176, '176 bytes'],
    [4096, '4096 bytes (4 KiB)'],
    [5000, '5000 bytes (about 4.9 KiB)'],
    [3653632, '3653632 bytes (about 3.5 MiB)'],
    [2 ** 32, '4294967296 bytes (4 GiB)'],
  ];
  for (const [n, text] of cases) it(text, () => assert.equal(byteCount(n), text));
});

describe('Raw values', () => {
  const cases: [number | bigint | Uint8Array, number, string][] = [
    [0xf000, 2, '0xf000'],
    [0x10n, 8, '0x0000000000000010'],
    [new Uint8Array(104), 104, '104 × 00'],
    [Uint8Array.of(1, 2, 0xff), 3, '0102ff'],
    [new Uint8Array(64).fill(0xab), 64, `${'ab'.repeat(28)}…${'ab'.repeat(4)}`],
  ];
  for (const [value, size, text] of cases) it(text, () => assert.equal(rawText(value, size), text));
});

describe('GUIDs', () => {
  // UEFI specification, appendix A: the first three groups are little endian in memory.
  const text = '96b582de-1fb2-45f7-baea-a366c55a082d';
  it('have three little-endian groups in a file', () =>
    assert.equal(bytesToHex(guidBytes(text)), 'de82b596b21ff745baeaa366c55a082d'));
  it('come back as text, also at an offset', () =>
    assert.equal(guidText(Uint8Array.from([9, ...guidBytes(text)]), 1), text));
  it('are refused in other forms', () => {
    for (const wrong of ['', text.slice(1), `{${text}}`, text.replace('9', 'g'), `${text}\n`])
      assert.ok(!isGuid(wrong), wrong);
    assert.throws(() => guidBytes('x'), RangeError);
  });
});
