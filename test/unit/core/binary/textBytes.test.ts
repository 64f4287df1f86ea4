// Bytes that are given as text: one value in every form that people paste, which of them a reader takes for the sizes that it wants, and
// in which words it says what it found when the text is something else.

import assert from 'node:assert/strict';
import {
  DIGEST_FORMS,
  PLAIN_FORMS,
  readTextBytes,
  textInFile,
  type TextForm,
} from '../../../../src/core/binary/textBytes';
import { randomBytes, seeded } from '../../../helpers/random';

/** The SHA-256 of "abc", whose base64 has neither + nor /. */
const HEX = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const BYTES = Buffer.from(HEX, 'hex');
const BASE64 = BYTES.toString('base64');
const PAIRS = HEX.match(/../g)!;
const HEX48 = HEX + HEX.slice(0, 32);

const TAKEN: [form: TextForm, title: string, text: string][] = [
  ['hex', 'hexadecimal digits', HEX],
  ['hex', 'capitals', HEX.toUpperCase()],
  ['hex', 'digits and a line end', `${HEX}\n`],
  ['0x hex', 'digits after 0x', `0x${HEX}`],
  ['0x hex', 'digits after 0X', `0X${HEX.toUpperCase()}`],
  ['0x hex', 'pairs after 0x', `0x${PAIRS.join(' ')}`],
  ['separated hex', 'pairs with colons, as openssl prints them', PAIRS.join(':').toUpperCase()],
  ['separated hex', 'pairs with spaces, as sev-tool prints them', `${PAIRS.join(' ')} `],
  ['separated hex', 'pairs with hyphens', PAIRS.join('-')],
  ['separated hex', 'two lines, as xxd -p prints them', `${HEX.slice(0, 60)}\n${HEX.slice(60)}\n`],
  ['base64', 'base64', BASE64],
  ['base64url', 'base64 without padding', BASE64.replace('=', '')],
  ['named hash', 'a line of sha256sum', `${HEX}  fw.bin`],
  ['named hash', 'a line of sha256sum --binary', `${HEX} *a file`],
  ['named hash', 'a line of sha256sum for a name with a line end', `\\${HEX}  a\\nb\n`],
  ['named hash', 'a line of sha256sum --tag', `SHA256 (fw.bin) = ${HEX}`],
  ['named hash', 'a line of openssl dgst', `SHA2-256(fw.bin)= ${HEX}`],
  ['named hash', 'a name with parentheses', `SHA256 (a) = (b) = ${HEX}`],
  ['named hash', 'the digest of a container image', `sha256:${HEX}`],
  ['named hash', 'the hash of npm and Nix', `sha256-${BASE64}`],
];

/** What is found in a text that is not the 32 bytes of a digest. */
const UNFIT: [title: string, text: string, found: string][] = [
  ['nothing', '', 'empty'],
  ['white space alone', ' \n', 'empty'],
  ['a digit that is missing', HEX.slice(1), 'an odd number of hexadecimal digits (63)'],
  ['two digits that are missing', HEX.slice(2), '62 hexadecimal digits (31 bytes)'],
  ['a SHA-384', HEX48, '96 hexadecimal digits (48 bytes)'],
  ['a SHA-384 after 0x', `0x${HEX48}`, '0x and 96 hexadecimal digits (48 bytes)'],
  ['pairs of 31 bytes', PAIRS.slice(1).join(':'), '31 bytes in hexadecimal with separators'],
  ['a SHA-384 in base64', Buffer.from(HEX48, 'hex').toString('base64'), 'base64 of 48 bytes'],
  ['another SHA-384 in base64url', Buffer.alloc(48, 0xff).toString('base64url'), 'base64url of 48 bytes'],
  ['a line of sha384sum', `${HEX48}  fw.bin`, 'a line with a hash of 48 bytes'],
  ['a hash of the same size, but of another kind', `SHA3-256(f)= ${HEX}`, 'a line with a hash of SHA3-256'],
  ['BLAKE2', `BLAKE2s256 (f) = ${HEX}`, 'a line with a hash of BLAKE2s256'],
  [
    'the start of something else in place of a name',
    `0123456789abcdef: ${HEX}`.replace(' ', ''),
    'a line with a hash of another kind',
  ],
  ['a name that is not that of the size', `SHA384 (f) = ${HEX}`, 'a line with a hash of SHA384'],
  ['the hash of npm of another kind', `sha512-${BASE64}`, 'a line with a hash of sha512'],
  [
    'a hash in a sentence',
    `openssl SHA2-256(f)= ${HEX}`,
    'neither hexadecimal nor base64 (character 8 of 85)',
  ],
  ['numbers', PAIRS.map((pair) => `0x${pair}`).join(' '), '32 numbers with 0x'],
  ['an array', PAIRS.map((pair) => `0x${pair}`).join(',\n'), '32 numbers with 0x'],
  ['base64 with a line end', `${BASE64}\n`, 'base64 of 32 bytes with white space'],
  [
    'base64 in two lines',
    `${BASE64.slice(0, 20)}\n${BASE64.slice(20)}`,
    'base64 of 32 bytes with white space',
  ],
  [
    'base64 with a bit too many',
    BASE64.replace(/.=$/, 'B='),
    'base64 that is mistyped or cut off at its end',
  ],
  [
    'a letter that is in no form',
    `${HEX.slice(0, 12)}!${HEX.slice(13)}`,
    'neither hexadecimal nor base64 (character 13 of 64)',
  ],
  [
    'a GUID, whose bytes are not in the order of its digits',
    'ba7816bf-8f01-cfea-4141-40de5dae2223',
    'a GUID',
  ],
  [
    'colons between some pairs',
    `${HEX.slice(0, 32)}:${HEX.slice(32)}`,
    'neither hexadecimal nor base64 (character 33 of 65)',
  ],
  ['a letter that is not of a base64 digest', '=', 'neither hexadecimal nor base64 (character 1 of 1)'],
  ['text beyond the BMP', '\u{1f600}', 'neither hexadecimal nor base64 (character 1 of 2)'],
];

describe('Bytes given as text', () => {
  const read = (text: string) => readTextBytes(text, [32], DIGEST_FORMS);
  for (const [form, title, text] of TAKEN) {
    it(`are ${title}`, () => {
      const found = read(text);
      assert.ok(found.ok, JSON.stringify(found));
      assert.equal(found.form, form);
      assert.deepEqual(Buffer.from(found.bytes), BYTES);
    });
  }
  for (const [title, text, expected] of UNFIT) {
    it(`are not ${title}`, () => {
      const found = read(text);
      assert.ok(!found.ok);
      assert.equal(found.found, expected);
    });
  }
  it('are taken in the forms that are allowed, and named in the others', () => {
    for (const [form, title, text] of TAKEN) {
      for (const allowed of DIGEST_FORMS) {
        const found = readTextBytes(text, [32], [allowed]);
        assert.equal(found.ok, allowed === form, `${title} as ${allowed}`);
        if (!found.ok) assert.deepEqual([found.form, found.size], [form, 32], title);
      }
    }
  });

  describe('that fit two forms', () => {
    const cases: [
      title: string,
      text: string,
      sizes: number[],
      forms: readonly TextForm[],
      result: string,
    ][] = [
      ['64 digits are no base64 of 48 bytes', HEX, [48], ['base64'], '64 hexadecimal digits (32 bytes)'],
      ['nor with hexadecimal allowed', HEX, [48], PLAIN_FORMS, '64 hexadecimal digits (32 bytes)'],
      ['nor in capitals', HEX.toUpperCase(), [48], ['base64'], '64 hexadecimal digits (32 bytes)'],
      [
        'nor decimal digits alone',
        '0123456789'.repeat(8).slice(0, 64),
        [48],
        ['base64'],
        '64 hexadecimal digits (32 bytes)',
      ],
      ['64 digits are 32 bytes where either size is wanted', HEX, [32, 48], PLAIN_FORMS, 'hex'],
      ['96 digits are no base64 of 72 bytes', HEX48, [72], ['base64'], '96 hexadecimal digits (48 bytes)'],
      [
        '32 digits are no base64 of 24 bytes',
        HEX.slice(0, 32),
        [24],
        ['base64'],
        '32 hexadecimal digits (16 bytes)',
      ],
      ['32 digits are 16 bytes', HEX.slice(0, 32), [16], PLAIN_FORMS, 'hex'],
      ['zeros in base64 are base64', 'A'.repeat(64), [48], ['base64'], 'base64'],
      [
        'the letter A alone is neither where both are wanted',
        'A'.repeat(64),
        [32, 48],
        PLAIN_FORMS,
        '64 hexadecimal digits (32 bytes), or base64 of 48 bytes',
      ],
      ['a short text is what has the wanted size', 'abcdef12', [4], PLAIN_FORMS, 'hex'],
      ['a short text is base64 where that has it', 'abcdef12', [6], PLAIN_FORMS, 'base64'],
      [
        'a short text is neither where both have it',
        'abcdef12',
        [4, 6],
        PLAIN_FORMS,
        '8 hexadecimal digits (4 bytes), or base64 of 6 bytes',
      ],
      ['and named as what is allowed where none has it', 'AAAA', [48], ['base64'], 'base64 of 3 bytes'],
    ];
    for (const [title, text, sizes, forms, result] of cases) {
      it(title, () => {
        const found = readTextBytes(text, sizes, forms);
        assert.equal(found.ok ? found.form : found.found, result);
      });
    }
    it('are never random bytes in base64: no measurement is refused for it', () => {
      const random = seeded(11);
      for (let i = 0; i < 2000; i++) {
        const bytes = randomBytes(random, 48);
        const found = readTextBytes(Buffer.from(bytes).toString('base64'), [48], ['base64']);
        assert.ok(found.ok);
        assert.deepEqual(found.bytes, bytes);
      }
    });
  });

  it('come back from every form, for every size', () => {
    const random = seeded(12);
    for (let size = 1; size < 70; size++) {
      const bytes = Buffer.from(randomBytes(random, size));
      const texts = [bytes.toString('hex'), `0x${bytes.toString('hex')}`, bytes.toString('base64')];
      for (const text of texts) {
        const found = readTextBytes(text, [size], PLAIN_FORMS);
        assert.ok(found.ok, text);
        assert.deepEqual(Buffer.from(found.bytes), bytes);
      }
    }
  });
  it('are never repeated in what is found', () => {
    for (const [, , text] of TAKEN) {
      const found = readTextBytes(text, [5], DIGEST_FORMS);
      assert.ok(!found.ok);
      assert.doesNotMatch(found.found, /ba7816|BA:?78|unfgW|fw\.bin/i);
    }
  });
  it('are read in time that grows with the text', () => {
    for (const part of ['a', '0x', 'a ', 'ab:', 'A=', 'SHA256 (', ') = ', ' \n', '\\'.repeat(3)]) {
      const begun = process.cpuUsage();
      readTextBytes(part.repeat(200_000), [32], DIGEST_FORMS);
      const { user } = process.cpuUsage(begun);
      assert.ok(user < 2_000_000, `${JSON.stringify(part)}: ${user} µs`);
    }
  });
});

describe('Text in a file that should be binary', () => {
  const key = Buffer.from(HEX.slice(0, 32), 'hex');
  const cases: [title: string, content: string | Uint8Array, found: string | undefined][] = [
    ['a key in hexadecimal', key.toString('hex'), '32 hexadecimal digits (16 bytes)'],
    ['the same with a line end', `${key.toString('hex')}\r\n`, '32 hexadecimal digits (16 bytes)'],
    ['in base64', `${key.toString('base64')}\n`, 'base64 of 16 bytes'],
    ['both keys in base64', BASE64, 'base64 of 32 bytes'],
    ['of 3 bytes', 'zzzz', 'base64 of 3 bytes'],
    ['with colons', HEX.slice(0, 32).match(/../g)!.join(':'), '47 characters'],
    ['an odd number of digits', 'abcdef0', '7 characters'],
    ['a sentence', 'not a key', '9 characters'],
    ['bytes', key, undefined],
    ['nothing', '', undefined],
    ['line ends', '\n\n', undefined],
    ['UTF-8', 'ä', undefined],
  ];
  for (const [title, content, found] of cases) {
    it(`is ${title}`, () => assert.equal(textInFile(Buffer.from(content))?.found, found));
  }
});
