// Which texts are taken for keys and which are not: a table of each. A whole key is one wherever it is alone.

import assert from 'node:assert/strict';
import { holdsKey, keyFilter, withoutKey } from '../../../../src/core/check/keyText';

const KEY = Buffer.from('9fc1e37b5a08d64e21b7f3c65d9ae804', 'hex');
const HEX = KEY.toString('hex');
const BASE64 = KEY.toString('base64');
const BOTH = Buffer.concat([KEY, Buffer.from(KEY).reverse()]);
const PAIRS = HEX.match(/../g)!;
const UUID = '4c2eb361-7d9b-4cc3-8081-127c90d3d294';
const NIX = '0c1fz6mvx5q8s2bn7d9kypj3rlg4iwha';

/** Keys, wherever they are typed. */
const KEYS: Readonly<Record<string, string>> = {
  hexadecimal: HEX,
  'two keys': BOTH.toString('hex'),
  base64: BASE64,
  'two keys in base64': BOTH.toString('base64'),
  'base64 without padding and without a digit': 'DbLoZaHIrnGnlPRtssjvBw',
  'pairs with commas': PAIRS.join(','),
  'pairs with dots': PAIRS.join('.'),
  'pairs with underscores': PAIRS.join('_'),
  'pairs with hyphens': PAIRS.join('-'),
  'pairs with slashes': PAIRS.join('/'),
  'pairs after 0x': PAIRS.map((pair) => `0x${pair}`).join(','),
  'pairs after 0x with spaces': PAIRS.map((pair) => `0x${pair}`).join(', '),
  'pairs after a backslash': PAIRS.map((pair) => `\\x${pair}`).join(''),
  'a list of decimals': [...KEY].join(','),
  'a list of decimals in brackets': `[${[...KEY].join(', ')}]`,
  'spaces without width': HEX.replace(/.{8}/g, '$&\u200b'),
  'a mark of byte order before it': `\ufeff${HEX}`,
  'full width': HEX.replaceAll(/[0-9]/g, (c) => String.fromCodePoint(0xff10 + Number(c))),
  JSON: `{"tik":"${HEX}"}`,
  'JSON of base64': `{"tik": "${BASE64}"}`,
  'a name and quotes': `key="${HEX}"`,
  'quotes only': `'${BASE64}'`,
  'an escape of a URI': BASE64.replaceAll('=', '%3D'),
  'behind an option': `--firmware=${HEX}`,
};

/** Keys where the path of a file belongs, which is not there. */
const KEYS_AS_PATHS: Readonly<Record<string, string>> = {
  'with an ending': `${HEX}.bin`,
  'base64 with an ending': `${BASE64}.txt`,
  'a folder': `${HEX}/x`,
  'a folder in base64': `${BASE64.replace('==', '')}/x`,
  'in a folder': `/var/lib/${HEX}`,
  'a folder between others': `/var/${HEX}/x/y`,
  'half of it in a folder': `keys/${HEX.slice(0, 16)}`,
};

/** Texts that people type, and want to read again. */
const ORDINARY: readonly string[] = [
  'i-0a1b2c3d4e5f60718',
  'vol-0a1b2c3d4e5f60718',
  `pvc-${UUID}`,
  'web-2024-11-30-18-26-01',
  'AppServer1Db2Web3',
  '20241130-182601-000123',
  '20241130182601000',
  '1732991161000123456',
  '20241130T182601Z',
  'guest_20241130T182601Z',
  '2026-06-01T12:00:00Z',
  '2026-06-01T25:00:00Z',
  '2026-06-01T12:00:00.123+02:00',
  '2026-06-01T12:00',
  'ubuntu-24.04-server-cloudimg-amd64',
  'cpl=0007040600070406',
  'rip=ffffffff81000000',
  'f00dbabe00112233445566778899aabbccddeeff',
  'commit=f00dbabe00112233445566778899aabbccddeeff',
  '2001:db8:85a3::8a2e:370:7334',
  '2001:0db8:85a3:0000:0000:8a2e:0370:7334',
  'fe80:0:0:0:5054:ff:fe12:3456',
  '[fe80::5054:ff:fe12:3456]:16509',
  `roothash=${BOTH.toString('hex')}`,
  `root=/dev/mapper/usr ro roothash=${BOTH.toString('hex')} console=ttyS0`,
  `sha256:${BOTH.toString('hex')}`,
  Array.from({ length: 24 }, (_, i) => i).join(','),
];

/** Paths of files that are not there. */
const ORDINARY_PATHS: readonly string[] = [
  `/nix/store/${NIX}-OVMF-202402-fd`,
  `/nix/store/${NIX}-OVMF-202402-fd/FV/OVMF.fd`,
  '20241130T182601Z',
  '/var/log/20241130T182601Z/guest.json',
  `sha256-${BOTH.toString('hex')}.fd`,
  `sha256-${BOTH.toString('base64url')}.fd`,
  'launches/web-2024-11-30-18-26-01.sevlaunch.json',
  '/usr/share/edk2/ovmf/OVMF_CODE.secboot.fd',
  `/home/user/images/${UUID}.qcow2`,
];

describe('A text that may be a key', () => {
  for (const [form, text] of Object.entries(KEYS)) {
    it(`is withheld: ${form}`, () => {
      const said = keyFilter([text])(`no ${text} here`);
      for (let i = 0; i + 10 <= HEX.length; i++) assert.ok(!said.includes(HEX.slice(i, i + 10)), said);
      assert.ok(said.includes('(withheld') && !said.includes(BASE64.slice(0, 10)), said);
      assert.ok(!said.includes(text), said);
    });
    it(`is withheld where a path belongs: ${form}`, () => {
      for (const path of [text, `/work/launches/${text}`]) assert.match(withoutKey(path), /^\(withheld/);
    });
  }
  for (const [form, path] of Object.entries(KEYS_AS_PATHS))
    it(`is withheld where a path belongs: ${form}`, () => {
      assert.match(withoutKey(path), /^\(withheld/);
    });

  for (const text of ORDINARY)
    it(`is not ${text}`, () => {
      assert.ok(!holdsKey(text));
      assert.equal(keyFilter([text])(`no ${text} here`), `no ${text} here`);
    });
  for (const path of [...ORDINARY_PATHS, ...ORDINARY.filter((text) => !/[/=,:]/.test(text))])
    it(`is not at ${path}`, () => {
      for (const at of [path, path.startsWith('/') ? path : `/home/user/${path}`])
        assert.equal(withoutKey(at), at);
    });

  it('is judged in time that grows with its length only', () => {
    const begun = process.cpuUsage();
    for (const text of ['aa-', 'Aa1', '9f,', '9f/', '0x1 ', '"a=', 'a/', '::'])
      for (const judge of [holdsKey, withoutKey]) judge(`${text.repeat(30_000)}!`);
    const { user } = process.cpuUsage(begun);
    assert.ok(user < 10_000_000, `${user} µs`);
  });
});

describe('The password of a URI', () => {
  for (const uri of [
    'qemu+tcp://user:hunter2pw',
    'qemu+tcp://user:hunter2pw/system',
    'qemu+tcp://user:hunter2pw@host/system',
    'qemu+tcp://user:123456',
  ])
    it(`is withheld: ${uri}`, () => {
      assert.doesNotMatch(keyFilter([uri])(`Unable to parse URI ${uri}`), /hunter2pw|123456/);
    });
  for (const uri of [
    'qemu+tcp://host:16509',
    'qemu+tcp://host:16509/system',
    'qemu+tcp://[fe80::5054]:1/system',
  ])
    it(`is no port: ${uri}`, () => {
      assert.equal(keyFilter([uri])(`no ${uri}`), `no ${uri}`);
    });
});
