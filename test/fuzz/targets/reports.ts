// Attestation reports in every form, tables of certificates, certificates, and wishes: read, shown, compared and verified, which ends with
// an answer whatever they are, and never with "verified", because nothing here is signed by a root that is trusted.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readCertificate, readCertificates, readRevocationList } from '../../../src/app/reportCertificates';
import { readCertificateFiles, readReportFile, reportIn } from '../../../src/app/reportFile';
import { checkedInputs } from '../../../src/app/launch';
import { parseLaunchFile } from '../../../src/app/launchFile';
import { lintLaunch } from '../../../src/app/launchProblems';
import { evidenceReader, readRoots } from '../../../src/app/reportEvidence';
import { reportParts } from '../../../src/app/reportParts';
import { readWishes } from '../../../src/app/reportWishes';
import { runCheck } from '../../../src/app/runCheck';
import { reportMarkdown } from '../../../src/core/check/exportReport';
import { jsonText } from '../../../src/core/binary/json';
import { terminalText } from '../../../src/core/binary/plainText';
import { authorityOfKey, knownAuthority } from '../../../src/core/report/authorities';
import { roleOf } from '../../../src/core/report/certificate';
import { reportFindings } from '../../../src/core/report/findings';
import { findReport } from '../../../src/core/report/forms/findReport';
import { certificatesIn } from '../../../src/core/report/forms/pem';
import { kdsUrls } from '../../../src/core/report/kdsUrl';
import { decodeReport, describeTcb, reportFields, reportSummary } from '../../../src/core/report/report';
import { reportJson, tcbJson } from '../../../src/core/report/reportJson';
import { describeLower, lowerParts, otherParts } from '../../../src/core/report/tcb';
import { signatureOf, tcbOfLeaf } from '../../../src/core/report/leafSteps';
import { chainJson, verifyReport } from '../../../src/core/report/verify';
import { leafExtensions, makeCertificate, makeRevocationList } from '../../helpers/amdChain';
import { dstackOf, makeTable, hclOf, response } from '../../helpers/reportForms';
import { io } from '../../helpers/io';
import { memoryIo } from '../../helpers/memoryIo';
import { makeReport } from '../../unit/core/report/reports';
import {
  assertPlain,
  assertSentence,
  awaitOrCode,
  bytesOf,
  readOrCode,
  textOf,
  textSeeds,
  type Target,
} from '../target';

const AT = Date.parse('2026-06-01T00:00:00Z');
let keys: ReturnType<typeof makeKeys> | undefined;
/** Short ones, which are made at once: only their encoding is of interest. */
const makeKeys = () => ({
  rsa: generateKeyPairSync('rsa', { modulusLength: 1024 }),
  ec: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
});

/** Certificates and a list of revoked ones. */
export function certificates(): Uint8Array[] {
  const { rsa, ec } = (keys ??= makeKeys());
  const by = rsa.privateKey;
  const leaf = leafExtensions({
    product: 'Genoa',
    spl: { 1: 4, 2: 0, 3: 0x18, 8: 0xd9 },
    hwid: new Uint8Array(64).fill(0x5a),
  });
  return [
    makeCertificate({ subject: 'SEV-VCEK', issuer: 'SEV-Genoa', key: ec.publicKey, by, extensions: leaf }),
    makeCertificate({
      subject: 'SEV-Genoa',
      issuer: 'ARK-Genoa',
      key: rsa.publicKey,
      by,
      isCa: true,
      serial: 0x10001,
    }),
    makeCertificate({
      subject: 'ARK-Genoa',
      issuer: 'ARK-Genoa',
      key: rsa.publicKey,
      by,
      isCa: true,
      serial: 0x10000,
    }),
    makeRevocationList({ issuer: 'ARK-Genoa', by, serials: [0x10001] }),
  ];
}

const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

/** Reports in many forms. */
export function reports(): Uint8Array[] {
  const report = makeReport('Genoa');
  const [leaf, ask, ark, list] = certificates();
  const table = makeTable([
    ['VCEK', leaf!],
    ['ASK', ask!],
    ['ARK', ark!],
    ['CRL', list!],
  ]);
  const tsm = {
    provider: 'sev_guest',
    outblob: Buffer.from(report).toString('base64url'),
    auxblob: Buffer.from(table).toString('base64url'),
  };
  return [
    report,
    makeReport('Turin'),
    makeReport('Milan', { version: 2 }),
    response(report),
    join(report, table),
    hclOf(report, '{"keys":[]}'),
    bytesOf(Buffer.from(report).toString('hex')),
    bytesOf(JSON.stringify(tsm)),
    dstackOf(report, [ask!, leaf!]),
    bytesOf(jsonText(reportJson(decodeReport(report)))),
  ];
}

const wholeReports: Target = {
  name: 'attestation-reports',
  form: 'bytes',
  most: 16_384,
  limit: 5000,
  seeds: reports,
  async run(input) {
    const found = findReport(input);
    const machine = memoryIo();
    machine.files.set('/tsm/outblob', { bytes: input, mode: 0o644 });
    machine.files.set('/tsm/auxblob', { bytes: input.subarray(1184), mode: 0o644 });
    await awaitOrCode(() => readReportFile(machine, '/tsm'));
    const read = readOrCode(() => reportIn('x', input));
    if ('reason' in found) {
      assertSentence(found.reason);
      return { feature: `none ${found.reason.replaceAll(/[0-9a-f]{2,}|"[^"]*"/g, '')}`, result: read.code };
    }
    const report = decodeReport(found.bytes);
    const { verified, steps, chain } = await verifyReport(
      { report, ...readCertificates(found.certificates), at: AT, hcl: found.hcl },
      io,
    );
    assert.equal(verified, false);
    const findings = [...reportFindings(report), ...found.findings];
    for (const { offset, size, message } of findings) {
      assertSentence(message);
      assert.ok(offset >= 0 && offset + size <= Math.max(found.carrier.length, 1184), message);
    }
    for (const { reason } of steps) assertSentence(reason);
    assertPlain(terminalText(reportSummary(report)));
    for (const { meaning } of reportFields(report)) assertPlain(terminalText(meaning));
    const { reported_tcb: reported, current_tcb: current } = report.values;
    describeTcb(reported, report.product.tcb);
    tcbJson(reported, report.product.tcb);
    describeLower(lowerParts(reported, current, undefined));
    otherParts(reported, current, report.product.tcb);
    signatureOf(report);
    kdsUrls(report);
    for (const { name } of reportParts(found, found.certificates)) assertPlain(terminalText(name));
    JSON.parse(jsonText({ ...reportJson(report), chain: chainJson(chain) }));
    const outcomes = steps.slice(0, 12).map(({ outcome }) => outcome[0]);
    return {
      feature: `${found.forms.join(' ')} ${findings.map(({ rule }) => rule).join(' ')} ${outcomes.join('')}`,
    };
  },
};

const certificateFiles: Target = {
  name: 'report-certificates',
  form: 'bytes',
  most: 8192,
  limit: 5000,
  seeds: () => {
    const all = certificates();
    const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(all[0]!).toString('base64')}\n-----END CERTIFICATE-----\n`;
    return [...all, bytesOf(pem)];
  },
  async run(input) {
    const machine = memoryIo();
    machine.files.set('/certs/vcek.pem', { bytes: input, mode: 0o644 });
    await awaitOrCode(() => readCertificateFiles(machine, '/certs'));
    const given = certificatesIn(input, 'vcek.pem', 'VCEK');
    const read = readCertificates(given);
    for (const { problem } of read.bad) assertSentence(problem);
    readCertificate(input);
    readRevocationList(input);
    for (const { value } of read.certificates) {
      // What is read is the one way to write it.
      assert.ok(given.certificates.some(({ der }) => Buffer.compare(der, value.der) === 0));
      roleOf(value.subject);
      knownAuthority(value.subject);
      authorityOfKey(value.spki);
      tcbOfLeaf(value, 'Genoa');
    }
    const { verified, steps } = await verifyReport(
      { report: decodeReport(makeReport('Genoa')), ...read, at: AT },
      io,
    );
    assert.equal(verified, false);
    return {
      feature: `${read.certificates.length} ${read.bad.map(({ problem }) => problem).join(' ')} ${steps
        .slice(0, 12)
        .map(({ outcome }) => outcome[0])
        .join('')}`,
    };
  },
};

const wishes: Target = {
  name: 'report-wishes',
  form: 'json',
  seeds: textSeeds(
    JSON.stringify({
      measurement: '22'.repeat(48),
      policy: '0x30000',
      vmpl: 0,
      minimumTcb: { snp: 24 },
      committed: true,
      minimumVersion: '1.55',
    }),
    JSON.stringify({
      minimum_guest_svn: 0,
      policy: '196608',
      report_data: Buffer.alloc(64).toString('base64'),
      minimum_tcb: '15636120440571035652',
      permit_provisional_firmware: true,
      trusted_id_key_hashes: [],
      require_author_key: false,
    }),
  ),
  async run(input) {
    const read = readOrCode(() => readWishes('wishes.json', textOf(input)));
    if (read.code !== undefined) return { feature: read.code };
    const { steps } = await verifyReport(
      {
        report: decodeReport(makeReport('Genoa')),
        certificates: [],
        lists: [],
        bad: [],
        at: AT,
        wishes: read.value,
      },
      io,
    );
    for (const { reason } of steps) assertSentence(reason);
    return { feature: steps.map(({ outcome }) => outcome[0]).join('') };
  },
};

const LAUNCH = '/guest/a.sevlaunch.json';
const reportLaunches: Target = {
  name: 'launches-with-reports',
  form: 'json',
  limit: 5000,
  seeds: textSeeds(
    JSON.stringify({
      report: 'report.bin',
      certificates: ['certs', 'certs/vcek.der'],
      launchDigest: '22'.repeat(48),
      policy: '0x30000',
      hostData: '33'.repeat(32),
      require: { measurement: ['22'.repeat(48)], minimumTcb: { snp: 24 }, policy: 196608, committed: true },
    }),
    JSON.stringify({
      report: 'report.bin',
      certificates: 'certs',
      require: { vmpl: '0', minimumTcb: 'snp=23,microcode=213', minimumVersion: '1.55', mitigations: '0x3f' },
    }),
  ),
  async run(input) {
    const machine = memoryIo();
    machine.files.set('/guest/report.bin', { bytes: makeReport('Genoa'), mode: 0o644 });
    machine.files.set('/guest/certs/vcek.der', { bytes: certificates()[0]!, mode: 0o644 });
    const text = textOf(input);
    const { problems } = await lintLaunch(machine, text, LAUNCH, { files: true });
    for (const { message } of problems) assertSentence(message);
    const file = readOrCode(() => parseLaunchFile(machine, text, LAUNCH));
    if (file.code !== undefined) return { feature: file.code };
    const inputs = readOrCode(() => checkedInputs(file.value, 'x'));
    if (inputs.code !== undefined) return { feature: inputs.code };
    const verifyEvidence = evidenceReader(machine);
    await awaitOrCode(() => readRoots(machine, file.value.certificates ?? []));
    const outcome = await awaitOrCode(() => runCheck(machine, inputs.value, { verifyEvidence }));
    if (outcome.code !== undefined) return { feature: outcome.code };
    // Nothing here is signed by a root that is trusted.
    const { verdict, summary, evidence } = outcome.value;
    assert.equal(evidence !== undefined && verdict !== 'cannot be trusted', false);
    assertSentence(summary);
    assertPlain(terminalText(reportMarkdown(outcome.value)));
    return { feature: `${verdict} ${evidence?.steps.map(({ outcome: how }) => how[0]).join('') ?? ''}` };
  },
};

/** Everything about reports. */
export const REPORT_TARGETS: readonly Target[] = [wholeReports, certificateFiles, wishes, reportLaunches];
