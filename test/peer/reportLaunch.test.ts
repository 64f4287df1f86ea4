// Launch files with attestation reports of real machines and their own certificates: verified up to a root of AMD, and compared with the
// measurement that somebody named, because nobody has their firmware. They are not ours to publish: SEVSCOPE_VECTORS names the folder that
// holds them, and without it these tests are skipped.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { checkedInputs, isByReport, type ReportInputs } from '../../src/app/launch';
import { parseLaunchFile } from '../../src/app/launchFile';
import { evidenceReader } from '../../src/app/reportEvidence';
import { runCheck } from '../../src/app/runCheck';
import { bytesToHex } from '../../src/core/binary/hex';
import { statusOf } from '../../src/core/domain/report';
import { io } from '../helpers/io';

const VECTORS = process.env['SEVSCOPE_VECTORS'];

/** Report, certificates, time. */
const REPORTS: readonly (readonly [
  report: string,
  certificates: readonly string[] | undefined,
  at: string,
])[] = [
  ['gosev-milan-v2.bin', ['gosev-milan-vcek.der'], '2026-07-01'],
  ['trustee-test-vlek-report.bin', ['trustee-test-vlek.der'], '2025-06-01'],
  ['dstack-genoa-v3.bin', ['dstack-sev_snp_vcek.pem', 'dstack-sev_snp_ask.pem'], '2026-07-01'],
  ['mstav-turin_attestation_report.bin', ['mstav-turin_vcek.pem', 'mstav-turin_ask.pem'], '2026-07-01'],
  ['veraison-extended-report.bin', undefined, '2026-07-01'],
  ['veraison-tsm-report.json', undefined, '2026-07-01'],
  ['trustee-hcl-report.bin', ['trustee-vcek.pem'], '2026-07-01'],
];

describe('Launch files with reports of real machines', () => {
  before(function () {
    if (VECTORS === undefined) {
      console.warn('    SKIPPED: SEVSCOPE_VECTORS names no folder.');
      this.skip();
    }
  });
  const verifyEvidence = evidenceReader(io);

  for (const [name, certificates, at] of REPORTS)
    it(`${name}: a match of its own measurement only`, async () => {
      const inputsOf = (json: object): ReportInputs => {
        const text = JSON.stringify({ report: name, certificates, ...json });
        const inputs = checkedInputs(parseLaunchFile(io, text, join(VECTORS!, 'report', 'a.json')), 'a');
        assert.ok(isByReport(inputs));
        return { ...inputs, at: Date.parse(at) };
      };
      const { report, verification } = await verifyEvidence(inputsOf({}));
      assert.equal(verification.verified, true, JSON.stringify(verification.steps));
      const measurement = bytesToHex(report.values.measurement);
      const other = measurement.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
      const rows: [json: object, status: number][] = [
        [{}, 3],
        [{ launchDigest: measurement }, 0],
        [{ require: { measurement } }, 0],
        [{ launchDigest: measurement, policy: `0x${report.values.policy.toString(16)}` }, 0],
        [{ launchDigest: other }, 1],
        [{ launchDigest: measurement, hostData: 'a5'.repeat(32) }, 1],
        [{ require: { measurement: other } }, 3],
        [{ launchDigest: measurement, require: { reportData: '5a'.repeat(64) } }, 3],
      ];
      for (const [json, status] of rows) {
        const found = await runCheck(io, inputsOf(json), { verifyEvidence });
        assert.equal(statusOf(found), status, `${JSON.stringify(json)} ${found.summary}`);
        assert.equal(found.verdict === 'matches', status === 0);
      }
    });

  it('az-hcl-snp.bin, whose certificates are of another machine: never a match', async () => {
    const json = { report: 'az-hcl-snp.bin', certificates: 'az-hcl-snp-certs.pem' };
    const path = join(VECTORS!, 'report', 'a.json');
    const inputs = checkedInputs(parseLaunchFile(io, JSON.stringify(json), path), 'a') as ReportInputs;
    const { report } = await verifyEvidence(inputs);
    const named = { ...inputs, launchDigest: report.values.measurement };
    assert.equal(statusOf(await runCheck(io, named, { verifyEvidence })), 3);
  });
});
