// Attestation reports in every form, what comes with them, and files that hold none.

import assert from 'node:assert/strict';
import { bytesToHex, toBase64, utf8 } from '../../../../src/core/binary/hex';
import { jsonText } from '../../../../src/core/binary/json';
import { nobleHashes } from '../../../../src/core/launch/nobleHashes';
import { parseCertificateTable } from '../../../../src/core/report/forms/certificateTable';
import { MOST_REPORT_FILE } from '../../../../src/core/binary/limits';
import { findReport, type ReportFound } from '../../../../src/core/report/forms/findReport';
import { isJsonBound } from '../../../../src/core/report/forms/hclBlob';
import { certificatesIn } from '../../../../src/core/report/forms/pem';
import { decodeReport } from '../../../../src/core/report/report';
import { reportJson } from '../../../../src/core/report/reportJson';
import { dstackOf, guidOf, hclOf, joinBytes, makeTable, response, word } from '../../../helpers/reportForms';
import { filled, makeReport, padded, type Processor } from './reports';

const REPORT = makeReport('Genoa');
const DER = padded('3003020101', 5);
const TABLE = makeTable([
  ['ARK', DER],
  ['ASK', DER],
  ['VCEK', DER],
]);

function foundIn(bytes: Uint8Array): ReportFound {
  const found = findReport(bytes);
  if ('reason' in found) assert.fail(found.reason);
  return found;
}

describe('An attestation report', () => {
  const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  const HEX = bytesToHex(REPORT);
  const forms: [string, string, Uint8Array][] = [
    ['1184 bytes', 'report', REPORT],
    ['1184 bytes and zeros', 'report', joinBytes(REPORT, new Uint8Array(2912))],
    ['a response of 4000 bytes', 'response', response(REPORT)],
    ['a response without padding', 'response', response(REPORT, 0, 1216)],
    ['a table of certificates behind it', 'extended', joinBytes(REPORT, TABLE)],
    ['a blob of Azure', 'hcl', hclOf(REPORT, '{"keys":[]}')],
    ['hexadecimal', 'hex report', utf8(HEX)],
    ['hexadecimal with 0x', 'hex report', utf8(`0x${HEX}\n`)],
    ['hexadecimal in lines', 'hex report', utf8(HEX.replaceAll(/.{64}/g, '$&\r\n'))],
    ['hexadecimal in pairs', 'hex report', utf8(HEX.replaceAll(/../g, '$& '))],
    ['hexadecimal with colons', 'hex report', utf8(HEX.replaceAll(/..(?=.)/g, '$&:').toUpperCase())],
    ['base64', 'base64 report', utf8(toBase64(REPORT))],
    ['base64 in lines', 'base64 report', utf8(toBase64(REPORT).replaceAll(/.{76}/g, '$&\n'))],
    ['base64url', 'base64 report', utf8(base64url(REPORT))],
    ['base64 of a table behind it', 'base64 extended', utf8(toBase64(joinBytes(REPORT, TABLE)))],
    ['hexadecimal of a response', 'hex response', utf8(bytesToHex(response(REPORT)))],
    ['text behind a mark of UTF-8', 'hex report', joinBytes(padded('efbbbf', 3), utf8(HEX))],
    [
      "a TSM's JSON",
      'tsm report',
      utf8(
        JSON.stringify({ provider: 'sev_guest\n', outblob: base64url(REPORT), auxblob: base64url(TABLE) }),
      ),
    ],
    [
      "a TSM's JSON without certificates",
      'tsm report',
      utf8(JSON.stringify({ outblob: toBase64(REPORT), auxblob: '' })),
    ],
    [
      "Trustee's evidence of Azure",
      'azure hcl',
      utf8(JSON.stringify({ quote: {}, report: [...hclOf(REPORT, '{}')], vcek: 'x' })),
    ],
    [
      "Trustee's evidence with bytes",
      'trustee report',
      utf8(JSON.stringify({ attestation_report: toBase64(REPORT) })),
    ],
    [
      'JSON of dstack',
      'dstack scale',
      utf8(JSON.stringify({ attestation: bytesToHex(dstackOf(REPORT, [DER])) })),
    ],
    ["dstack's attestation", 'scale', dstackOf(REPORT, [DER])],
    ["dstack's attestation in hexadecimal", 'hex scale', utf8(bytesToHex(dstackOf(REPORT, [])))],
    ['our JSON', 'json report', utf8(jsonText(reportJson(decodeReport(REPORT))))],
  ];
  for (const [title, expected, bytes] of forms)
    it(`is read as ${title}`, () => {
      const found = foundIn(bytes);
      assert.equal(found.forms.join(' '), expected);
      assert.deepEqual(Buffer.from(found.bytes), Buffer.from(REPORT));
      assert.deepEqual(
        Buffer.from(found.carrier.subarray(found.offset, found.offset + REPORT.length)),
        Buffer.from(REPORT),
      );
    });

  it('brings the certificates of its table, by their GUIDs', () => {
    for (const bytes of [joinBytes(REPORT, TABLE), forms.find(([title]) => title === "a TSM's JSON")![2]]) {
      const { certificates, table } =
        foundIn(bytes).certificates.bad.length === 0 ? foundIn(bytes) : assert.fail();
      assert.deepEqual(
        certificates.certificates.map(({ said }) => said),
        ['ARK', 'ASK', 'VCEK'],
      );
      assert.equal(table?.entries.length, 3);
    }
  });

  it('has no findings outside of the bytes that it is shown in', () => {
    const outblob = base64url(joinBytes(REPORT, new Uint8Array(6)));
    const found = foundIn(utf8(JSON.stringify({ outblob, auxblob: base64url(TABLE) })));
    assert.deepEqual(found.findings, []);
    assert.match(found.notes.join(), /its table is in another/);
    assert.equal(found.certificates.certificates.length, 3);
  });

  const sevCrate = (processor: Processor, parts: Record<string, unknown> = {}) => {
    const { values } = decodeReport(makeReport(processor));
    const list = (bytes: Uint8Array) => [...bytes];
    const tcb = (bytes: Uint8Array) =>
      processor === 'Turin'
        ? { fmc: bytes[0], bootloader: bytes[1], tee: bytes[2], snp: bytes[3], microcode: bytes[7] }
        : { fmc: null, bootloader: bytes[0], tee: bytes[1], snp: bytes[6], microcode: bytes[7] };
    return {
      version: values.version,
      guest_svn: 0,
      policy: Number(values.policy),
      family_id: list(values.family_id),
      image_id: list(values.image_id),
      vmpl: 0,
      sig_algo: 1,
      current_tcb: tcb(values.current_tcb),
      plat_info: Number(values.platform_info),
      key_info: 0,
      report_data: list(values.report_data),
      measurement: list(values.measurement),
      host_data: list(values.host_data),
      id_key_digest: list(values.id_key_digest),
      author_key_digest: list(values.author_key_digest),
      report_id: list(values.report_id),
      report_id_ma: list(values.report_id_ma),
      reported_tcb: tcb(values.reported_tcb),
      cpuid_fam_id: values.cpuid_fam_id,
      cpuid_mod_id: values.cpuid_mod_id,
      cpuid_step: values.cpuid_step,
      chip_id: list(values.chip_id),
      committed_tcb: tcb(values.committed_tcb),
      current: { build: 29, minor: 55, major: 1 },
      committed: { build: 29, minor: 55, major: 1 },
      launch_tcb: tcb(values.launch_tcb),
      launch_mit_vector: values.version >= 5 ? 0x3f : null,
      current_mit_vector: values.version >= 5 ? 0x3f : null,
      signature: { r: list(values.signature_r), s: list(values.signature_s) },
      ...parts,
    };
  };

  for (const processor of ['Genoa', 'Turin'] as const)
    it(`is made again of the fields of Trustee's evidence: ${processor}`, () => {
      const evidence = {
        attestation_report: sevCrate(processor),
        cert_chain: [{ cert_type: 'VCEK', data: [...DER] }],
      };
      const found = foundIn(utf8(JSON.stringify(evidence)));
      assert.deepEqual(Buffer.from(found.bytes), Buffer.from(makeReport(processor)));
      assert.deepEqual(
        found.certificates.certificates.map(({ said }) => said),
        ['VCEK'],
      );
    });

  const noReports: [string, Uint8Array, RegExp][] = [
    ['nothing', new Uint8Array(), /empty/],
    ['white space', utf8(' \n'), /empty/],
    ['zeros', new Uint8Array(1184), /zero/],
    ['1184 bytes without a version', filled(1184, 0xee), /version would be 4008636142/],
    ['a report that is cut short', REPORT.slice(0, 1000), /1000 bytes.*1184.*cut short/],
    ['a VMSA', new Uint8Array(4096).fill(0x90), /4096 bytes/],
    ['a response that is an error', response(REPORT, 0x16), /0x16, invalid parameters/],
    [
      'a response that is an error and nothing else',
      joinBytes(word(0x27), new Uint8Array(3996)),
      /0x27, invalid key selection/,
    ],
    ['a response that is cut short', response(REPORT, 0, 1300).slice(0, 1100), /cut short/],
    ['a blob of Azure with a report of TDX', hclOf(REPORT, '{}', { type: 4 }), /TDX/],
    ['a blob of Azure with another report', hclOf(REPORT, '{}', { type: 7 }), /type 0x7/],
    ['a blob of Azure that is cut short', hclOf(REPORT, '{}').slice(0, 1230), /cut short/],
    ['a blob of Azure whose JSON is cut short', hclOf(REPORT, 'x'.repeat(999)).slice(0, 1500), /cut short/],
    ['other text', utf8('hello, world'), /neither hexadecimal nor base64/],
    ['hexadecimal of something else', utf8('00'.repeat(20)), /20 bytes.*hexadecimal.*1184/],
    ['base64 of something else', utf8(toBase64(filled(31, 0xfb))), /31 bytes.*base64.*1184/],
    ['broken JSON', utf8('{"outblob": '), /begins like JSON.*line 1/],
    ['other JSON', utf8('{"a": 1}'), /neither evidence of Trustee/],
    ['a TSM report of TDX', utf8('{"provider": "tdx_guest", "outblob": "AA"}'), /"tdx_guest".*sev_guest/],
    ["a TSM's JSON without bytes", utf8('{"outblob": 7}'), /"outblob" is neither bytes nor base64/],
    [
      "a TSM's JSON with a broken table",
      utf8(JSON.stringify({ outblob: base64url(REPORT), auxblob: '?' })),
      /"auxblob"/,
    ],
    [
      'evidence without a field',
      utf8(JSON.stringify({ attestation_report: sevCrate('Genoa', { chip_id: undefined }) })),
      /chip_id is missing/,
    ],
    [
      'evidence with a field too short',
      utf8(JSON.stringify({ attestation_report: sevCrate('Genoa', { chip_id: [1] }) })),
      /chip_id is not 64 bytes/,
    ],
    [
      'evidence with a part too large',
      utf8(JSON.stringify({ attestation_report: sevCrate('Genoa', { launch_tcb: { snp: 256 } }) })),
      /launch_tcb/,
    ],
    [
      'evidence with a number too large',
      utf8(JSON.stringify({ attestation_report: sevCrate('Genoa', { vmpl: 2 ** 32 }) })),
      /vmpl/,
    ],
    ['our JSON with values masked', utf8(jsonText(reportJson(decodeReport(REPORT), true))), /report_id/],
    ['too much', new Uint8Array(MOST_REPORT_FILE + 1), /no file with an attestation report/],
  ];
  for (const [title, bytes, reason] of noReports)
    it(`is not in ${title}, in one sentence or two`, () => {
      const found = findReport(bytes);
      assert.ok('reason' in found);
      assert.match(found.reason, reason);
      assert.match(found.reason, /^It .*\.$/s);
    });
});

describe('A table of certificates', () => {
  const at = 1184;
  const rulesOf = (table: Uint8Array) =>
    parseCertificateTable(joinBytes(REPORT, table), at).findings.map(({ rule, offset }) => [
      rule,
      offset - at,
    ]);
  const with_ = (offset: number, bytes: Uint8Array, table = TABLE) => {
    const changed = table.slice();
    changed.set(bytes, offset);
    return changed;
  };

  const cases: [string, Uint8Array, [string, number][]][] = [
    ['that is right', TABLE, []],
    ['that is empty', new Uint8Array(24), []],
    [
      'without its end',
      TABLE.slice(0, 72),
      [['report-table-end', 0], ...[0, 24, 48].map((n): [string, number] => ['report-table-outside', n])],
    ],
    ['with an entry behind the file', with_(16, word(5000)), [['report-table-outside', 0]]],
    ['with an entry that is too long', with_(24 + 20, word(100)), [['report-table-outside', 24]]],
    [
      'with an entry whose end is above 2^32',
      with_(16, joinBytes(word(0xffffffff), word(0xffffffff))),
      [['report-table-outside', 0]],
    ],
    ['with an entry within the table', with_(16, word(95)), [['report-table-overlap', 0]]],
    ['with two of a kind', with_(24, guidOf('ARK')), [['report-table-twice', 24]]],
    ['with another GUID', with_(0, filled(16, 9)), [['report-table-unknown', 0]]],
  ];
  for (const [title, table, expected] of cases)
    it(title, () => {
      assert.deepEqual(rulesOf(table), expected);
    });

  it('has GUIDs in the order of their text', () => {
    const { value } = parseCertificateTable(TABLE, 0);
    assert.equal(value.entries[0]?.guid, 'c0b406a4-a803-4952-9743-3fb6014cd0ae');
    assert.equal(value.entries[0].kind, 'ARK');
  });
});

describe('Zeros behind a report', () => {
  it('are no table of certificates, and are said to be there', () => {
    const { findings } = foundIn(joinBytes(makeReport('Genoa'), filled(24, 0)));
    assert.deepEqual(
      findings.map(({ rule, offset, size }) => [rule, offset, size]),
      [['report-table-padding', 1184, 24]],
    );
  });
});

describe('The JSON in a blob of Azure', () => {
  const JSON_TEXT = '{"keys":[],"user-data":"00"}';
  const hclWith = (data: Uint8Array, hash = 1) =>
    foundIn(hclOf(makeReport('Milan', { report_data: data }), JSON_TEXT, { hash }));
  const sha = Buffer.from(nobleHashes.sha256(utf8(JSON_TEXT)));
  const bound = ({ hcl, bytes }: ReportFound) =>
    isJsonBound(hcl!, decodeReport(bytes).values.report_data, nobleHashes);

  it('is bound to the report by its hash', () => {
    assert.equal(bound(hclWith(joinBytes(sha, new Uint8Array(32)))), true);
    assert.equal(bound(hclWith(joinBytes(sha, filled(32, 1)))), false);
    assert.equal(bound(hclWith(filled(64, 1))), false);
    assert.equal(bound(hclWith(joinBytes(nobleHashes.sha384(utf8(JSON_TEXT)), new Uint8Array(16)), 2)), true);
    assert.equal(bound(hclWith(filled(64, 1), 9)), undefined);
  });
});

describe('Certificates in a file', () => {
  const pem = (label: string, body: string) => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
  const body = toBase64(DER);
  const cases: [string, Uint8Array, string[], RegExp[]][] = [
    ['DER', DER, ['certificate'], []],
    ['PEM', utf8(pem('CERTIFICATE', body)), ['certificate'], []],
    [
      'PEM with text around it',
      utf8(`subject\n${pem('CERTIFICATE', body)}x\n${pem('CERTIFICATE', body)}`),
      ['certificate', 'certificate'],
      [],
    ],
    ['PEM with CRLF', utf8(pem('CERTIFICATE', body).replaceAll('\n', '\r\n')), ['certificate'], []],
    ['a list of revoked ones', utf8(pem('X509 CRL', body)), ['crl'], []],
    ['PEM of a key beside it', utf8(pem('PUBLIC KEY', body) + pem('CERTIFICATE', body)), ['certificate'], []],
    ['PEM of a key alone', utf8(pem('PUBLIC KEY', body)), [], [/has no certificate/]],
    ['PEM that does not end', utf8(pem('CERTIFICATE', body).slice(0, 40)), [], [/does not end/]],
    ['PEM that is no base64', utf8(pem('CERTIFICATE', `${body}A`)), [], [/no base64/]],
    ['nothing', new Uint8Array(), [], [/empty/]],
    ['something else', utf8('hello'), [], [/neither DER nor PEM/]],
    ['too much', new Uint8Array(2 ** 20 + 1), [], [/larger/]],
  ];
  for (const [title, bytes, kinds, problems] of cases)
    it(`are read: ${title}`, () => {
      const { certificates, bad } = certificatesIn(bytes, 'x.pem');
      assert.deepEqual(
        certificates.map(({ kind }) => kind),
        kinds,
      );
      assert.equal(bad.length, problems.length);
      bad.forEach(({ problem }, i) => assert.match(problem, problems[i]!));
    });
});
