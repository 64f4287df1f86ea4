// Launches that are not of the usual kind, on the command line: SEV-SNP in a check of SEV, and SEV firmware before API 0.17.

import assert from 'node:assert/strict';
import { createDecipheriv, createHash, createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHere } from '../../helpers/cli';
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
  type Version,
} from '../../helpers/plainLaunch';

let folder: string;
const at = (name: string) => join(folder, name);
const cli = (...args: string[]) => runHere(args, folder);

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-other-launches-'));
  writePlainLaunch(folder);
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('A policy of SEV-SNP', () => {
  const SAID = /is one of SEV-SNP.* SNP has no TIK and no HMAC\..* attestation report .* offset 0x90/;
  const snpDigest = createHash('sha384').update(DIGEST).digest();
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
          const { status, stdout, stderr } = await cli(
            command,
            '-m',
            measurement,
            ...launchOptions(USUAL, policy),
          );
          assert.deepEqual([status, stdout], [2, '']);
          assert.match(stderr, SAID);
          assert.doesNotMatch(stderr, /NODBG|firmware 3|not the one/);
        }
      }
      const nonce = ['--nonce', NONCE.toString('hex')];
      const { status, stderr } = await cli(
        'digest',
        '--mode',
        'sev',
        ...launchOptions(USUAL, policy),
        ...nonce,
      );
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
    const { stderr } = await cli('validate', '-m', values[0]!, ...launchOptions(USUAL, '0xb0137'));
    assert.match(stderr, /0xb0137 \(ABI_MINOR=0x37; ABI_MAJOR=0x1; SMT; bit 17, always set; DEBUG\)/);
  });
  it('is an error of a recorded launch, and none of a domain, which may have SEV-SNP', async () => {
    const keys = { tik: 'tik.bin', tek: 'tek.bin' };
    const numbers = { apiMajor: 1, apiMinor: 55, buildId: 24, policy: '0x30000' };
    const recorded = { firmware: 'fw.bin', keys, launch: { measurement: values[0], ...numbers } };
    const domain = { connection: 'qemu+ssh://host/system', name: 'guest', policy: '0x30000' };
    writeFileSync(at('a.sevlaunch.json'), JSON.stringify(recorded));
    writeFileSync(at('b.sevlaunch.json'), JSON.stringify({ firmware: 'fw.bin', keys, domain }));
    const [a, b] = [
      await cli('launch', 'lint', 'a.sevlaunch.json'),
      await cli('launch', 'lint', 'b.sevlaunch.json'),
    ];
    assert.equal(a.status, 1);
    assert.match(a.stdout, /error snp-policy: launch\.policy: The policy 0x30000/);
    for (const { stdout } of [a, b])
      assert.doesNotMatch(stdout, /SEV-ES|policy-debugging|policy-doubtful|NODBG/);
    assert.doesNotMatch(a.stdout, /unused-input/);
    assert.match(
      b.stdout,
      /vcpus-needed: domain\.policy: The policy is one of SEV-SNP, which measures each vCPU/,
    );
    assert.match(b.stdout, /unused-input: keys: The policy is of SEV-SNP: "keys" plays no part/);
    const check = await cli('validate', '--launch', 'a.sevlaunch.json');
    assert.equal(check.status, 2);
    assert.match(check.stderr, SAID);
  });
});

describe('SEV firmware before API 0.17', () => {
  const EARLY = { major: 0, minor: 16, build: 5 };
  const blob = blobOf(hmacOf(EARLY, 1, true));
  const LEFT_OUT = /before API 0\.17 leaves API version and build out of the measurement/;
  it('measures without version and build, which a check says', async () => {
    const { status, stdout, stderr } = await cli(
      'validate',
      '--debug',
      '-m',
      blob,
      ...launchOptions(EARLY, '1'),
    );
    assert.equal(status, 0);
    assert.match(stderr, LEFT_OUT);
    assert.match(stdout, /Expected measurement +52 bytes .* as SEV firmware before API 0\.17 measures/);
  });
  it('says so in JSON, too', async () => {
    const { stdout } = await cli('validate', '--json', '-m', blob, ...launchOptions(EARLY, '1'));
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
        const { status, stderr } = await cli('validate', '-m', measurement, ...launchOptions(version, '1'));
        assert.equal(status, way === isEarly ? 0 : 1);
        assert.equal(
          stderr.includes('before API 0.17 leaves API version and build out of the measurement'),
          isEarly,
        );
      }
    });
  }
  it('is not matched by another digest, policy or key', async () => {
    assert.equal((await cli('validate', '-m', blob, ...launchOptions(EARLY, '3'))).status, 1);
    assert.equal(
      (await cli('validate', '-m', blob, ...launchOptions(EARLY, '1'), '--tik', 'tek.bin')).status,
      1,
    );
    assert.equal((await cli('validate', '-m', blob, ...launchOptions(EARLY, '1'), '-f', 'secret')).status, 1);
  });
  it('is the expected measurement of digest, with a note', async () => {
    const nonce = ['--nonce', NONCE.toString('hex')];
    const { stdout, stderr } = await cli('digest', '--mode', 'sev', ...launchOptions(EARLY, '1'), ...nonce);
    assert.equal(stdout, `${blob}\n`);
    assert.match(stderr, LEFT_OUT);
  });
  it('is found by explain where later firmware was given, and the other way round', async () => {
    const explain = async (measurement: string, version: Version) => {
      const { status, stdout } = await cli(
        'explain',
        '--json',
        '-m',
        measurement,
        ...launchOptions(version, '1'),
      );
      assert.equal(status, 0);
      return JSON.parse(stdout) as { summary: string; explanations: { title: string }[] };
    };
    const same = await explain(blob, EARLY);
    assert.match(
      same.summary,
      /equals the expected one, without API version and build, which SEV firmware before API 0\.17/,
    );
    const titlesOf = ({ explanations }: typeof same) => explanations.map(({ title }) => title);
    assert.deepEqual(titlesOf(await explain(blob, { major: 0, minor: 24, build: 5 })), [
      'It matches with API minor version 16 or lower, which is not part of the HMAC (not 24)',
    ]);
    assert.deepEqual(titlesOf(await explain(blobOf(hmacOf({ ...EARLY, minor: 17 }, 1)), EARLY)), [
      'It matches with API minor version 17 (not 16)',
    ]);
  });
  it('seals secrets that are not bound to the launch', async () => {
    const files = ['--secret-header', 'h', '--secret-payload', 'p', '-s', 'luks-key:secret'];
    assert.equal((await cli('validate', '-m', blob, ...launchOptions(EARLY, '1'), ...files)).status, 0);
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
