// `sevscope id-block check --report`: each value that an ID block and a report share, changed in the report, fails its step and no other;
// what igvmmeasure writes of an author that is none; texts in the place of files.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOfReport, type IdBlockStep } from '../../../src/core/tech/snp/idBlockSteps';
import { runHere } from '../../helpers/cli';
import { filled, makeReport, padded, type ReportParts } from '../core/report/reports';

const DIGEST = '0123456789abcdef'.repeat(6);
const FAMILY = '00112233445566778899aabbccddeeff';

interface Pair {
  readonly id_block: string;
  readonly id_auth: string;
  readonly id_key_digest: string;
  readonly author_key_digest?: string;
}

describe('An ID block and a report', () => {
  let folder: string;
  let pair: Pair;
  let alone: Pair;
  const idBlock = (...args: string[]) => runHere(['id-block', ...args], folder);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sevscope-'));
    for (const name of ['id', 'author'])
      writeFileSync(
        join(folder, `${name}.pem`),
        generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'sec1', format: 'pem' }),
      );
    const fields = ['--family-id', FAMILY, '--image-id', 'ff'.repeat(16), '--guest-svn', '7'];
    const make = async (...keys: string[]) => {
      const args = ['create', '--launch-digest', DIGEST, ...fields, '--policy', '0xb0000', ...keys, '--json'];
      const { status, stdout, stderr } = await idBlock(...args);
      assert.equal(status, 0, stderr);
      return JSON.parse(stdout) as Pair;
    };
    pair = await make('--id-key', 'id.pem', '--author-key', 'author.pem');
    alone = await make('--id-key', 'id.pem');
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const right = ({ id_key_digest, author_key_digest = '' }: Pair): ReportParts => ({
    measurement: padded(DIGEST, 48),
    policy: 0xb0000n,
    family_id: padded(FAMILY, 16),
    image_id: filled(16, 0xff),
    guest_svn: 7,
    id_key_digest: padded(id_key_digest, 48),
    author_key_digest: padded(author_key_digest, 48),
    key_info: author_key_digest === '' ? 0 : 1,
  });
  /** The steps about a report that has other values. */
  async function compare({ id_block, id_auth }: Pair, parts: ReportParts, ...more: string[]) {
    writeFileSync(join(folder, 'report.bin'), makeReport('Genoa', parts));
    const args = ['--id-block', id_block, '--id-auth', id_auth, '--report', 'report.bin', ...more];
    const { status, stdout, stderr } = await idBlock('check', ...args, '--json');
    assert.ok(status < 2, stderr);
    const { valid, steps } = JSON.parse(stdout) as { valid: boolean; steps: readonly IdBlockStep[] };
    assert.equal(valid, status === 0);
    const failed = steps.filter(({ outcome }) => outcome === 'failed').map(({ step }) => step);
    return { failed, reasons: steps.filter(isOfReport).map(({ reason }) => reason) };
  }

  it('belong together', async () => {
    const { failed, reasons } = await compare(pair, right(pair));
    assert.deepEqual([failed, reasons.length], [[], 7]);
    assert.deepEqual((await compare(alone, right(alone))).failed, []);
    assert.deepEqual((await compare(pair, right(alone), '--no-author-key')).failed, []);
  });

  for (const [what, parts, failed, reason] of [
    ['measurement', { measurement: filled(48, 9) }, 'report-measurement', /the report 0909/],
    ['policy', { policy: 0x30000n }, 'report-policy', /policy 0xb0000, the report 0x30000/],
    ['family', { family_id: filled(16, 0) }, 'report-family', /the report 00000000/],
    ['image', { image_id: filled(16, 1) }, 'report-image', /the report 0101/],
    ['guest SVN', { guest_svn: 8 }, 'report-svn', /guest SVN 7, the report 8/],
    ['ID key', { id_key_digest: filled(48, 3) }, 'report-id-key', /in the report 0303/],
    ['launch', { id_key_digest: filled(48, 0) }, 'report-id-key', /without an ID block/],
    ['author key', { author_key_digest: filled(48, 3) }, 'report-author-key', /in the report 0303/],
    [
      'launch without its author',
      { author_key_digest: filled(48, 0) },
      'report-author-key',
      /author-key-enabled=on/,
    ],
  ] as const)
    it(`are told apart by another ${what}`, async () => {
      const found = await compare(pair, { ...right(pair), ...parts });
      assert.deepEqual(found.failed, [failed]);
      assert.match(found.reasons.join('\n'), reason);
    });

  it('are told apart by an author that the ID block does not name', async () => {
    const { failed, reasons } = await compare(alone, right(pair));
    assert.deepEqual(failed, ['report-author-key']);
    assert.match(reasons.at(-1)!, /the launch uses none/);
  });

  it('have no author where only an algorithm says so, as igvmmeasure writes it', async () => {
    const auth = Buffer.from(alone.id_auth, 'base64');
    auth[4] = 1;
    const { failed, reasons } = await compare({ ...alone, id_auth: auth.toString('base64') }, right(alone));
    assert.deepEqual(failed, []);
    assert.match(reasons.at(-1)!, /Neither the launch nor the report/);
  });

  it('are compared, and not more: the report is not verified', async () => {
    writeFileSync(join(folder, 'report.bin'), makeReport('Genoa', { ...right(pair), guest_svn: 1 }));
    const { status, stdout } = await idBlock(
      ...['check', pair.id_block, pair.id_auth, '--report', 'report.bin', '--launch-digest', DIGEST],
    );
    assert.equal(status, 1);
    assert.match(stdout, /valid, and the report is of a guest that was launched without it/);
    assert.match(stdout, /genuine was not looked at: "sevscope report verify"/);
  });

  it('must both be there', async () => {
    for (const [args, found] of [
      [['check'], /nothing to check/],
      [['check', pair.id_block, pair.id_auth, '--report', 'id.pem'], /id.pem/],
      [['check', pair.id_block, '--report', 'report.bin'], /needs an ID authentication/],
    ] as const) {
      const { status, stderr } = await idBlock(...args);
      assert.equal(status, 2);
      assert.match(stderr, found);
    }
  });
});
