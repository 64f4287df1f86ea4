// Measurements and secrets against worked examples that AMD's tools, sevctl and virt-qemu-sev-validate agree on.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { bytesToHex, fromBase64, toBase64, utf8 } from '../../../../../src/core/binary/hex';
import { equalInConstantTime } from '../../../../../src/core/launch/hasher';
import { nobleHashes } from '../../../../../src/core/launch/nobleHashes';
import { encodeKernelHashes } from '../../../../../src/core/launch/kernelHashes';
import type { LaunchContents } from '../../../../../src/core/launch/loads';
import { sevEs } from '../../../../../src/core/tech/sev/loads';
import { digestOf } from '../../../../../src/core/tech/technology';
import {
  computeMeasurement,
  measurementText,
  parseMeasurement,
} from '../../../../../src/core/tech/sev/evidence';
import { allowsDebugging, describePolicy, isSevEs } from '../../../../../src/core/tech/sev/policy';
import { buildOvmf, type BuildOvmfOptions } from '../../../../../src/core/ovmf/build';
import { parseOvmf } from '../../../../../src/core/ovmf/image';
import {
  checkSecretRoom,
  encodeSecretTable,
  sealSecrets,
  secretGuid,
} from '../../../../../src/core/tech/sev/secret';
import { ciphers } from '../../../../helpers/ciphers';
import { randomBytes, seeded } from '../../../../helpers/random';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const usage = (code: string) => ({ name: 'CheckError', kind: 'usage', code });

describe('A launch measurement', () => {
  const tik = '3569cf61a32a602b87185ac6e0f55913';
  // name, API, build, policy, nonce, launch digest, base64 as the platform reports it
  const vectors: [string, [number, number], number, number, string, string, string][] = [
    [
      'of plain SEV',
      [1, 40],
      40,
      3,
      'c313fab511c216b1505b1b2ea9903c40',
      '2f6fc6065f4abc131eb4fb2b5090a542636eae84a94c0db0fdd5f405cb372ff5',
      'oMDewIouJSpbpNRHj7Mk3p08H2dPZQdsZMU14qIymBnDE/q1EcIWsVBbGy6pkDxA',
    ],
    [
      'with kernel hashes',
      [1, 40],
      40,
      3,
      'c313fab511c216b1505b1b2ea9903c40',
      '4b47fec6f851487c33714c8a00a832a1b705ad0a7cac4a647388eccfa9f0c570',
      'h3auYbWQnVW7EGLWN4Hf9SN0oEYMPU2sK4bLnefWPwvDE/q1EcIWsVBbGy6pkDxA',
    ],
    [
      'of SEV-ES',
      [1, 49],
      6,
      5,
      '2dbe959f5d3164db528c6480008509f2',
      '847b5ab6db136ea67dc5a95478ebe7e5ebbe93e9e74bdb1284165f9007a4e367',
      '/o0nzDKE5XgtVnUZWPhUea/WZYrTKLExR7KCwuMdbActvpWfXTFk21KMZIAAhQny',
    ],
    [
      'of SEV-ES with INIT2',
      [1, 49],
      6,
      5,
      '2dbe959f5d3164db528c6480008509f2',
      'e30a6bf3bddc6ff62ebc65fe8d10ce71fd920b03c769bd70528c2c606881beb8',
      'KFlPQoy6TF42oSrxjqOWEcqsjsJlYHdrmINKzqMoEpotvpWfXTFk21KMZIAAhQny',
    ],
  ];
  for (const [name, [apiMajor, apiMinor], buildId, policy, mnonce, digest, blob] of vectors) {
    it(`${name} is the HMAC that the platform reports`, () => {
      const platform = { apiMajor, apiMinor, buildId, policy };
      const reported = parseMeasurement(blob);
      assert.equal(bytesToHex(reported.mnonce), mnonce);
      const hmac = computeMeasurement(ciphers.hmac, bytes(tik), platform, bytes(digest), reported.mnonce);
      assert.equal(measurementText({ hmac, mnonce: reported.mnonce }), blob);
    });
  }
  it('changes with every bit of every input', () => {
    const platform = { apiMajor: 1, apiMinor: 49, buildId: 6, policy: 5 };
    const parts = [bytes(tik), new Uint8Array(32), new Uint8Array(16)] as const;
    const all = new Set([
      bytesToHex(computeMeasurement(ciphers.hmac, parts[0], platform, parts[1], parts[2])),
    ]);
    for (const [which, part] of parts.entries()) {
      for (let i = 0; i < part.length * 8; i++) {
        const changed = parts.map((p) => p.slice());
        changed[which]![i >> 3]! ^= 1 << (i & 7);
        all.add(
          bytesToHex(computeMeasurement(ciphers.hmac, changed[0]!, platform, changed[1]!, changed[2]!)),
        );
      }
    }
    for (let i = 0; i < 32; i++)
      all.add(
        bytesToHex(
          computeMeasurement(
            ciphers.hmac,
            parts[0],
            { ...platform, policy: (5 ^ (1 << i)) >>> 0 },
            parts[1],
            parts[2],
          ),
        ),
      );
    for (const field of ['apiMajor', 'apiMinor', 'buildId'] as const) {
      for (let i = 0; i < 8; i++)
        all.add(
          bytesToHex(
            computeMeasurement(
              ciphers.hmac,
              parts[0],
              { ...platform, [field]: platform[field] ^ (1 << i) },
              parts[1],
              parts[2],
            ),
          ),
        );
    }
    assert.equal(all.size, 1 + 128 + 256 + 128 + 32 + 24);
  });
  const good = vectors[0]![6];
  const refused: [string, string][] = [
    ['nothing', ''],
    ['no base64', 'not base64!'],
    ['47 bytes', Buffer.alloc(47).toString('base64')],
    ['49 bytes', Buffer.alloc(49).toString('base64')],
    ['a line end', `${good}\n`],
    ['spaces inside', `${good.slice(0, 32)} ${good.slice(32)}`],
    ['no padding', Buffer.alloc(47).toString('base64').replace('=', '')],
    ['URL-safe letters', good.replaceAll('/', '_')],
  ];
  for (const [name, text] of refused)
    it(`is refused as ${name}`, () => assert.throws(() => parseMeasurement(text), usage('bad-measurement')));
});

describe('Kernel hashes', () => {
  it('are the table that QEMU puts into the guest', () => {
    const table = encodeKernelHashes(nobleHashes, {
      kernel: nobleHashes.sha256(utf8('fake vmlinuz\n')),
      initrd: nobleHashes.sha256(utf8('fake initrd\n')),
      cmdline: 'foo bar baz fake kernel=cmdline',
    });
    assert.equal(
      bytesToHex(table),
      '06d63894224fc94cb479a793d411fd21a800d82dd09720bd944caa78e7714d36ab2a32003e8a0b8c83c8eb5a34c6d0b9db3f36ae619b384db601c643af6456106a43dffd31f7ba442f3ad74b9af141e29169781d320076fa1a19324945ce9b1ee17f211ca5b55cbb74d0368eecce53932a1fddc8e8cb3794e74dd2ab7f42b835d5b172d2045b3200af609b31eca2942fc46ed7209c7704771cfc2c91750ff4cb899be39b371b4e480000000000000000',
    );
  });
  it('take no initrd as the hash of nothing and no command line as one NUL', () => {
    const text = bytesToHex(encodeKernelHashes(nobleHashes, { kernel: new Uint8Array(32) }));
    assert.ok(text.includes('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'));
    assert.ok(text.includes('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'));
  });
  it('keep white space of the command line', () => {
    const of = (cmdline: string) =>
      bytesToHex(encodeKernelHashes(nobleHashes, { kernel: new Uint8Array(32), cmdline }));
    assert.equal(new Set([of('a'), of('a '), of(' a'), of('a\n'), of('')]).size, 5);
  });
});

describe('A launch digest', () => {
  const page = (n: number) => new Uint8Array(4096).fill(n);
  const digest = (rest: LaunchContents) => {
    const loads = sevEs.loads({ firmware: [utf8('firmware')], ...rest }, {});
    return bytesToHex(digestOf(sevEs, nobleHashes, loads));
  };
  const sha = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest('hex');
  it('is the firmware, the kernel hashes, the page of vCPU 0 and that of the others, in this order', () => {
    const firmware = utf8('firmware');
    const table = new Uint8Array(176).fill(9);
    assert.equal(digest({}), sha(firmware));
    assert.equal(digest({ kernelHashes: table }), sha(firmware, table));
    assert.equal(digest({ vmsas: { bsp: page(1), count: 1 } }), sha(firmware, page(1)));
    assert.equal(
      digest({ kernelHashes: table, vmsas: { bsp: page(1), ap: page(2), count: 3 } }),
      sha(firmware, table, page(1), page(2), page(2)),
    );
  });
  for (const count of [0, -1, 1.5, 4097, Number.NaN]) {
    it(`is refused for ${count} vCPUs`, () =>
      assert.throws(() => digest({ vmsas: { bsp: page(1), ap: page(2), count } }), usage('bad-vcpu-count')));
  }
  it('is refused for two vCPUs with one page', () =>
    assert.throws(() => digest({ vmsas: { bsp: page(1), count: 2 } }), usage('ap-page-needed')));
});

describe('A policy', () => {
  const cases: [number, string, boolean, boolean][] = [
    [0, 'nothing required', false, true],
    [1, 'NODBG', false, false],
    [3, 'NODBG NOKS', false, false],
    [5, 'NODBG ES', true, false],
    [4, 'ES', true, true],
    [0x01370005, 'NODBG ES API_MAJOR=0x37 API_MINOR=0x1', true, false],
    [0x45, 'NODBG ES; reserved bits set: 0x40', true, false],
    [0x80000001, 'NODBG API_MINOR=0x80', false, false],
    [0x30000, 'SEV-SNP, SMT bit 17, always set', false, true],
  ];
  for (const [policy, text, es, debug] of cases) {
    it(`0x${policy.toString(16)} says ${text}`, () => {
      const said = describePolicy(policy);
      assert.equal(said.replaceAll(';', ''), text.replaceAll(';', ''));
      assert.deepEqual([isSevEs(policy), allowsDebugging(policy)], [es, debug]);
    });
  }
});

describe('Digests', () => {
  it('agree with Node', () => {
    const random = seeded(11);
    for (let i = 0; i < 40; i++) {
      const data = randomBytes(random, random(300));
      assert.equal(bytesToHex(nobleHashes.sha256(data)), createHash('sha256').update(data).digest('hex'));
    }
  });
  it('are equal only when length and every byte are', () => {
    const a = Uint8Array.of(1, 2, 3);
    assert.ok(equalInConstantTime(a, a.slice()));
    for (const b of [[1, 2], [1, 2, 4], [0, 2, 3], [1, 2, 3, 0], []])
      assert.ok(!equalInConstantTime(a, Uint8Array.from(b)));
  });
});

describe('Sealed secrets', () => {
  const keys = {
    tik: bytes('c6d5a9956133050912b24bbe5c372686'),
    tek: bytes('52a869b79ab9c13bb6a92b0561619cb3'),
  };
  const iv = fromBase64('rFR07U3TLH2YnsUj2SVZ7A==')!;
  const { hmac } = parseMeasurement('TLeA7607lZQntLjRY1/i+sbtdSZ+75zxpz4Px9hzpBLwItF5Q2o4prA++3ZZv9ZS');
  const launch = { platform: { apiMajor: 1, apiMinor: 40 }, hmac };
  const luks = { guid: secretGuid('luks-key'), data: utf8('MY-LUKS-PASSPHRASE') };
  it('are the packet that sevctl makes', () => {
    assert.equal(
      bytesToHex(encodeSecretTable([luks])),
      '42f5741edd71664d963eef4287ff173b3a000000e5696873f084734992ec06879ce3da0b260000004d592d4c554b532d50415353504852415345000000000000',
    );
    const { header, payload } = sealSecrets([luks], keys, launch, iv, ciphers);
    assert.equal(
      toBase64(header),
      'AAAAAKxUdO1N0yx9mJ7FI9klWey8FSzeYQ4X8K71VzNKLU/KQsIsQxLjtbhaPUewqshX5Q==',
    );
    assert.equal(
      toBase64(payload),
      '0U3e5PcXv0UW+H4tSBFKOdCYfKE1+j38Bc2fuO16mYiyI+sWx7INfn+lgYj56GL12yyinDa+lVfCCwD/2w5cPA==',
    );
  });
  it('can be several', () => {
    const other = { guid: '736869e5-aaaa-4973-92ec-06879ce3da0b', data: utf8('SOME OTHER SECRET') };
    const { header, payload } = sealSecrets([luks, other], keys, launch, iv, ciphers);
    assert.equal(payload.length, 96);
    assert.equal(
      toBase64(header),
      'AAAAAKxUdO1N0yx9mJ7FI9klWeyZ3r0dOEKHUOhIRqzGYYvTJgdMtBPL1nK6GD9aGET7Ng==',
    );
  });
  it('get no padding when the table is a multiple of 16 already', () => {
    assert.equal(encodeSecretTable([{ guid: luks.guid, data: new Uint8Array(8) }]).length, 48);
  });
  it('are refused for an unknown name, a repeated GUID and more than a packet holds', () => {
    for (const name of ['', 'luks', '736869e5-84f0-4973-92ec-06879ce3da0', 'constructor'])
      assert.throws(() => secretGuid(name), usage('unknown-secret'), name);
    assert.equal(secretGuid('736869E5-84F0-4973-92EC-06879CE3DA0B'), luks.guid);
    assert.throws(() => encodeSecretTable([luks, luks]), usage('repeated-secret'));
    assert.throws(
      () => encodeSecretTable([{ guid: luks.guid, data: new Uint8Array(16384) }]),
      usage('secrets-too-large'),
    );
  });

  const base = 0x810000;
  const rooms: [string, BuildOvmfOptions, number, 'fits' | RegExp | 'usage'][] = [
    ['as large as the area', {}, 0xc00, 'fits'],
    ['larger than the area', {}, 0xc01, 'usage'],
    ['as large as a small area', { secretArea: { base, size: 64 } }, 64, 'fits'],
    ['larger than a small area', { secretArea: { base, size: 64 } }, 80, 'usage'],
    ['for an area of size 0', { secretArea: { base, size: 0 } }, 64, /^the secret area is empty$/],
    ['for an area at address 0', { secretArea: { base: 0, size: 0xc00 } }, 64, /^the secret area is empty$/],
    ['for a table without one', { secretArea: false }, 64, /^the table has no usable secret area$/],
    ['for firmware without a table', { form: 'none' }, 64, /^no GUIDed table$/],
  ];
  for (const [title, options, length, expected] of rooms) {
    it(`have ${expected === 'fits' ? '' : 'no '}room ${title}`, () => {
      const image = parseOvmf(buildOvmf(options)).value;
      if (expected === 'usage') {
        const sizes = new RegExp(`take ${length} bytes, but .* has ${image.secretArea!.size}\\.`);
        assert.throws(() => checkSecretRoom(length, image), {
          ...usage('secret-area-too-small'),
          message: sizes,
        });
      } else if (expected === 'fits') assert.equal(checkSecretRoom(length, image), undefined);
      else assert.match(checkSecretRoom(length, image)!, expected);
    });
  }
});
