// `sevscope id-block`: what create makes is verified by Node's own crypto and read back in every form; each fault of a pair fails the step that
// names it; keys of every other kind are refused in a sentence that repeats nothing of them.

import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, verify, type KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '../../../src/core/binary/struct';
import { ID_AUTH, ID_BLOCK, keyBytesIn, pointIn, signatureIn } from '../../../src/core/tech/snp/idBlock';
import { idBlockForm } from '../../../src/core/tech/snp/idBlockForms';
import type { IdBlockStep } from '../../../src/core/tech/snp/idBlockSteps';
import { buildOvmf } from '../../../src/core/ovmf/build';
import { runHere } from '../../helpers/cli';

const DIGEST = '0123456789abcdef'.repeat(6);
const OTHER = 'fe'.repeat(48);
/** Of RFC 6979, A.2.6. */
const SCALAR =
  '6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5';
const KEY_FILES = ['sec1.pem', 'sec1.der', 'pkcs8.pem', 'pkcs8.der'] as const;

let folder: string;
const at = (name: string) => join(folder, name);
const idBlock = (...args: string[]) => runHere(['id-block', ...args], folder);
const made = async (...args: string[]) => {
  const { status, stdout, stderr } = await idBlock('create', '--launch-digest', DIGEST, ...args);
  assert.equal(status, 0, stderr);
  return stdout;
};
interface Pair {
  readonly id_block: string;
  readonly id_auth: string;
  readonly id_key_digest: string;
  readonly author_key_digest?: string;
}
const pairOf = async (...args: string[]) => JSON.parse(await made(...args, '--json')) as Pair;
const bytes = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64'));

/** Node's key for a point of an ID authentication. */
function nodeKey(auth: Uint8Array, field: 'id_key' | 'author_key'): KeyObject {
  const { x, y } = pointIn(auth, field)!;
  const number = (value: Uint8Array) => Buffer.from(value).toString('base64url');
  return createPublicKey({ key: { kty: 'EC', crv: 'P-384', x: number(x), y: number(y) }, format: 'jwk' });
}

function isSigned(auth: Uint8Array, key: 'id_key' | 'author_key', message: Uint8Array): boolean {
  const { r, s } = signatureIn(auth, key === 'id_key' ? 'id_block_signature' : 'id_key_signature')!;
  const signature = Buffer.concat([r, s]);
  return verify('sha384', message, { key: nodeKey(auth, key), dsaEncoding: 'ieee-p1363' }, signature);
}

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-id-block-'));
  for (const name of ['id', 'author']) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    for (const type of ['sec1', 'pkcs8'] as const) {
      writeFileSync(at(`${name}.${type}.pem`), privateKey.export({ type, format: 'pem' }));
      writeFileSync(at(`${name}.${type}.der`), privateKey.export({ type, format: 'der' }));
    }
    writeFileSync(at(`${name}.pub.pem`), publicKey.export({ type: 'spki', format: 'pem' }));
    writeFileSync(at(`${name}.pub.der`), publicKey.export({ type: 'spki', format: 'der' }));
    const locked = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const;
    writeFileSync(at(`${name}.locked.pem`), privateKey.export(locked));
    writeFileSync(at(`${name}.locked.der`), privateKey.export({ ...locked, format: 'der' }));
  }
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  writeFileSync(at('p256.pem'), p256.export({ type: 'sec1', format: 'pem' }));
  const ed = generateKeyPairSync('ed25519').privateKey;
  writeFileSync(at('ed.pem'), ed.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(at('empty.pem'), '');
  writeFileSync(at('raw.bin'), Buffer.from(SCALAR, 'hex'));
  writeFileSync(at('OVMF.fd'), buildOvmf({ size: 0x20000 }));
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('id-block create', () => {
  it('makes the same bytes for the same inputs, whatever the form of the keys', async () => {
    const all = new Set<string>();
    for (const form of KEY_FILES)
      all.add(await made('--id-key', `id.${form}`, '--author-key', `author.${form}`));
    assert.equal(all.size, 1);
  });

  it('signs as other programs verify it, and zeroes the rest', async () => {
    const { id_block, id_auth } = await pairOf('--id-key', 'id.sec1.pem', '--author-key', 'author.sec1.pem');
    const [block, auth] = [bytes(id_block), bytes(id_auth)];
    assert.deepEqual([block.length, auth.length], [96, 4096]);
    assert.ok(isSigned(auth, 'id_key', block));
    assert.ok(isSigned(auth, 'author_key', keyBytesIn(auth, 'id_key')));
    const { id_key_algorithm, author_key_algorithm } = decode(ID_AUTH, auth);
    assert.deepEqual([id_key_algorithm, author_key_algorithm], [1, 1]);
    for (const [from, to] of [
      [0x8, 0x40],
      [0x644, 0x680],
      [0xc84, 0x1000],
    ] as const)
      assert.ok(auth.subarray(from, to).every((byte) => byte === 0));
  });

  it('leaves the author out when there is none', async () => {
    const { id_auth, author_key_digest } = await pairOf('--id-key', 'id.sec1.pem');
    const auth = bytes(id_auth);
    assert.equal(decode(ID_AUTH, auth).author_key_algorithm, 0);
    assert.ok(auth.subarray(0x680).every((byte) => byte === 0));
    assert.equal(author_key_digest, undefined);
  });

  it('takes every field, under the names of other programs, too', async () => {
    const fields = [
      '--family-id',
      '00112233445566778899aabbccddeeff',
      '--image-id',
      '0xff'.padEnd(34, 'e'),
      '--policy',
      '0xb0000',
    ];
    const ours = await pairOf(
      ...fields,
      '--guest-svn',
      '7',
      '--id-key',
      'id.sec1.pem',
      '--author-key',
      'author.sec1.pem',
    );
    const base64 = Buffer.from(DIGEST, 'hex').toString('base64');
    const { stdout } = await idBlock(
      ...['create', '--measurement', base64, ...fields, '--svn', '0x7', '--idkey', 'id.sec1.pem'],
      ...['--authorkey', 'author.sec1.pem', '--json'],
    );
    assert.deepEqual(JSON.parse(stdout), ours);
    const values = decode(ID_BLOCK, bytes(ours.id_block));
    assert.deepEqual(
      [values.version, values.guest_svn, values.policy, Buffer.from(values.image_id).toString('hex')],
      [1, 7, 0xb0000n, 'ff'.padEnd(32, 'e')],
    );
  });

  it('writes files, together or not at all', async () => {
    const pair = await pairOf('--id-key', 'id.sec1.pem');
    const stdout = await made(
      '--id-key',
      'id.sec1.pem',
      '--id-block-file',
      'block.b64',
      '--id-auth-file',
      'auth.b64',
    );
    assert.equal(stdout, `ID key digest: ${pair.id_key_digest}\n`);
    assert.equal(readFileSync(at('block.b64'), 'utf8'), `${pair.id_block}\n`);
    assert.equal(readFileSync(at('auth.b64'), 'utf8'), `${pair.id_auth}\n`);
    const refused = await idBlock(
      'create',
      '--launch-digest',
      DIGEST,
      '--id-key',
      'id.sec1.pem',
      '--id-block-file',
      'id.sec1.pem',
    );
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /would overwrite/);
  });

  it('takes digest and policy from a launch file of SNP whose inputs give the digest that it names', async () => {
    const { stdout } = await runHere(
      ['digest', '--mode', 'snp', '-f', 'OVMF.fd', '--vcpus', '2', '--vcpu-type', 'EPYC-v4'],
      folder,
    );
    const file = { technology: 'snp', firmware: 'OVMF.fd', vcpus: 2, cpu: 'EPYC-v4', policy: '0x30000' };
    writeFileSync(at('a.sevlaunch.json'), JSON.stringify({ ...file, launchDigest: stdout.trim() }));
    writeFileSync(at('b.sevlaunch.json'), JSON.stringify({ ...file, launchDigest: OTHER }));
    const create = (launch: string) =>
      idBlock('create', '--launch', launch, '--id-key', 'id.sec1.pem', '--json');
    const { launch_digest } = JSON.parse((await create('a.sevlaunch.json')).stdout) as {
      launch_digest: string;
    };
    assert.equal(launch_digest, stdout.trim());
    const other = await create('b.sevlaunch.json');
    assert.equal(other.status, 2);
    assert.match(other.stderr, /expects fefefe/);
  });

  for (const [file, found] of [
    ['id.locked.pem', /is a private key under a passphrase; .*openssl pkey/],
    ['id.locked.der', /is a private key under a passphrase; .*openssl pkey/],
    ['empty.pem', /is empty;/],
    ['id.pub.pem', /is a public key;/],
    ['id.pub.der', /is a public key;/],
    ['p256.pem', /is a private key of the curve prime256v1;/],
    ['ed.pem', /is a private key of ED25519;/],
    ['raw.bin', /is no private key in PEM or DER;/],
    ['OVMF.fd', /has 131072 bytes .*; a private key has at most/],
    ['nowhere.pem', /there is no such file/],
  ] as const)
    it(`refuses a file that does not sign ID blocks: ${file}`, async () => {
      const { status, stdout, stderr } = await idBlock('create', '--launch-digest', DIGEST, '--id-key', file);
      assert.deepEqual([status === 0, stdout], [false, '']);
      assert.match(stderr, found);
      assert.equal(stderr.trim().split('\n').length, 1);
    });

  for (const [what, args, found] of [
    ['no digest', [], /made for a launch digest/],
    ['a digest of SEV', ['--launch-digest', 'ab'.repeat(32)], /32 bytes.*48 bytes/],
    ['a digest with a byte too many', ['--launch-digest', `${DIGEST}00`], /49 bytes.*48 bytes/],
    [
      'the text of a digest in base64',
      ['--launch-digest', Buffer.from(DIGEST).toString('base64')],
      /96 bytes.*48 bytes/,
    ],
    ['a policy without bit 17', ['--launch-digest', DIGEST, '--policy', '0x10000'], /bit 17 is clear/],
    ['an ID of 15 bytes', ['--launch-digest', DIGEST, '--family-id', '00'.repeat(15)], /16 bytes/],
    ['an SVN of 33 bits', ['--launch-digest', DIGEST, '--guest-svn', '0x100000000'], /32 bits/],
    ['one key in both places', ['--launch-digest', DIGEST, '--author-key', 'id.pkcs8.der'], /the same key/],
    ['two forms', ['--launch-digest', DIGEST, '--format', 'qemu', '--json'], /--format/],
  ] as const)
    it(`refuses ${what}`, async () => {
      const { status, stdout, stderr } = await idBlock('create', '--id-key', 'id.sec1.pem', ...args);
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(stderr, found);
    });
});

describe('id-block show', () => {
  it('reads a pair in every form that tools print', async () => {
    const args = ['--id-key', 'id.sec1.pem', '--author-key', 'author.sec1.pem'];
    const { id_block, id_auth } = await pairOf(...args);
    const hex = (base64: string) => Buffer.from(base64, 'base64').toString('hex');
    const forms: Readonly<Record<string, string | Uint8Array>> = {
      qemu: await made(...args, '--format', 'qemu'),
      libvirt: await made(...args, '--format', 'libvirt'),
      kata: await made(...args, '--format', 'kata'),
      measure: `id-block=${id_block},id-auth=${id_auth}\nid_key_hash: ${'A'.repeat(64)}\n`,
      snpguest: `ID-BLOCK:\n${id_block}\nAUTH-BLOCK:\n${id_auth}\n`,
      json: await made(...args, '--json'),
      hex: `${hex(id_block)}\n${hex(id_auth)}`,
      bytes: Buffer.concat([bytes(id_block), bytes(id_auth)]),
    };
    const answers = new Set<string>();
    for (const [form, content] of Object.entries(forms)) {
      writeFileSync(at(form), content);
      const { status, stdout, stderr } = await idBlock('show', form, '--json');
      assert.equal(status, 0, `${form}: ${stderr}`);
      answers.add(stdout);
    }
    assert.equal(answers.size, 1);
    writeFileSync(at('block'), bytes(id_block));
    writeFileSync(at('auth'), id_auth.replaceAll(/.{64}/g, '$&\n'));
    assert.ok(answers.has((await idBlock('show', 'auth', 'block', '--json')).stdout));
  });

  for (const [what, content, found] of [
    ['nothing', '', /holds nothing/],
    ['a digest', DIGEST, /96 hexadecimal digits/],
    ['zeros of another size', new Uint8Array(97), /97 bytes/],
    ['text', 'id-block=rn4xtuIiDcso,id-auth=AQAAAAEAAAAAAA', /another text|hexadecimal/],
    ['SHA-512 in hexadecimal', 'ab'.repeat(64), /64 bytes/],
  ] as const)
    it(`refuses ${what}`, async () => {
      writeFileSync(at('x'), content);
      const { status, stderr } = await idBlock('show', 'x');
      assert.equal(status, 2);
      assert.match(stderr, found);
      assert.match(stderr, /ID block \(96 bytes\)/);
    });
});

/** The outcome of each step. */
async function stepsOf(pair: { block: Uint8Array; auth: Uint8Array }, ...args: string[]) {
  writeFileSync(at('block.bin'), pair.block);
  writeFileSync(at('auth.bin'), pair.auth);
  const { status, stdout, stderr } = await idBlock('check', 'block.bin', 'auth.bin', '--json', ...args);
  assert.ok(status < 2, stderr);
  const { valid, steps } = JSON.parse(stdout) as { valid: boolean; steps: readonly IdBlockStep[] };
  assert.equal(valid, status === 0);
  return {
    valid,
    failed: steps.filter(({ outcome }) => outcome === 'failed').map(({ step }) => step),
    steps,
  };
}

describe('id-block check', () => {
  let good: { block: Uint8Array; auth: Uint8Array };
  before(async () => {
    const { id_block, id_auth } = await pairOf('--id-key', 'id.sec1.pem', '--author-key', 'author.sec1.pem');
    good = { block: bytes(id_block), auth: bytes(id_auth) };
  });

  it('passes every step of a pair for its launch', async () => {
    const { valid, steps } = await stepsOf(good, '--launch-digest', DIGEST, '--policy', '0x30000');
    assert.ok(valid);
    assert.deepEqual(
      steps.map(({ outcome }) => outcome),
      steps.map(() => 'passed'),
    );
  });

  const changed = (part: 'block' | 'auth', offset: number, value = 1) => {
    const copy = { block: good.block.slice(), auth: good.auth.slice() };
    copy[part][offset]! ^= value;
    return copy;
  };
  for (const [what, part, offset, failed] of [
    ['the launch digest', 'block', 0, ['id-signature', 'launch-digest']],
    ['the family', 'block', 0x30, ['id-signature']],
    ['the version', 'block', 0x50, ['id-block', 'id-signature']],
    ['the policy', 'block', 0x5a, ['id-signature', 'policy']],
    ['an algorithm', 'auth', 1, ['id-auth']],
    ['reserved bytes', 'auth', 0x3f, ['id-auth']],
    ['a signature', 'auth', 0x40, ['id-signature']],
    ['a number beyond 48 bytes', 'auth', 0x40 + 48, ['id-auth', 'id-signature']],
    ['what follows a signature', 'auth', 0x40 + 144, ['id-auth']],
    ['the curve', 'auth', 0x240, ['id-auth', 'author-signature']],
    ['the ID key', 'auth', 0x244, ['id-signature', 'author-signature']],
    ["the author's signature", 'auth', 0x680, ['author-signature']],
    ['the author key', 'auth', 0x884, ['author-signature']],
    ['the last byte', 'auth', 0xfff, ['id-auth']],
  ] as const)
    it(`finds a change of ${what}`, async () => {
      const { failed: found } = await stepsOf(
        changed(part, offset, offset === 0x5a ? 8 : 1),
        '--launch-digest',
        DIGEST,
        '--policy',
        '0x30000',
      );
      assert.deepEqual(found, failed);
    });

  it('lets nothing of the author count where the launch does not use it', async () => {
    assert.deepEqual((await stepsOf(changed('auth', 0x680), '--no-author-key')).failed, []);
  });

  it('finds another policy beside the block in annotations, in each command', async () => {
    const text = idBlockForm('kata', good).replace('"196608"', '"720896"');
    assert.ok(text.includes('720896'));
    writeFileSync(at('pod.yaml'), text);
    const { status, stdout } = await idBlock('check', 'pod.yaml');
    assert.equal(status, 1);
    assert.match(stdout, /^failed +Policy beside it: .*0x30000.*0xb0000/m);
    assert.match(stdout, /not valid/);
    assert.match((await idBlock('show', 'pod.yaml')).stdout, /id-block-other-policy/);
    writeFileSync(at('pod.yaml'), idBlockForm('kata', good));
    assert.equal((await idBlock('check', 'pod.yaml')).status, 0);
    writeFileSync(at('qemu.txt'), `${idBlockForm('qemu', good)},policy=0x31000`);
    const two = await idBlock('check', 'pod.yaml', 'qemu.txt');
    assert.equal(two.status, 2);
    assert.match(two.stderr, /two policies, 0x30000 and 0x31000/);
  });

  it('needs both structures', async () => {
    writeFileSync(at('block.bin'), good.block);
    const { status, stderr } = await idBlock('check', 'block.bin');
    assert.equal(status, 2);
    assert.match(stderr, /needs an ID authentication/);
  });

  it('refuses two pairs that differ', async () => {
    writeFileSync(at('block.bin'), good.block);
    writeFileSync(at('other.bin'), changed('block', 0x31).block);
    const { status, stderr } = await idBlock('check', 'block.bin', 'other.bin');
    assert.equal(status, 2);
    assert.match(stderr, /two of the ID block, and they differ/);
  });
});
