// Keys that are given to an option by mistake: nothing that is printed or written repeats them.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyFilter, looksLikeKey } from '../../../src/core/check/keyText';
import { runHere } from '../../helpers/cli';
import { USUAL, blobOf, hmacOf, launchOptions, writePlainLaunch } from '../../helpers/plainLaunch';

const KEY = Buffer.from('9fc1e37b5a08d64e21b7f3c65d9ae804', 'hex');
const OTHER = Buffer.from('dbefbeffefbe12d64e21b7f3c65d9ae8', 'hex');
const BOTH = Buffer.concat([KEY, OTHER]);
const PAIRS = KEY.toString('hex').match(/../g)!;

/** A key as text, and what of it no output may have. */
const FORMS: readonly [title: string, text: string, secret: string][] = [
  ['hexadecimal', KEY.toString('hex'), KEY.toString('hex')],
  ['after 0x', `0x${KEY.toString('hex')}`, KEY.toString('hex')],
  ['pairs with colons', PAIRS.join(':'), PAIRS.slice(0, 8).join(':')],
  ['groups', KEY.toString('hex').match(/.{8}/g)!.join(' '), '9fc1e37b 5a08d64e'],
  ['base64', KEY.toString('base64'), KEY.toString('base64').slice(0, 16)],
  ['base64 without padding', KEY.toString('base64').slice(0, 22), KEY.toString('base64').slice(0, 16)],
  ['base64url', OTHER.toString('base64url'), OTHER.toString('base64url').slice(0, 16)],
  ['both in hexadecimal', BOTH.toString('hex'), KEY.toString('hex')],
  ['both in base64url', BOTH.toString('base64url'), BOTH.toString('base64url').slice(0, 16)],
  ['name=value', `tik=${KEY.toString('hex')}`, KEY.toString('hex')],
  ['name=value in base64', `key=${KEY.toString('base64')}`, KEY.toString('base64').slice(0, 16)],
  ['name:value', `tik:${OTHER.toString('base64url')}`, OTHER.toString('base64url').slice(0, 16)],
  ['a digit too many', `${KEY.toString('hex')}0`, KEY.toString('hex')],
];

/** Options with what a message repeats of their value: a path, a number, a name. */
const VALIDATE = [
  '--launch',
  '-m',
  '--api-major',
  '--policy',
  '-f',
  '-k',
  '-n',
  '-0',
  '--cpu-model',
  '--tik',
];
const DIGEST = ['--mode', '--ovmf', '--vcpus', '--vcpu-type', '--guest-features', '--nonce', '--tk'];

describe('A key that is given to an option by mistake', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sevscope-pasted-keys-'));
    writePlainLaunch(folder);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [title, text, secret] of FORMS) {
    it(`is repeated nowhere: ${title}`, async () => {
      const results = join(folder, 'results.xml');
      const launch = ['-m', blobOf(hmacOf(USUAL, 1)), ...launchOptions(USUAL, '1')];
      const snp = ['--mode', 'snp', '-f', 'fw.bin', '--vcpus', '1', '--vcpu-type', 'EPYC-Milan'];
      const runs = [
        ...VALIDATE.map((option) => ['validate', ...launch, '--junit', 'results.xml', option, text]),
        ['validate', ...launch, `--tik${text}`],
        ['validate', '--json', '--launch', 'fw.bin', 'other.bin', '-f', text, '--junit', 'results.xml'],
        ...DIGEST.map((option) => ['digest', ...snp, option, text]),
        ['explain', '--launch-digest', text, '-f', 'fw.bin'],
        ['vmsa', 'update', 'fw.bin', '--set', `rip=${text}`],
        ['show', text],
        [text],
      ];
      writeFileSync(join(folder, 'other.bin'), 'no launch file');
      for (const run of runs) {
        rmSync(results, { force: true });
        const { status, stdout, stderr } = await runHere(run, folder);
        const junit = existsSync(results) ? readFileSync(results, 'utf8') : '';
        const said = run.join(' ');
        if (!(run[0] === 'explain' && text.length > 44)) assert.notEqual(status, 0, said);
        for (const output of [stdout, stderr, junit])
          assert.ok(!output.includes(secret), `${said}: ${output}`);
      }
    });
  }

  it('is told from the paths of key files', () => {
    for (const [, text] of [...FORMS.slice(4, 7), ...FORMS.slice(9, 12)]) assert.ok(looksLikeKey(text), text);
    for (const path of [
      'keys/guest-one-tik.bin',
      'keys-of-the-guest/tiks',
      'GuestOfAlice/KeyOfTik',
      `./${KEY.toString('base64url')}`,
    ])
      assert.ok(!looksLikeKey(path), path);
  });

  it('is told from a GUID and from a digest of SEV-SNP', () => {
    const guid = '4c2eb361-7d9b-4cc3-8081-127c90d3d294';
    for (const named of [guid, `--domain=${guid}`, `root=UUID=${guid}`, `uuid:${guid}`])
      assert.equal(keyFilter([named])(`no ${named}`), `no ${named}`);
    const digest = 'ab'.repeat(48);
    assert.equal(keyFilter([digest, `sha384:${digest}`])(`no ${digest}`), `no ${digest}`);
  });

  it('is told from the names of other files, which messages repeat', () => {
    for (const name of [
      'OVMF.fd',
      `/var/lib/images/${BOTH.toString('hex')}`,
      `${BOTH.toString('hex')}.fd`,
      `blobs/${BOTH.toString('hex')}/fw`,
    ])
      assert.equal(keyFilter([name, '-f'])(`${name} is -f`), `${name} is -f`);
  });
});
