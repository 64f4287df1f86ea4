// What people give to the command line in other forms than the usual one: digests and nonces as neighbouring tools print them,
// measurements in hexadecimal, keys as text.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildOvmf } from '../../../src/core/ovmf/build';
import { runHere } from '../../helpers/cli';
import { few } from '../../helpers/hostile';
import {
  DIGEST,
  NONCE,
  TEK,
  TIK,
  USUAL,
  blobOf,
  hmacOf,
  launchOptions,
  writePlainLaunch,
} from '../../helpers/plainLaunch';

let folder: string;
const at = (name: string) => join(folder, name);
const cli = (...args: string[]) => runHere(args, folder);
const HEX = DIGEST.toString('hex');

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-text-forms-'));
  writePlainLaunch(folder);
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

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
      assert.deepEqual([status, stdout.slice(0, 38)], [0, 'OK: The launch digest equals the expec']);
    });
  }
  it('the same where a measurement belongs, and says what it is', async () => {
    for (const [title, text] of few(forms)) {
      const { status, stdout } = await cli('explain', '-m', text, ...launchOptions(USUAL, '1'));
      assert.equal(status, 0, title);
      assert.match(
        stdout,
        /^OK: The value has 32 bytes, as a launch digest has, or an HMAC without its nonce/,
      );
    }
  });
  const refused: [title: string, text: string, found: RegExp][] = [
    ['SHA3', `SHA3-256(fw.bin)= ${HEX}`, /is a line with a hash of SHA3-256/],
    ['a line of sha512sum', `${HEX}${HEX}  fw.bin`, /is a line with a hash of 64 bytes/],
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
  it('48 bytes as the digest of an SNP launch, and says what else they may be', async () => {
    const sha384 = `${HEX}${HEX.slice(0, 32)}  fw.bin`;
    writeFileSync(join(folder, 'snp.fd'), buildOvmf());
    for (const text of [sha384, blobOf(hmacOf(USUAL, 1))]) {
      const { status, stdout } = await cli(
        'explain',
        '--launch-digest',
        text,
        '-f',
        'snp.fd',
        '--max-cpus',
        '1',
      );
      assert.equal(status, 1);
      assert.match(stdout, /A measurement of SEV or SEV-ES, which has 48 bytes, too/);
    }
  });
});

describe('explain --launch-digest takes a digest of SEV-SNP as', () => {
  const digest = Buffer.from(
    '5a895134f6a029709fe3244cc02a766af042a23f5b5b4f0dfb22a3bf23c577b44fd8e1f14e749ee9b46c49a537a3ae70',
    'hex',
  );
  const hex = digest.toString('hex');
  for (const text of [
    hex,
    `0x${hex}`,
    digest.toString('base64'),
    hex.match(/../g)!.join(':'),
    `${hex}  launch`,
    `sha384:${hex}`,
  ])
    it(text, async () => {
      writeFileSync(join(folder, 'snp.fd'), buildOvmf());
      const launch = ['-f', 'snp.fd', '-n', '2', '--cpu-model', 'EPYC-Milan', '--vmm-type', 'QEMU'];
      const { status, stdout } = await cli('explain', '--launch-digest', text, ...launch);
      assert.deepEqual([status, stdout.slice(0, 27)], [0, 'OK: The launch digest equal']);
    });
});

describe('digest --nonce and --snp-ovmf-hash take', () => {
  const measured = (nonce: string) =>
    cli('digest', '--mode', 'sev', ...launchOptions(USUAL, '1'), '--nonce', nonce);
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
      const { status, stderr } = await cli('validate', '-m', text, ...launchOptions(USUAL, '1'));
      assert.equal(status, 2);
      assert.match(stderr, /64 hexadecimal digits \(32 bytes\): the HMAC alone, as sev-tool prints it/);
      assert.match(stderr, /base64 of 48 bytes/);
    }
  });
  it('with its nonce is asked for in base64', async () => {
    const text = Buffer.concat([hmac, NONCE]).toString('hex');
    const { status, stderr } = await cli('validate', '-m', text, ...launchOptions(USUAL, '1'));
    assert.equal(status, 2);
    assert.match(
      stderr,
      /96 hexadecimal digits \(48 bytes\).*SEV-SNP.*A measurement of SEV or SEV-ES is base64/,
    );
  });
  it('and the same launch in base64 matches', async () => {
    assert.equal((await cli('validate', '-m', blobOf(hmac), ...launchOptions(USUAL, '1'))).status, 0);
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
  const pasted: [title: string, option: string, text: string][] = [
    ['in hexadecimal', '--tik', TIK.toString('hex')],
    ['in capitals', '--tek', TEK.toString('hex').toUpperCase()],
    ['after 0x', '--tik', `0x${TIK.toString('hex')}`],
    ['in base64', '--tik', TIK.toString('base64')],
    ['both in hexadecimal', '--tk', both.toString('hex')],
    ['both in base64', '--tk', both.toString('base64')],
  ];
  for (const [title, option, text] of pasted) {
    it(`is not repeated where its path belongs: ${title}`, async () => {
      const others = { '--tik': ['--tek', 'tek.bin'], '--tek': ['--tik', 'tik.bin'] }[option] ?? [];
      const junit = ['--junit', 'results.xml'];
      const nonce = ['--nonce', NONCE.toString('hex')];
      for (const { status, stdout, stderr } of [
        await check(option, text, ...others, ...junit),
        await cli('explain', '-m', good, ...rest, option, text, ...others),
        await cli('digest', '--mode', 'sev', ...rest, ...nonce, option, text, ...others),
      ]) {
        assert.equal(status, 2);
        assert.match(stderr, new RegExp(`^ERROR: ${option} looks like the key itself`));
        assert.ok(!`${stdout}${stderr}`.includes(text), 'the key is repeated');
      }
      assert.ok(!readFileSync(at('results.xml'), 'utf8').includes(text), 'the key is in the results');
    });
  }
  it('of 32 characters is read as both keys, as the peer does, and not in silence', async () => {
    writeFileSync(at('key.txt'), TIK.toString('hex'));
    const { status, stderr } = await check('--tk', 'key.txt');
    assert.equal(status, 1);
    assert.match(stderr, /key\.txt is text, 32 hexadecimal digits, as one key of 16 bytes is written/);
    for (const text of ['a passphrase with 32 characters.', Buffer.alloc(23, 0x5a).toString('base64')]) {
      writeFileSync(at('key.txt'), text);
      const other = await check('--tk', 'key.txt');
      assert.equal(other.status, 1);
      assert.match(
        other.stderr,
        /key\.txt is text, not keys in binary\. Its characters were taken for TEK and TIK/,
      );
    }
    writeFileSync(at('tk.bin'), both);
    const binary = await check('--tk', 'tk.bin');
    assert.equal(binary.status, 0);
    assert.doesNotMatch(binary.stderr, /is text/);
  });
});
