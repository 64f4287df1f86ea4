// Attestation reports of real machines, decoded by another program and verified. They are not ours to publish: SEVSCOPE_VECTORS names the folder
// that holds them, and without it these tests are skipped.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCertificates } from '../../src/app/reportCertificates';
import { hex } from '../../src/core/binary/hex';
import { findReport, type ReportFound } from '../../src/core/report/forms/findReport';
import { certificatesIn, joined } from '../../src/core/report/forms/pem';
import { knownAuthorities } from '../../src/core/report/authorities';
import { kdsUrls } from '../../src/core/report/kdsUrl';
import { decodeReport, signingKeyOf } from '../../src/core/report/report';
import { reportFieldsJson } from '../../src/core/report/reportJson';
import { verifyReport, type Verification } from '../../src/core/report/verify';
import { io } from '../helpers/io';

const VECTORS = process.env['SEVSCOPE_VECTORS'];
const file = (name: string): Uint8Array => Uint8Array.from(readFileSync(join(VECTORS!, 'report', name)));

type Json = Readonly<Record<string, unknown>>;

/** File, certificates beside it, name in report-decoded.json, time. */
const REPORTS: readonly (readonly [
  report: string,
  certificates: readonly string[],
  name: string,
  at?: string,
])[] = [
  ['gosev-milan-v2.bin', ['gosev-milan-vcek.der'], 'gosev-milan-v2'],
  ['trustee-test-vlek-report.bin', ['trustee-test-vlek.der'], 'trustee-vlek', '2025-06-01T00:00:00Z'],
  ['dstack-genoa-v3.bin', ['dstack-sev_snp_vcek.pem', 'dstack-sev_snp_ask.pem'], 'dstack'],
  ['dstack-sev-snp-attestation.json', [], 'dstack'],
  ['mstav-turin_attestation_report.bin', ['mstav-turin_vcek.pem', 'mstav-turin_ask.pem'], 'mstav-turin'],
  ['veraison-extended-report.bin', [], 'veraison-genoa-v3'],
  ['veraison-tsm-report.json', [], 'veraison-genoa-v3'],
  ['trustee-hcl-report.bin', ['trustee-vcek.pem'], 'trustee-hcl'],
  ['trustee-evidence-v0.json', [], 'trustee-ev-v0'],
  ['az-hcl-snp.bin', ['az-hcl-snp-certs.pem'], 'az-hcl-snp'],
];

function foundIn(name: string): ReportFound {
  const found = findReport(file(name));
  if ('reason' in found) assert.fail(found.reason);
  return found;
}

async function verify(
  name: string,
  certificates: readonly string[],
  at = '2026-07-01T00:00:00Z',
): Promise<Verification> {
  const found = foundIn(name);
  const given = joined([found.certificates, ...certificates.map((one) => certificatesIn(file(one), one))]);
  return verifyReport(
    { report: decodeReport(found.bytes), ...readCertificates(given), hcl: found.hcl, at: Date.parse(at) },
    io,
  );
}

/** What the other program found, in our names. */
function expectedFields(theirs: Json): Json {
  const tcb = (value: unknown) => {
    const [raw, parts] = value as [string, Readonly<Record<string, number | string>>];
    const of = (name: string, ours: string) => (parts[name] === undefined ? {} : { [ours]: parts[name] });
    return {
      raw,
      ...of('fmc', 'fmc'),
      ...of('bl', 'boot_loader'),
      ...of('tee', 'tee'),
      ...of('snp', 'snp'),
      ...of('ucode', 'microcode'),
    };
  };
  const versions = (which: 'current' | 'committed') => {
    const [major, minor, build] = String(theirs[which]).split('.').map(Number);
    return { [`${which}_major`]: major, [`${which}_minor`]: minor, [`${which}_build`]: build };
  };
  const same = [
    'version',
    'guest_svn',
    'policy',
    'family_id',
    'image_id',
    'vmpl',
    'platform_info',
    'report_data',
    'measurement',
    'host_data',
  ];
  same.push('id_key_digest', 'author_key_digest', 'report_id', 'report_id_ma', 'chip_id');
  const [family, model, stepping] = String(theirs['cpuid'])
    .match(/../g)!
    .map((pair) => parseInt(pair, 16));
  return {
    ...Object.fromEntries(same.map((name) => [name, theirs[name]])),
    signature_algo: theirs['sig_algo'],
    key_info: Number((theirs['key_info'] as Json)['raw']),
    ...Object.fromEntries(
      ['current_tcb', 'reported_tcb', 'committed_tcb', 'launch_tcb'].map((name) => [name, tcb(theirs[name])]),
    ),
    ...versions('current'),
    ...versions('committed'),
    ...(Number(theirs['version']) >= 3 && {
      cpuid_fam_id: family,
      cpuid_mod_id: model,
      cpuid_step: stepping,
    }),
    ...(Number(theirs['version']) >= 5 && {
      launch_mit_vector: theirs['x1f8'],
      current_mit_vector: theirs['x200'],
    }),
  };
}

(VECTORS === undefined ? describe.skip : describe)('Reports of real machines', () => {
  let decoded: Readonly<Record<string, Json>>;
  before(() => {
    decoded = JSON.parse(readFileSync(join(VECTORS!, 'report-decoded.json'), 'utf8')) as typeof decoded;
  });

  for (const [name, certificates, key, at] of REPORTS) {
    it(`are decoded as by another program: ${name}`, () => {
      const report = decodeReport(foundIn(name).bytes);
      const { signature_r: r, signature_s: s, ...fields } = reportFieldsJson(report);
      assert.deepEqual(fields, expectedFields(decoded[key]!));
      assert.ok(r !== s);
      assert.equal(signingKeyOf(report.values), (decoded[key]!['key_info'] as Json)['signing_key']);
    });

    it(`are verified, but for the one that is of another chip: ${name}`, async () => {
      const { verified, steps } = await verify(name, certificates, at);
      const wrong = steps.filter(({ outcome }) => outcome === 'failed');
      const expected = key === 'az-hcl-snp' ? ['signature', 'tcb', 'hwid'] : [];
      assert.deepEqual(
        wrong.filter(({ step }) => !expected.includes(step)),
        [],
      );
      assert.equal(
        verified,
        expected.length === 0,
        JSON.stringify(steps.filter(({ outcome }) => outcome !== 'passed')),
      );
      if (expected.length > 0) assert.ok(wrong.some(({ step }) => step === 'signature'));
    });
  }

  it('are not verified once their VLEK has expired', async () => {
    const { verified, steps } = await verify(
      'trustee-test-vlek-report.bin',
      ['trustee-test-vlek.der'],
      '2026-01-01T00:00:00Z',
    );
    assert.equal(verified, false);
    assert.deepEqual(
      steps.filter(({ outcome }) => outcome === 'failed').map(({ step }) => step),
      ['dates'],
    );
  });

  it('have the address of their VCEK', () => {
    const [url] = kdsUrls(decodeReport(foundIn('dstack-genoa-v3.bin').bytes));
    assert.match(
      url!.vcek!,
      /^https:\/\/kdsintf\.amd\.com\/vcek\/v1\/Milan\/[0-9a-f]{128}\?blSPL=04&teeSPL=00&snpSPL=23&ucodeSPL=213$/,
    );
    const [turin] = kdsUrls(decodeReport(foundIn('mstav-turin_attestation_report.bin').bytes));
    assert.equal(
      turin!.vcek,
      'https://kdsintf.amd.com/vcek/v1/Turin/59790fb1c39f35c1?fmcSPL=01&blSPL=01&teeSPL=01&snpSPL=04&ucodeSPL=81',
    );
    const v2 = kdsUrls(decodeReport(foundIn('gosev-milan-v2.bin').bytes));
    assert.deepEqual(
      v2.map(({ product }) => product),
      ['Milan', 'Genoa'],
    );
  });

  it('have authorities whose keys and hashes are those of the table', () => {
    for (const chain of ['milan', 'genoa', 'turin_vcek', 'milan_vlek', 'genoa_vlek', 'turin_vlek']) {
      const { certificates, bad } = readCertificates(certificatesIn(file(`chain-${chain}.pem`), chain));
      assert.deepEqual(bad, []);
      for (const { value } of certificates) {
        const known = knownAuthorities().find(({ name }) => name === value.subject);
        assert.ok(known, value.subject);
        assert.deepEqual(Buffer.from(known.spki), Buffer.from(value.spki), value.subject);
        assert.equal(known.sha256, Buffer.from(io.hashes.sha256(value.der)).toString('hex'));
        assert.deepEqual(
          [known.serial, known.notBefore, known.notAfter].map(String),
          [value.serial, value.notBefore, value.notAfter].map(String),
          hex(value.serial),
        );
      }
    }
  });
});
