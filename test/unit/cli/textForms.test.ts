// What people give to the command line in other forms than the usual one, and launches that are not of the usual kind: digests and
// nonces as neighbouring tools print them, measurements in hexadecimal, SEV-SNP in a check of SEV, and SEV firmware before API 0.17.
// Expected values are computed here, by Node's hashes.

import assert from 'node:assert/strict';
import { createDecipheriv, createHash, createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHere } from '../../helpers/cli';
import { randomBytes, seeded } from '../../helpers/random';

const random = seeded(20);
const FIRMWARE = Buffer.from(randomBytes(random, 4096));
const [TIK, TEK, NONCE] = [16, 16, 16].map((size) => Buffer.from(randomBytes(random, size))) as [
  Buffer,
  Buffer,
  Buffer,
];
const DIGEST = createHash('sha256').update(FIRMWARE).digest();
const HEX = DIGEST.toString('hex');

let folder: string;
const at = (name: string) => join(folder, name);
const cli = (...args: string[]) => runHere(args, folder);

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-text-forms-'));
  writeFileSync(at('fw.bin'), FIRMWARE);
  writeFileSync(at('tik.bin'), TIK);
  writeFileSync(at('tek.bin'), TEK);
  writeFileSync(at('secret'), 'a secret');
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Version {
  readonly major: number;
  readonly minor: number;
  readonly build: number;
}

/** The HMAC of a launch of plain SEV; `isEarly` leaves out context, version and build. */
function hmacOf({ major, minor, build }: Version, policy: number, isEarly = false): Buffer {
  const word = Buffer.alloc(4);
  word.writeUInt32LE(policy);
  const head = isEarly ? [] : [Buffer.of(4, major, minor, build)];
  return createHmac('sha256', TIK)
    .update(Buffer.concat([...head, word, DIGEST, NONCE]))
    .digest();
}

const blobOf = (hmac: Buffer) => Buffer.concat([hmac, NONCE]).toString('base64');
const launch = ({ major, minor, build }: Version, policy: string) => [
  ...['-f', 'fw.bin', '--tik', 'tik.bin', '--tek', 'tek.bin', '--policy', policy],
  ...['--api-major', `${major}`, '--api-minor', `${minor}`, '--build-id', `${build}`],
];
const USUAL = { major: 1, minor: 55, build: 24 };

describe('explain --launch-digest takes', () => {
  const pairs = HEX.match(/../g)!;
  const forms: [title: string, text: string][] = [
    ['hexadecimal digits', HEX],
    ['capitals', HEX.toUpperCase()],
    ['0x', `0x${HEX}`],
    ['base64', DIGEST.toString('base64')],
    ['base64url without padding', DIGEST.toString('base64url')],
    ['pairs with colons', pairs.join(':')],
    ['pairs with spaces', pairs.join(' ')],
    ['a line of sha256sum', `${HEX}  fw.bin`],
    ['a line of sha256sum --binary', `${HEX} *fw.bin`],
    ['a line of sha256sum --tag', `SHA256 (fw.bin) = ${HEX}`],
    ['a line of openssl dgst', `SHA2-256(fw.bin)= ${HEX}`],
    ['the digest of an image in a registry', `sha256:${HEX}`],
  ];
  for (const [title, text] of forms) {
    it(title, async () => {
      const { status, stdout } = await cli('explain', '--launch-digest', text, '-f', 'fw.bin');
      assert.deepEqual([status, stdout.slice(0, 27)], [0, 'OK: The launch digest is th']);
    });
  }
  it('the same where a measurement belongs, and says what it is', async () => {
    for (const [title, text] of forms) {
      const { status, stdout } = await cli('explain', '-m', text, ...launch(USUAL, '1'));
      assert.equal(status, 0, title);
      assert.match(
        stdout,
        /^OK: The value has 32 bytes, as a launch digest has, or an HMAC without its nonce/,
      );
    }
  });
  const refused: [title: string, text: string, found: RegExp][] = [
    [
      'a line of sha384sum',
      `${HEX}${HEX.slice(0, 32)}  fw.bin`,
      /is a line with a hash of 48 bytes.* of SEV-SNP/,
    ],
    ['SHA3', `SHA3-256(fw.bin)= ${HEX}`, /is a line with a hash of SHA3-256/],
    ['a measurement', blobOf(hmacOf(USUAL, 1)), /is base64 of 48 bytes/],
    ['a digit too few', HEX.slice(1), /is an odd number of hexadecimal digits \(63\)/],
    ['a GUID', '9438d606-4f22-4cc9-b479-a793d411fd21', /is a GUID/],
  ];
  for (const [title, text, found] of refused) {
    it(`but not ${title}`, async () => {
      const { status, stderr } = await cli('explain', '--launch-digest', text, '-f', 'fw.bin');
      assert.equal(status, 2);
      assert.match(stderr, found);
      assert.match(stderr, /must be 32 bytes/);
    });
  }
});

describe('digest --nonce and --snp-ovmf-hash take', () => {
  const measured = (nonce: string) => cli('digest', '--mode', 'sev', ...launch(USUAL, '1'), '--nonce', nonce);
  const hex = NONCE.toString('hex');
  for (const text of [
    hex,
    `0x${hex}`,
    hex.match(/../g)!.join(' '),
    NONCE.toString('base64'),
    NONCE.toString('base64url'),
  ]) {
    it(`a nonce such as ${text}`, async () => {
      assert.equal((await measured(text)).stdout, `${blobOf(hmacOf(USUAL, 1))}\n`);
    });
  }
  it('no whole measurement as nonce, and no hash of another size', async () => {
    for (const [text, found] of [
      [blobOf(hmacOf(USUAL, 1)), /is base64 of 48 bytes.* size of a whole measurement/],
      [hex.slice(2), /is 30 hexadecimal digits \(15 bytes\)/],
      [`${hex}  nonce.bin`, /is a line with a hash of 16 bytes/],
    ] as const) {
      const { status, stderr } = await measured(text);
      assert.equal(status, 2);
      assert.match(stderr, found);
    }
  });

  const snp = ['digest', '--mode', 'snp', '-f', 'OVMF.fd', '--vcpus', '1', '--vcpu-type', 'EPYC-Milan'];
  it('a hash in each form, but no SHA-256 and no line of sha384sum', async () => {
    assert.equal((await cli('sample', '.')).status, 0);
    writeFileSync(at('OVMF.fd'), readFileSync(at('OVMF.sample.fd')));
    const pages = (await cli('digest', '--mode', 'snp:ovmf-hash', '-f', 'OVMF.fd')).stdout.trim();
    const wanted = (await cli(...snp)).stdout;
    assert.match(wanted, /^[0-9a-f]{96}\n$/);
    for (const text of [pages, `0x${pages}`, Buffer.from(pages, 'hex').toString('base64')])
      assert.equal((await cli(...snp, '--snp-ovmf-hash', text)).stdout, wanted);
    for (const [text, found] of [
      // Also base64 of 48 bytes.
      [HEX, /is 64 hexadecimal digits \(32 bytes\)/],
      [`${pages}  OVMF.fd`, /a line with a hash of 48 bytes.* The hash of the file is another/],
    ] as const) {
      const { status, stderr } = await cli(...snp, '--snp-ovmf-hash', text);
      assert.equal(status, 2);
      assert.match(stderr, found);
    }
  });
});

describe('validate of a measurement in hexadecimal', () => {
  const hmac = hmacOf(USUAL, 1);
  it('is no mismatch: without a nonce there is nothing to compare', async () => {
    for (const text of [
      hmac.toString('hex'),
      hmac.toString('hex').toUpperCase(),
      `0x${hmac.toString('hex')}`,
    ]) {
      const { status, stderr } = await cli('validate', '-m', text, ...launch(USUAL, '1'));
      assert.equal(status, 2);
      assert.match(stderr, /64 hexadecimal digits \(32 bytes\): the HMAC alone, as sev-tool prints it/);
      assert.match(stderr, /base64 of 48 bytes/);
    }
  });
  it('with its nonce is asked for in base64', async () => {
    const text = Buffer.concat([hmac, NONCE]).toString('hex');
    const { status, stderr } = await cli('validate', '-m', text, ...launch(USUAL, '1'));
    assert.equal(status, 2);
    assert.match(
      stderr,
      /96 hexadecimal digits \(48 bytes\).*SEV-SNP.*A measurement of SEV or SEV-ES is base64/,
    );
  });
  it('and the same launch in base64 matches', async () => {
    assert.equal((await cli('validate', '-m', blobOf(hmac), ...launch(USUAL, '1'))).status, 0);
  });
});

describe('A key as text', () => {
  const good = blobOf(hmacOf(USUAL, 1));
  const rest = ['-f', 'fw.bin', '--policy', '1', '--api-major', '1', '--api-minor', '55', '--build-id', '24'];
  const check = (...keys: string[]) => cli('validate', '-m', good, ...rest, ...keys);
  const both = Buffer.concat([TEK, TIK]);
  const cases: [title: string, option: string, content: string, found: RegExp][] = [
    [
      'in hexadecimal',
      '--tik',
      TIK.toString('hex'),
      /has 32 bytes of text, 32 hexadecimal digits \(16 bytes\);.* xxd -r -p/,
    ],
    [
      'with a line end',
      '--tik',
      `${TIK.toString('hex')}\n`,
      /has 33 bytes of text, 32 hexadecimal digits \(16 bytes\);/,
    ],
    [
      'in base64',
      '--tek',
      `${TEK.toString('base64')}\n`,
      /has 25 bytes of text, base64 of 16 bytes;.* base64 -d/,
    ],
    [
      'both in hexadecimal',
      '--tk',
      both.toString('hex'),
      /has 64 bytes of text, 64 hexadecimal digits \(32 bytes\);/,
    ],
    ['both in base64', '--tk', both.toString('base64'), /has 44 bytes of text, base64 of 32 bytes;/],
    [
      'one, with a line end, for both',
      '--tk',
      `${TIK.toString('hex')}\n`,
      /32 hexadecimal digits \(16 bytes\);.* exactly 32/,
    ],
    ['something else', '--tik', 'a passphrase\n', /has 13 bytes of text, 12 characters;/],
  ];
  for (const [title, option, content, found] of cases) {
    it(`is refused: ${title}`, async () => {
      writeFileSync(at('key.txt'), content);
      const others = { '--tik': ['--tek', 'tek.bin'], '--tek': ['--tik', 'tik.bin'] }[option] ?? [];
      const { status, stdout, stderr } = await check(option, 'key.txt', ...others);
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(stderr, found);
      assert.ok(!stderr.includes(content.trim()), 'the key is repeated');
    });
  }
  it('of 32 digits is read as both keys, as the peer does, and not in silence', async () => {
    writeFileSync(at('key.txt'), TIK.toString('hex'));
    const { status, stderr } = await check('--tk', 'key.txt');
    assert.equal(status, 1);
    assert.match(stderr, /key\.txt is text, 32 hexadecimal digits, as one key of 16 bytes is written/);
    writeFileSync(at('tk.bin'), both);
    const binary = await check('--tk', 'tk.bin');
    assert.equal(binary.status, 0);
    assert.doesNotMatch(binary.stderr, /is text/);
  });
});

describe('A policy of SEV-SNP', () => {
  const SAID = /is one of SEV-SNP.* SNP has no TIK and no HMAC\..* attestation report .* offset 0x90/;
  const snpDigest = createHash('sha384').update(FIRMWARE).digest();
  const values = [blobOf(hmacOf(USUAL, 0x30000)), snpDigest.toString('base64'), snpDigest.toString('hex')];
  for (const policy of [
    '0x30000',
    '196608',
    '0x20000',
    '0xb0000',
    '0x3001f',
    '0x30137',
    '0x230000',
    '0x100030000',
  ]) {
    it(`${policy} is told apart in validate, explain and digest, whatever the measurement`, async () => {
      for (const measurement of values) {
        for (const command of ['validate', 'explain']) {
          const { status, stdout, stderr } = await cli(command, '-m', measurement, ...launch(USUAL, policy));
          assert.deepEqual([status, stdout], [2, '']);
          assert.match(stderr, SAID);
          assert.doesNotMatch(stderr, /NODBG|firmware 3|not the one/);
        }
      }
      const nonce = ['--nonce', NONCE.toString('hex')];
      const { status, stderr } = await cli('digest', '--mode', 'sev', ...launch(USUAL, policy), ...nonce);
      assert.equal(status, 2);
      assert.match(stderr, SAID);
    });
  }
  it('is told before keys are asked for', async () => {
    const { status, stderr } = await cli('validate', '-f', 'fw.bin', '-m', values[0]!, '--policy', '0x30000');
    assert.equal(status, 2);
    assert.match(stderr, SAID);
  });
  it('names its bits', async () => {
    const { stderr } = await cli('validate', '-m', values[0]!, ...launch(USUAL, '0xb0137'));
    assert.match(stderr, /0xb0137 \(ABI_MINOR=0x37; ABI_MAJOR=0x1; SMT; bit 17, always set; DEBUG\)/);
  });
  it('is an error of a launch file, as its own policy and as that of a domain', async () => {
    const keys = { tik: 'tik.bin', tek: 'tek.bin' };
    const numbers = { apiMajor: 1, apiMinor: 55, buildId: 24, policy: '0x30000' };
    const recorded = { firmware: 'fw.bin', keys, launch: { measurement: values[0], ...numbers } };
    const domain = { connection: 'qemu+ssh://host/system', name: 'guest', policy: '0x30000' };
    writeFileSync(at('a.sevlaunch.json'), JSON.stringify(recorded));
    writeFileSync(at('b.sevlaunch.json'), JSON.stringify({ firmware: 'fw.bin', keys, domain }));
    for (const name of ['a', 'b']) {
      const lint = await cli('launch', 'lint', `${name}.sevlaunch.json`);
      assert.equal(lint.status, 1);
      assert.match(lint.stdout, /error snp-policy: (launch|domain)\.policy: The policy 0x30000/);
      assert.doesNotMatch(lint.stdout, /policy-debugging|policy-doubtful|NODBG|unused-input/);
      const check = await cli('validate', '--launch', `${name}.sevlaunch.json`);
      assert.equal(check.status, 2);
      assert.match(check.stderr, SAID);
    }
  });
});

describe('SEV firmware before API 0.17', () => {
  const EARLY = { major: 0, minor: 16, build: 5 };
  const blob = blobOf(hmacOf(EARLY, 1, true));
  const LEFT_OUT = /before API 0\.17 leaves API version and build out of the measurement/;
  it('measures without version and build, which a check says', async () => {
    const { status, stdout, stderr } = await cli('validate', '--debug', '-m', blob, ...launch(EARLY, '1'));
    assert.equal(status, 0);
    assert.match(stderr, LEFT_OUT);
    assert.match(stdout, /Expected measurement +52 bytes .* as SEV firmware before API 0\.17 measures/);
  });
  it('says so in JSON, too', async () => {
    const { stdout } = await cli('validate', '--json', '-m', blob, ...launch(EARLY, '1'));
    const { verdict, warnings } = JSON.parse(stdout) as { verdict: string; warnings: string[] };
    assert.equal(verdict, 'matches');
    assert.ok(
      warnings.some((text) =>
        text.includes('before API 0.17 leaves API version and build out of the measurement'),
      ),
    );
  });
  const versions: [Version, isEarly: boolean][] = [
    [{ major: 0, minor: 0, build: 0 }, true],
    [{ major: 0, minor: 12, build: 255 }, true],
    [{ major: 0, minor: 17, build: 5 }, false],
    [{ major: 0, minor: 18, build: 15 }, false],
    [{ major: 1, minor: 16, build: 5 }, false],
  ];
  for (const [version, isEarly] of versions) {
    it(`is ${isEarly ? '' : 'not '}API ${version.major}.${version.minor}`, async () => {
      for (const way of [true, false]) {
        const measurement = blobOf(hmacOf(version, 1, way));
        const { status, stderr } = await cli('validate', '-m', measurement, ...launch(version, '1'));
        assert.equal(status, way === isEarly ? 0 : 1);
        assert.equal(
          stderr.includes('before API 0.17 leaves API version and build out of the measurement'),
          isEarly,
        );
      }
    });
  }
  it('is not matched by another digest, policy or key', async () => {
    assert.equal((await cli('validate', '-m', blob, ...launch(EARLY, '3'))).status, 1);
    assert.equal((await cli('validate', '-m', blob, ...launch(EARLY, '1'), '--tik', 'tek.bin')).status, 1);
    assert.equal((await cli('validate', '-m', blob, ...launch(EARLY, '1'), '-f', 'secret')).status, 1);
  });
  it('is the expected measurement of digest, with a note', async () => {
    const nonce = ['--nonce', NONCE.toString('hex')];
    const { stdout, stderr } = await cli('digest', '--mode', 'sev', ...launch(EARLY, '1'), ...nonce);
    assert.equal(stdout, `${blob}\n`);
    assert.match(stderr, LEFT_OUT);
  });
  it('is found by explain where later firmware was given, and the other way round', async () => {
    const explain = async (measurement: string, version: Version) => {
      const { status, stdout } = await cli('explain', '--json', '-m', measurement, ...launch(version, '1'));
      assert.equal(status, 0);
      return JSON.parse(stdout) as { summary: string; explanations: { title: string }[] };
    };
    const same = await explain(blob, EARLY);
    assert.match(
      same.summary,
      /these inputs give, without API version and build, which SEV firmware before API 0\.17/,
    );
    const titlesOf = ({ explanations }: typeof same) => explanations.map(({ title }) => title);
    assert.deepEqual(titlesOf(await explain(blob, { major: 0, minor: 24, build: 5 })), [
      'Matches if API minor version is 16 or lower, which is not part of the HMAC (given: 24)',
    ]);
    assert.deepEqual(titlesOf(await explain(blobOf(hmacOf({ ...EARLY, minor: 17 }, 1)), EARLY)), [
      'Matches if API minor version is 17 (given: 16)',
    ]);
  });
  it('seals secrets that are not bound to the launch', async () => {
    const files = ['--secret-header', 'h', '--secret-payload', 'p', '-s', 'luks-key:secret'];
    assert.equal((await cli('validate', '-m', blob, ...launch(EARLY, '1'), ...files)).status, 0);
    const [header, payload] = ['h', 'p'].map((name) => Buffer.from(readFileSync(at(name), 'utf8'), 'base64'));
    const iv = header!.subarray(4, 20);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(payload!.length);
    const message = Buffer.concat([Buffer.of(1, 0, 0, 0, 0), iv, length, length, payload!]);
    assert.deepEqual(header!.subarray(20), createHmac('sha256', TIK).update(message).digest());
    const table = createDecipheriv('aes-128-ctr', TEK, iv).update(payload!);
    assert.ok(table.includes('a secret'));
  });
});
