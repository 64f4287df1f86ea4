// The forms of a measurement that are refused for what they are, and the formulas of SEV firmware before and after API 0.17
// (AMDESE/sev-tool, calculate_measurement and create_launch_secret_header), by Node's own HMAC.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { bytesToHex } from '../../../../../src/core/binary/hex';
import { KEY_WORDS, prepareKey } from '../../../../../src/core/explain/measurementMac';
import {
  computeMeasurement,
  parseMeasurement,
  type Platform,
} from '../../../../../src/core/tech/sev/evidence';
import { sealSecrets, secretGuid } from '../../../../../src/core/tech/sev/secret';
import { ciphers } from '../../../../helpers/ciphers';
import { randomBytes, seeded } from '../../../../helpers/random';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const usage = (code: string) => ({ name: 'CheckError', kind: 'usage', code });
const TIK = bytes('3569cf61a32a602b87185ac6e0f55913');
const TEK = bytes('52a869b79ab9c13bb6a92b0561619cb3');

describe('A launch measurement', () => {
  const good = 'oMDewIouJSpbpNRHj7Mk3p08H2dPZQdsZMU14qIymBnDE/q1EcIWsVBbGy6pkDxA';
  const hex = (size: number) => Buffer.from('5e'.repeat(size), 'hex').toString('hex');
  const url = good.replaceAll('/', '_').replaceAll('+', '-');
  // What is read is said, with what it probably is.
  const named: [name: string, text: string, RegExp][] = [
    [
      'the HMAC as sev-tool prints it',
      hex(32),
      /is 64 hexadecimal digits \(32 bytes\): the HMAC alone, as sev-tool/,
    ],
    ['the same in capitals', hex(32).toUpperCase(), /is 64 hexadecimal digits \(32 bytes\): the HMAC alone/],
    ['the same after 0x', `0x${hex(32)}`, /is 0x and 64 hexadecimal digits \(32 bytes\): the HMAC alone/],
    ['the same with a line end', `${hex(32)}\n`, /is 64 hexadecimal digits \(32 bytes\): the HMAC alone/],
    [
      'a launch digest in base64',
      Buffer.alloc(32, 9).toString('base64'),
      /is base64 of 32 bytes: .* or a launch digest/,
    ],
    [
      'a line of sha256sum',
      `${hex(32)}  OVMF.fd`,
      /is a line with a hash of 32 bytes: .* or a launch digest/,
    ],
    [
      'the nonce in hexadecimal',
      hex(16),
      /is 32 hexadecimal digits \(16 bytes\): the nonce of a launch alone/,
    ],
    [
      'a launch digest of SNP',
      hex(48),
      /is 96 hexadecimal digits \(48 bytes\): .*SEV-SNP\. SNP has no TIK .* offset 0x90/,
    ],
    [
      'an attestation report',
      hex(1184),
      /\(1184 bytes\): the size of an attestation report of SEV-SNP\. SNP has no TIK/,
    ],
    ['base64url', url, /is base64url of 48 bytes: with - for \+ and _ for \//],
    ['two lines', `${good.slice(0, 32)}\n${good.slice(32)}`, /is base64 of 48 bytes with white space\./],
    ['cut off', good.slice(0, -2), /is base64 that is mistyped or cut off at its end\./],
    ['empty', '', /is empty\./],
  ];
  for (const [name, text, message] of named) {
    it(`is refused for what it is: ${name}`, () => {
      assert.throws(() => parseMeasurement(text), { ...usage('bad-measurement'), message });
      assert.throws(() => parseMeasurement(text), {
        message: /is base64 of 48 bytes, the HMAC and its nonce/,
      });
    });
  }
});

describe('A launch measurement before API 0.17', () => {
  const digest = bytes('5463b4bab24f6c3f9229bae44b5bcf20505ee8a5c24bd6d12ae62452d11c961a');
  const mnonce = bytes('2dbe959f5d3164db528c6480008509f2');
  const hmacOf = (platform: Platform) =>
    bytesToHex(computeMeasurement(ciphers.hmac, TIK, platform, digest, mnonce));
  const byNode = (...head: number[]) =>
    createHmac('sha256', TIK)
      .update(Buffer.concat([Buffer.from(head), digest, mnonce]))
      .digest('hex');
  const cases: [api: string, major: number, minor: number, head: number[]][] = [
    ['0.0', 0, 0, []],
    ['0.14', 0, 14, []],
    ['0.16', 0, 16, []],
    ['0.17', 0, 17, [4, 0, 17, 5]],
    ['0.18', 0, 18, [4, 0, 18, 5]],
    ['0.255', 0, 255, [4, 0, 255, 5]],
    ['1.0', 1, 0, [4, 1, 0, 5]],
    ['1.16', 1, 16, [4, 1, 16, 5]],
  ];
  for (const [api, apiMajor, apiMinor, head] of cases) {
    it(`has ${head.length === 0 ? 'no ' : ''}version and build in it: ${api}`, () => {
      const platform = { apiMajor, apiMinor, buildId: 5, policy: 0x01000003 };
      assert.equal(hmacOf(platform), byNode(...head, 3, 0, 0, 1));
      assert.equal(hmacOf({ ...platform, buildId: 6 }) === hmacOf(platform), head.length === 0);
    });
  }
  it('changes with every bit of the policy', () => {
    const platform = { apiMajor: 0, apiMinor: 16, buildId: 5, policy: 1 };
    const all = Array.from({ length: 32 }, (_, i) => hmacOf({ ...platform, policy: (1 ^ (1 << i)) >>> 0 }));
    assert.equal(new Set([...all, hmacOf(platform)]).size, 33);
  });
});

describe('A key that is not one of 16 bytes', () => {
  const platform = { apiMajor: 1, apiMinor: 55, buildId: 5, policy: 1 };
  const [digest, mnonce] = [new Uint8Array(32), new Uint8Array(16)];
  const secret = { guid: secretGuid('luks-key'), data: new Uint8Array(8) };
  const launch = { platform, hmac: new Uint8Array(32) };
  const seal = (tik: Uint8Array, tek: Uint8Array) =>
    sealSecrets([secret], { tik, tek }, launch, mnonce, ciphers);
  for (const size of [0, 1, 15, 17, 24, 32, 64]) {
    const key = new Uint8Array(size);
    const refused = { name: 'CheckError', kind: 'bug', code: 'wrong-key-size' };
    const uses: [string, () => unknown][] = [
      ['a measurement', () => computeMeasurement(ciphers.hmac, key, platform, digest, mnonce)],
      ['sealed secrets, as TIK', () => seal(key, TEK)],
      ['sealed secrets, as TEK', () => seal(TIK, key)],
      ['a search', () => prepareKey(key, new Int32Array(KEY_WORDS), 0)],
    ];
    for (const [use, run] of uses)
      it(`is refused for ${use}: ${size} bytes`, () => {
        assert.throws(run, refused);
      });
  }
});

describe('A launch measurement of firmware of API 0.18', () => {
  it("is that of the example in sev-tool's readme", () => {
    const hmac = computeMeasurement(
      ciphers.hmac,
      bytes('66320db73158a35a255d051758e95ed4'),
      { apiMajor: 0, apiMinor: 0x12, buildId: 0x0f, policy: 0 },
      bytes('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'),
      bytes('4fbe0bedbad6c86ae8f68971d103e554'),
    );
    assert.equal(bytesToHex(hmac), '6faab2daae389bcd3405a05d6cafe33c0414f7bedd0bae19ba5f38b7fd1664ea');
  });
});

describe('Sealed secrets', () => {
  const [iv, hmac] = [16, 32].map((size) => randomBytes(seeded(9), size)) as [Uint8Array, Uint8Array];
  const luks = { guid: secretGuid('luks-key'), data: Buffer.from('MY-LUKS-PASSPHRASE') };
  const versions: [name: string, apiMajor: number, apiMinor: number, isMeasured: boolean][] = [
    ['0.16', 0, 16, false],
    ['0.0', 0, 0, false],
    ['0.17', 0, 17, true],
    ['1.0', 1, 0, true],
  ];
  for (const [name, apiMajor, apiMinor, isMeasured] of versions) {
    it(`are bound to the launch ${isMeasured ? '' : 'not '}by firmware of API ${name}`, () => {
      const early = { platform: { apiMajor, apiMinor }, hmac };
      const { header, payload } = sealSecrets([luks], { tik: TIK, tek: TEK }, early, iv, ciphers);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(payload.length);
      const message = [Buffer.of(1, 0, 0, 0, 0), iv, length, length, payload, ...(isMeasured ? [hmac] : [])];
      const mac = createHmac('sha256', TIK).update(Buffer.concat(message)).digest();
      assert.deepEqual(Buffer.from(header.subarray(20)), mac);
    });
  }
});
