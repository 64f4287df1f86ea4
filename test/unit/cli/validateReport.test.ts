// What `validate` and `explain` print of launches with an attestation report, as golden text (UPDATE_GOLDENS=1 writes it anew), and their
// exit status: from a launch file and from options, alone and several, as lines, JSON and JUnit XML. The chain is our own, which --root trusts.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHere } from '../../helpers/cli';
import { makeEvidence } from '../../helpers/evidence';
import { assertGolden, sameEachTime } from '../../helpers/golden';
import { TWO_VCPUS } from '../../helpers/sampleDigests';
import { padded } from '../core/report/reports';

let folder: string;
const cli = (...args: string[]) => runHere(args, folder);
const BASE = { firmware: 'OVMF.sample.fd', vcpus: 2, cpu: 'EPYC-Milan', report: 'report.bin' };
const TRUST = ['--root', 'ark.der', '--at', '2026-06-01'];

const FILES: Readonly<Record<string, object>> = {
  match: { name: 'The guest as it is', ...BASE, certificates: 'certs' },
  mismatch: { ...BASE, certificates: 'certs', vcpus: 3 },
  policy: { ...BASE, certificates: 'certs', policy: '0x20000' },
  wish: { ...BASE, certificates: 'certs', require: { vmpl: 1 } },
  open: { ...BASE },
  alone: { report: 'report.bin', certificates: ['certs'] },
  named: { report: 'report.bin', certificates: ['certs'], launchDigest: TWO_VCPUS },
  'bad-wish': { ...BASE, require: { guestSvn: 'many' } },
  'no-firmware': { ...BASE, firmware: undefined, report: undefined, launchDigest: TWO_VCPUS },
  digest: { ...BASE, report: undefined, launchDigest: TWO_VCPUS },
};
const fileOf = (name: string) => `${name}.sevlaunch.json`;

before(async function () {
  // Keys of 4096 bits.
  this.timeout(240_000);
  folder = mkdtempSync(join(tmpdir(), 'sevscope-validate-report-'));
  assert.equal((await cli('sample', 'sample')).status, 0);
  const { report, ark, ask, leaf } = makeEvidence({ report: { measurement: padded(TWO_VCPUS, 48) } });
  mkdirSync(join(folder, 'certs'));
  const files: Readonly<Record<string, Uint8Array>> = {
    'OVMF.sample.fd': readFileSync(join(folder, 'sample', 'OVMF.sample.fd')),
    'report.bin': report,
    'ark.der': ark,
    'certs/ark.der': ark,
    'certs/ask.der': ask,
    'certs/vcek.der': leaf,
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  for (const [name, launch] of Object.entries(FILES))
    writeFileSync(join(folder, fileOf(name)), JSON.stringify(launch, null, 2));
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

function assertPrinted(name: string, found: string): void {
  // Keys and signatures are others in every run.
  const text = sameEachTime(found, folder)
    .replaceAll(/("publicKey"|"sha256"): "[0-9a-f]+"/g, '$1: "…"')
    .replaceAll(/SHA-256 of its certificate [0-9a-f]{64}/g, 'SHA-256 of its certificate …');
  assertGolden(name, text);
}

describe('validate of a launch with a report prints', () => {
  const cases: [string, string, string[], number][] = [
    ['match', 'match', TRUST, 0],
    ['match-debug', 'match', [...TRUST, '--debug'], 0],
    ['mismatch', 'mismatch', TRUST, 1],
    ['policy', 'policy', TRUST, 1],
    ['wish', 'wish', TRUST, 3],
    ['untrusted', 'match', ['--at', '2026-06-01'], 3],
    ['open', 'open', TRUST, 3],
    ['alone', 'alone', TRUST, 3],
    ['named', 'named', TRUST, 0],
    ['bad-wish', 'bad-wish', TRUST, 2],
    ['no-firmware', 'no-firmware', [], 2],
  ];
  for (const [golden, name, options, status] of cases)
    it(`${golden} (exit status ${status})`, async () => {
      const { stdout, stderr, ...outcome } = await cli('validate', '--launch', fileOf(name), ...options);
      assertPrinted(`validate-report-${golden}`, `${stdout}${stderr}`);
      assert.equal(outcome.status, status);
    });

  for (const name of ['match', 'mismatch', 'wish'])
    it(`${name} as JSON and JUnit XML`, async () => {
      const { stdout, stderr } = await cli(
        ...['validate', '--launch', fileOf(name), ...TRUST, '--json', '--junit', 'one.xml'],
      );
      if (name === 'wish') assertPrinted(`validate-report-${name}-json`, `${stdout}${stderr}`);
      assertPrinted(`validate-report-${name}-junit`, readFileSync(join(folder, 'one.xml'), 'utf8'));
    });

  it('several, with the greatest exit status', async () => {
    const files = ['match', 'mismatch', 'wish', 'alone', 'digest'].map(fileOf);
    const { status, stdout, stderr } = await cli('validate', '--launch', ...files, ...TRUST);
    assert.equal(status, 3);
    assertPrinted('validate-report-several', `${stdout}${stderr}`);
    assert.equal((await cli('validate', '--launch', ...['match', 'named'].map(fileOf), ...TRUST)).status, 0);
  });
});

describe('validate of a launch with a report', () => {
  // Without a certificate of its chip, the address of it is named, which has CHIP_ID in it.
  const CHIP = '5a'.repeat(64);
  const texts = async (...args: string[]) => {
    const { stdout, stderr } = await cli('validate', ...args, '--junit', 'out.xml');
    return `${stdout}${stderr}${readFileSync(join(folder, 'out.xml'), 'utf8')}`;
  };
  for (const [title, args] of [
    ['one launch', ['--launch', fileOf('open')]],
    ['one launch as JSON', ['--launch', fileOf('open'), '--json']],
    ['several', ['--launch', fileOf('open'), fileOf('match')]],
    ['several as JSON', ['--launch', fileOf('open'), fileOf('match'), '--json']],
  ] as const)
    it(`masks what names the chip in everything that it writes: ${title}`, async () => {
      assert.ok((await texts(...args)).includes(CHIP));
      const masked = await texts(...args, '--redact');
      assert.doesNotMatch(masked, /5a5a5a/);
      assert.match(masked, /vcek\/v1\/Genoa\/redacted\?blSPL/);
    });
  it('has nothing to mask without a report', async () => {
    const { status, stderr } = await cli('validate', '--launch', fileOf('digest'), '--redact');
    assert.equal(status, 2);
    assert.match(stderr, /--redact.*about a report/);
  });
});

describe('validate takes a report by options', () => {
  const LAUNCH = ['--firmware', 'OVMF.sample.fd', '--num-cpus', '2', '--vcpu-type', 'EPYC-Milan'];
  const REPORT = ['--report', 'report.bin', '--certificates', 'certs', ...TRUST];
  const cases: [string, string[], number][] = [
    ['all of it', [...LAUNCH, ...REPORT], 0],
    ['other inputs', [...LAUNCH, ...REPORT, '--num-cpus', '3'], 1],
    [
      'certificates by their other name, one by one',
      [
        ...LAUNCH,
        '--report',
        'report.bin',
        '--certs',
        'certs/vcek.der',
        '--certs',
        'certs/ask.der',
        '--certificates',
        'certs/ark.der',
        ...TRUST,
      ],
      0,
    ],
    ['its policy', [...LAUNCH, ...REPORT, '--policy', '0x30000'], 0],
    ['another policy', [...LAUNCH, ...REPORT, '--policy', '0x20000'], 1],
    [
      'a wish',
      [...LAUNCH, ...REPORT, '--report-data', '11'.repeat(64), '--vmpl', '0', '--minimum-tcb', 'snp=24'],
      0,
    ],
    ['a wish that fails', [...LAUNCH, ...REPORT, '--minimum-tcb', 'snp=25'], 3],
    ['a wish without a value', [...LAUNCH, ...REPORT, '--committed'], 0],
    [
      'alternatives',
      [...LAUNCH, ...REPORT, '--host-data', '00'.repeat(32), '--host-data', '33'.repeat(32)],
      0,
    ],
    ['no firmware', REPORT, 3],
    ['no firmware, but the digest', [...REPORT, '--launch-digest', TWO_VCPUS], 0],
    ['no firmware, and another digest', [...REPORT, '--launch-digest', '0'.repeat(96)], 1],
    ['over a launch file', ['--launch', fileOf('digest'), ...REPORT], 0],
    [
      'over the certificates of a launch file',
      ['--launch', fileOf('match'), '--certificates', 'certs/ask.der', ...TRUST],
      3,
    ],
    ['a wish over those of a launch file', ['--launch', fileOf('wish'), '--vmpl', '0', ...TRUST], 0],
  ];
  for (const [title, options, status] of cases)
    it(`${title} (exit status ${status})`, async () => {
      const outcome = await cli('validate', ...options);
      assert.equal(outcome.status, status, outcome.stderr);
    });

  it('wishes from a file, and those of options over them', async () => {
    writeFileSync(join(folder, 'wishes.json'), JSON.stringify({ vmpl: 1, policy: '0x30000' }));
    const require = [...LAUNCH, ...REPORT, '--require', 'wishes.json'];
    assert.equal((await cli('validate', ...require)).status, 3);
    assert.equal((await cli('validate', ...require, '--vmpl', '0')).status, 0);
  });

  it('a time in any zone', async () => {
    for (const time of [
      '2026-06-01T12:00',
      '2026-06-01T12:00:00Z',
      '2026-06-01T14:00:00+02:00',
      '2028-02-29',
    ]) {
      const { status, stderr } = await cli('validate', ...LAUNCH, ...REPORT.slice(0, -1), time);
      assert.equal(status, 0, `${time}: ${stderr}`);
    }
  });

  it('and says which has no report to be about, or no place beside one', async () => {
    const digest = ['--launch', fileOf('digest')];
    const refused: [string[], RegExp][] = [
      [[...digest, '--certificates', 'certs'], /^ERROR: Certificates are given, and no report/],
      [[...digest, '--vmpl', '0'], /^ERROR: --vmpl cannot be given here: it is about a report/],
      [[...digest, '--require', 'wishes.json'], /^ERROR: --require cannot be given here/],
      [[...digest, '--root', 'ark.der'], /^ERROR: --root cannot be given here/],
      [[...digest, '--at', '2026-06-01'], /^ERROR: --at cannot be given here/],
      [[...LAUNCH, ...REPORT, '--measurement', 'A'.repeat(64)], /^ERROR: --measurement cannot be given here/],
      [[...LAUNCH, ...REPORT, '--vmpl', 'x'], /^ERROR: --vmpl must be a number/],
      [[...LAUNCH, ...REPORT, '--report-data', 'abc'], /^ERROR: --report-data must be 64 bytes/],
      [[...LAUNCH, ...REPORT, '--at', 'noon'], /^ERROR: "noon" is no time/],
      ...[
        '2026-02-31',
        '2026-02-29',
        '2026-04-31T12:00:00Z',
        '2026-00-01',
        '2026-06-01T25:00:00Z',
        '2026-06-01T12:00+25:00',
      ].map((time): [string[], RegExp] => [
        [...LAUNCH, ...REPORT, '--at', time],
        new RegExp(
          `^ERROR: "${time.replaceAll('+', '\\+')}" is no time\\. Give a date such as 2026-06-01, or`,
        ),
      ]),
      ...[
        ['--tik', 'x'],
        ['--tek', 'x'],
        ['--tk', 'x'],
        ['--api-major', '1'],
        ['--api-minor', '1'],
        ['--build-id', '1'],
      ].map((option): [string[], RegExp] => [
        [...LAUNCH, ...REPORT, ...option],
        /^ERROR: --\S+ cannot be given here: it is about the measurement of an SEV or SEV-ES guest/,
      ]),
      ...[['--insecure'], ['--ignore-config'], ['--connect', 'test:///default']].map(
        (option): [string[], RegExp] => [
          [...LAUNCH, ...REPORT, ...option],
          /^ERROR: --\S+ is about a running domain/,
        ],
      ),
      [
        [...LAUNCH, ...REPORT, '--secret-header', 'a', '--secret-payload', 'b'],
        /^ERROR: Secrets are sealed for a measurement/,
      ],
      [[...LAUNCH, '--report', 'OVMF.sample.fd'], /^ERROR: OVMF.sample.fd is no attestation report/],
      [['--launch', fileOf('match'), fileOf('wish'), '--report', 'report.bin'], /^ERROR: --report/],
      ...[
        ['--vmpl', '1'],
        ['--require', 'nosuch'],
        ['--at', '2026-06-01'],
        ['--root', 'ark.der'],
      ].map((option): [string[], RegExp] => [
        ['--launch', fileOf('digest'), 'sample/1-snp-matches.sevlaunch.json', ...option],
        /^ERROR: --\S+ cannot be given here: it is about a report, and none of these launch files has one/,
      ]),
    ];
    for (const [options, sentence] of refused) {
      const { status, stderr } = await cli('validate', ...options);
      assert.equal(status, 2, `${options.join(' ')}\n${stderr}`);
      assert.match(stderr, sentence);
    }
  });
});

describe('explain takes the measurement of a report', () => {
  it('of a launch file, and says that it is verified or not, and its policy', async function () {
    this.timeout(60_000);
    const scope = ['--max-cpus', '4'];
    const open = await cli('explain', '--launch', fileOf('mismatch'), ...scope, '--at', '2026-06-01');
    assert.equal(open.status, 0, open.stderr);
    assertPrinted('explain-report', `${open.stdout}${open.stderr}`);
    assert.match(open.stderr, /report\.bin is not verified/);
    const trusted = await cli('explain', '--launch', fileOf('mismatch'), ...scope, ...TRUST, '--json');
    assert.equal(trusted.status, 0);
    const { notes, outcome } = JSON.parse(trusted.stdout) as { notes: string[]; outcome: string };
    assert.equal(outcome, 'explained');
    assert.equal(notes.length, 1);
    assert.match(notes[0]!, /policy in the report is 0x30000/);
  });
});
