// Attestation reports, tables of certificates and certificates come from hosts: 50,000 mutations of them are read to the end, without an
// exception and at once. Nothing is verified here, which would take most of the time; the targets do that.

import assert from 'node:assert/strict';
import { readCertificate, readRevocationList } from '../../src/app/reportCertificates';
import { reportFindings } from '../../src/core/report/findings';
import { parseCertificateTable } from '../../src/core/report/forms/certificateTable';
import { findReport } from '../../src/core/report/forms/findReport';
import { certificatesIn } from '../../src/core/report/forms/pem';
import { decodeReport } from '../../src/core/report/report';
import { IS_QUICK } from '../helpers/hostile';
import { Fuzzing } from './loop';
import { certificates, reports } from './targets/reports';
import { assertSentence, type Target } from './target';

const TABLE_AT = 1184;

const readers: readonly (Pick<Target, 'name' | 'seeds' | 'run'> & { readonly share: number })[] = [
  {
    name: 'reports',
    share: 0.5,
    seeds: reports,
    run(input) {
      const found = findReport(input);
      if ('reason' in found) {
        assertSentence(found.reason);
        return { feature: 'none' };
      }
      const findings = [...reportFindings(decodeReport(found.bytes)), ...found.findings];
      assert.ok(
        findings.every(({ offset, size }) => offset >= 0 && offset + size <= found.carrier.length + TABLE_AT),
      );
      return { feature: `${found.forms.join(' ')} ${findings.map(({ rule }) => rule).join(' ')}` };
    },
  },
  {
    name: 'tables of certificates',
    share: 0.25,
    seeds: () => reports().filter(({ length }) => length > TABLE_AT && length < 2 ** 13),
    run(input) {
      const start = Math.min(TABLE_AT, input.length);
      const { value, findings } = parseCertificateTable(input, start);
      const size = value.entries.reduce((sum, { bytes }) => sum + bytes.length, 0);
      assert.ok(size <= value.entries.length * input.length);
      return { feature: findings.map(({ rule }) => rule).join(' ') };
    },
  },
  {
    name: 'certificates',
    share: 0.25,
    seeds: certificates,
    run(input) {
      const { certificates: found, bad } = certificatesIn(input, 'x.der');
      const [certificate, list] = [readCertificate(input), readRevocationList(input)];
      // What is one thing is not the other.
      assert.ok('problem' in certificate || 'problem' in list);
      const problems = [certificate, list].flatMap((one) => ('problem' in one ? one.problem : []));
      return { feature: `${found.map(({ kind }) => kind).join(' ')} ${bad.length} ${problems.join(' ')}` };
    },
  },
];

describe('Fifty thousand mutations', () => {
  const all = IS_QUICK ? 5000 : 50_000;
  for (const { share, ...target } of readers)
    it(`of ${target.name} are read to the end`, async function () {
      this.timeout(300_000);
      const fuzzing = new Fuzzing({ ...target, form: 'bytes', limit: 1000 }, 1);
      await fuzzing.run({ executions: all * share, seconds: Infinity, stopAtFailure: true });
      const { failures, executions } = fuzzing.result;
      assert.deepEqual(
        failures.map(({ message }) => message),
        [],
      );
      assert.equal(executions, all * share);
    });
});
