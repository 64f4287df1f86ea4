// `sevscope report …` on evidence of our own: what it prints, its exit status, and what it refuses.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv';
import { verificationSchema } from '../../../src/app/reportSchema';
import { runHere } from '../../helpers/cli';
import { makeReport } from '../core/report/reports';
import { makeEvidence, type EvidenceBytes } from '../../helpers/evidence';
import { makeTable } from '../../helpers/reportForms';

const AT = ['--at', '2026-06-01'];

describe('The command report', () => {
  let folder: string;
  let evidence: EvidenceBytes;
  const run = (...args: readonly string[]) => runHere(['report', ...args], folder);

  before(function () {
    // Keys of 4096 bits.
    this.timeout(240_000);
    folder = mkdtempSync(join(tmpdir(), 'report-'));
    evidence = makeEvidence();
    const { report, ark, ask, leaf } = evidence;
    mkdirSync(join(folder, 'certs'));
    mkdirSync(join(folder, 'tsm'));
    mkdirSync(join(folder, 'empty'));
    const pem = (der: Uint8Array) =>
      `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
    const table = makeTable([
      ['VCEK', leaf],
      ['ASK', ask],
      ['ARK', ark],
    ]);
    const files: Readonly<Record<string, string | Uint8Array>> = {
      'report.bin': report,
      'report.hex': Buffer.from(report).toString('hex'),
      'extended.bin': Buffer.concat([report, table]),
      'other.bin': makeEvidence({ report: { guest_svn: 1 } }).report,
      'weaker.bin': makeReport('Genoa', {
        ...{
          guest_svn: 1,
          policy: 0xb0000n,
          measurement: new Uint8Array(48),
          report_data: new Uint8Array(64),
        },
        ...{ reported_tcb: Uint8Array.of(4, 0, 0, 0, 0, 0, 0x17, 0xd9) },
        signature_r: report.slice(0x2a0, 0x2e8),
        signature_s: report.slice(0x2e8, 0x330),
      }),
      'vlek.bin': makeEvidence({ kind: 'VLEK' }).report,
      'certs/ark.pem': pem(ark),
      'certs/ask.der': ask,
      'certs/vcek.pem': pem(leaf),
      'certs/notes.txt': 'not a certificate',
      'root.pem': pem(ark),
      'broken.pem': pem(leaf.slice(0, -1)),
      'tsm/outblob': report,
      'tsm/auxblob': table,
      'tsm/provider': 'sev_guest\n',
      'wishes.json': JSON.stringify({
        measurement: '22'.repeat(48),
        policy: '0x30000',
        minimumTcb: { snp: 24 },
      }),
      'policy.json': JSON.stringify({
        minimum_guest_svn: 0,
        policy: '196608',
        measurement: Buffer.alloc(48, 0x22).toString('base64'),
        permit_provisional_firmware: true,
      }),
      'strict.json': JSON.stringify({ minimumGuestSvn: 9 }),
      'unknown.json': JSON.stringify({ measurment: '22'.repeat(48) }),
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const TRUSTED = ['--root', 'root.pem', ...AT];
  const statuses: [string, number, string[]][] = [
    ['a folder of certificates', 0, ['report.bin', '--certs', 'certs']],
    ['hexadecimal', 0, ['report.hex', '--certs', 'certs']],
    ['files of certificates', 0, ['report.bin', '--certs', 'certs/vcek.pem', '--certs', 'certs/ask.der']],
    ['a table of certificates', 0, ['extended.bin']],
    ['a folder of configfs-tsm', 0, ['tsm']],
    ['the measurement that it has', 0, ['extended.bin', '-m', `0x${'22'.repeat(48)}`]],
    ['one of two measurements', 0, ['extended.bin', '-m', '00'.repeat(48), '--measurement', '22'.repeat(48)]],
    ['report and host data that it has', 0, ['extended.bin', '-r', '11'.repeat(64), '-d', '33'.repeat(32)]],
    ['a file of wishes', 0, ['extended.bin', '--require', 'wishes.json']],
    ["go-sev-guest's policy", 0, ['extended.bin', '--require', 'policy.json']],
    ['firmware that is committed', 0, ['extended.bin', '--committed', '--minimum-version', '1.55.29']],
    ['another measurement', 1, ['extended.bin', '-m', '00'.repeat(48)]],
    ['other host data', 1, ['extended.bin', '-d', '00'.repeat(32)]],
    ['a TCB that is higher', 1, ['extended.bin', '--minimum-tcb', 'snp=25']],
    ['an SVN that is higher', 1, ['extended.bin', '--require', 'strict.json']],
    ['no certificate', 1, ['report.bin']],
    ['a certificate that is broken', 1, ['report.bin', '--certs', 'certs', '--certs', 'broken.pem']],
    ['a report of another guest', 0, ['other.bin', '--certs', 'certs']],
  ];
  for (const [title, status, args] of statuses)
    it(`verifies with status ${status}: ${title}`, async () => {
      const { status: found, stdout, stderr } = await run('verify', ...args, ...TRUSTED);
      assert.equal(found, status, `${stdout}${stderr}`);
      assert.match(stdout, status === 0 ? /: verified\n$/ : /: NOT verified/);
    });

  it('trusts no root that is not told', async () => {
    const { status, stdout } = await run('verify', 'extended.bin', ...AT);
    assert.equal(status, 1);
    assert.match(stdout, /FAILED +Root is AMD's/);
  });

  const refused: [string, string[], RegExp][] = [
    ['a measurement of another size', ['verify', 'report.bin', '-m', '22'], /48 bytes.*snpguest/],
    ['the characters of a text', ['verify', 'report.bin', '-r', 'n'.repeat(64)], /64 bytes.*snpguest/],
    ['a time that is none', ['verify', 'report.bin', '--at', 'tomorrow'], /no time/],
    [
      'a wish that is not known',
      ['verify', 'report.bin', '--require', 'unknown.json'],
      /"measurment", which is no wish/,
    ],
    ['a TCB without parts', ['verify', 'report.bin', '--minimum-tcb', 'x'], /snp=23/],
    ['a folder without certificates', ['verify', 'report.bin', '--certs', 'empty'], /no certificate/],
    ['a root that is none', ['verify', 'report.bin', '--root', 'broken.pem'], /--root must be a certificate/],
    ['a folder without a report', ['show', 'empty'], /outblob/],
    ['a file without a report', ['show', 'root.pem'], /no attestation report/],
    ['JSON that is masked, as bytes', ['export', 'report.bin', '--as', 'bin', '--redact'], /--redact/],
    ['an address for a VLEK', ['kds-url', 'vlek.bin'], /VLEK/],
  ];
  for (const [title, args, said] of refused)
    it(`refuses with status 2: ${title}`, async () => {
      const { status, stderr } = await run(...args);
      assert.equal(status, 2, stderr);
      assert.match(stderr, said);
    });

  it('prints JSON that its schema describes', async () => {
    const matches = new Ajv({ strict: false }).compile(verificationSchema());
    for (const args of [['extended.bin', ...TRUSTED], ['report.bin'], ['vlek.bin', '--redact']]) {
      const { stdout } = await run('verify', ...args, '--json');
      assert.ok(matches(JSON.parse(stdout)), JSON.stringify(matches.errors));
    }
  });

  it('masks what names a machine or a guest', async () => {
    for (const args of [
      ['show', 'extended.bin'],
      ['show', 'extended.bin', '--json'],
      ['verify', 'report.bin'],
      ['verify', 'report.bin', '--json'],
      ['diff', 'report.bin', 'vlek.bin'],
      ['export', 'report.bin', '--as', 'json'],
    ]) {
      const { stdout } = await run(...args, '--redact');
      assert.doesNotMatch(stdout, /5a5a5a5a|44444444/, args.join(' '));
      assert.match((await run(...args)).stdout, /5a5a5a5a|44444444/, args.join(' '));
    }
  });

  it('says what is wrong with a table of certificates, and what follows a report', async () => {
    const broken = readFileSync(join(folder, 'extended.bin'));
    // The offset of its first entry leads out of the file.
    broken.writeUInt32LE(0x7fffffff, 1184 + 16);
    writeFileSync(join(folder, 'outside.bin'), broken);
    const { status, stdout } = await run('verify', 'outside.bin', ...TRUSTED);
    assert.equal(status, 1);
    assert.match(stdout, /remark: The entry of VCEK leads out of the file/);
    writeFileSync(
      join(folder, 'junk.bin'),
      Buffer.concat([readFileSync(join(folder, 'report.bin')), Buffer.from('junk')]),
    );
    const junk = await run('verify', 'junk.bin', '--certs', 'certs', ...TRUSTED);
    assert.equal(junk.status, 0);
    assert.match(junk.stdout, /remark: The table of certificates does not end/);
  });

  it('masks the key of a VCEK, which is of one chip, and those of authorities not', async () => {
    const chainOf = async (...more: string[]) => {
      const { stdout } = await run('verify', 'extended.bin', ...TRUSTED, '--json', ...more);
      return (JSON.parse(stdout) as { chain: { role: string; publicKey: string; sha256: string }[] }).chain;
    };
    const isMasked = (all: Awaited<ReturnType<typeof chainOf>>) =>
      all.map(({ publicKey, sha256 }) => publicKey === 'redacted' && sha256 === 'redacted');
    assert.deepEqual(isMasked(await chainOf()), [false, false, false]);
    assert.deepEqual(isMasked(await chainOf('--redact')), [false, false, true]);
  });

  it('shows fields, certificates and findings', async () => {
    const { stdout, status } = await run('show', 'extended.bin');
    assert.equal(status, 0);
    assert.match(stdout, /attestation report and a table of certificates, version 3, Genoa/);
    assert.match(stdout, /reported_tcb .*boot loader 4, TEE 0, SNP 24, microcode 217/);
    assert.match(stdout, /SEV-VCEK, signed by SEV-Genoa/);
    const json = JSON.parse((await run('show', 'extended.bin', '--json')).stdout) as {
      fields: object;
      certificates: object[];
    };
    assert.equal(Object.keys(json.fields).length, 32);
    assert.equal(json.certificates.length, 3);
  });

  it('compares, and writes forms that it reads again', async () => {
    assert.equal((await run('diff', 'report.bin', 'report.hex')).status, 0);
    const other = await run('diff', 'report.bin', 'other.bin');
    assert.equal(other.status, 1);
    assert.match(other.stdout, /guest_svn +0x00000000 +0x00000001/);
    for (const form of ['bin', 'hex', 'base64', 'json']) {
      assert.equal(
        (await run('export', 'extended.bin', '--as', form, '--output', `again.${form}`)).status,
        0,
      );
      assert.equal((await run('diff', 'report.bin', `again.${form}`)).status, 0, form);
    }
  });

  it('says first what a report is refused for, with the bits that changed', async () => {
    const { status, stdout } = await run('diff', 'report.bin', 'weaker.bin');
    assert.equal(status, 1);
    const order = ['reported_tcb.snp', 'policy', 'DEBUG', 'measurement', 'guest_svn', 'report_data'];
    const lines = stdout.split('\n').slice(1, -1);
    assert.deepEqual(
      lines.map((line) => /[a-z_.]{4,}|DEBUG/.exec(line.slice(5))![0]),
      order,
      stdout,
    );
    const json = JSON.parse((await run('diff', 'report.bin', 'weaker.bin', '--json')).stdout) as {
      differences: { name: string; bits?: object[] }[];
    };
    assert.deepEqual(
      json.differences.map(({ name }) => name),
      order.filter((name) => name !== 'DEBUG'),
    );
    assert.deepEqual(json.differences[1]!.bits, [{ name: 'DEBUG', a: 0, b: 1 }]);
  });

  it('prints the address of the certificate', async () => {
    const { stdout } = await run('kds-url', 'report.bin');
    assert.match(
      stdout,
      /^https:\/\/kdsintf\.amd\.com\/vcek\/v1\/Genoa\/(5a){64}\?blSPL=04&teeSPL=00&snpSPL=24&ucodeSPL=217\n$/,
    );
  });
});
