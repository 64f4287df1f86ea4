// Reports in bytes: alone, behind the header of the firmware's response, before a table of certificates, or in a blob of Azure's.

import { byteCount, hex, isZero } from '../../binary/hex';
import type { Finding } from '../../binary/region';
import { endsOf, u32At } from '../../ovmf/kinds/fileKind';
import { RESPONSE_HEADER } from '../../ovmf/kinds/snpReport';
import { kindInTable } from '../../ovmf/kinds/table';
import { REPORT_SIZE } from '../layout';
import { reportFinding } from '../rules';
import { parseCertificateTable, type CertificateTable } from './certificateTable';
import { dstackCertificates, dstackReport } from './dstackReport';
import { isHclBlob, parseHclBlob } from './hclBlob';
import { certificatesIn, joined, NO_CERTIFICATES, type GivenCertificates } from './pem';
import { titleOf, type NoReport, type ReportForm, type ReportFound } from './reportSource';

/** Statuses of the response that are not success (SEV-SNP Firmware ABI, MSG_REPORT_RSP). */
const STATUSES: Readonly<Record<number, string>> = {
  0x16: 'invalid parameters',
  0x27: 'invalid key selection',
};
/** What Linux's driver hands out, at most. */
const RESPONSE_SIZE = 4000;

/** A report's version is a small number; what else has its size is not told from one by anything else. */
const hasVersion = (bytes: Uint8Array, at: number): boolean => {
  const version = u32At(bytes, at) ?? 0;
  return version >= 1 && version <= 0xff;
};

/** Bit 17 of the policy is always set. */
const hasPolicy = (bytes: Uint8Array, at: number): boolean => ((u32At(bytes, at + 8) ?? 0) & 0x20000) !== 0;

interface Found {
  readonly form: ReportForm;
  readonly offset: number;
  readonly table?: CertificateTable;
  readonly hcl?: ReportFound['hcl'];
  readonly findings?: readonly Finding[];
  readonly notes?: readonly string[];
}

function found(
  carrier: Uint8Array,
  { form, offset, table, hcl, findings = [], notes = [] }: Found,
): ReportFound {
  return {
    forms: [form],
    title: titleOf([form]),
    bytes: carrier.subarray(offset, offset + REPORT_SIZE),
    carrier,
    offset,
    ...(table && { table }),
    ...(hcl && { hcl }),
    certificates: table ? tableCertificates(table) : NO_CERTIFICATES,
    notes,
    findings,
  };
}

/** The certificates of a table. What is no certificate, such as an endorsement of firmware, is left out. */
export function tableCertificates({ entries }: CertificateTable): GivenCertificates {
  return joined(
    entries
      .filter(({ kind }) => kind !== 'firmware' && kind !== 'platform' && kind !== 'unknown')
      .map(({ kind, bytes }) => certificatesIn(bytes, `the report's table (${kind})`, kind)),
  );
}

/** The response of the firmware; undefined for what is none. */
function readResponse(bytes: Uint8Array): ReportFound | NoReport | undefined {
  const { length } = bytes;
  if (length < RESPONSE_HEADER || length > RESPONSE_SIZE + 96) return undefined;
  const status = u32At(bytes, 0)!;
  const size = u32At(bytes, 4)!;
  const isHeader = isZero(bytes.subarray(8, RESPONSE_HEADER));
  if (
    status !== 0 &&
    size === 0 &&
    isHeader &&
    isZero(bytes.subarray(RESPONSE_HEADER)) &&
    length >= REPORT_SIZE
  )
    return {
      reason: `It is a response of the firmware without a report: its status is ${hex(status)}${STATUSES[status] === undefined ? '' : `, ${STATUSES[status]}`}.`,
    };
  if (size !== REPORT_SIZE || !isHeader || status > 0xff) return undefined;
  if (status !== 0)
    return {
      reason: `It is a response of the firmware whose status is ${hex(status)}${STATUSES[status] === undefined ? '' : `, ${STATUSES[status]}`}, not success.`,
    };
  if (length < RESPONSE_HEADER + REPORT_SIZE)
    return { reason: `It is a response of the firmware that is cut short: it has ${byteCount(length)}.` };
  const rest = bytes.subarray(RESPONSE_HEADER + REPORT_SIZE);
  return found(bytes, {
    form: 'response',
    offset: RESPONSE_HEADER,
    notes: isZero(rest) ? [] : ['Bytes that are not zero follow the report in the response.'],
  });
}

/** Reads a report in bytes that are no text; a sentence where there is none. */
export function readBinaryReport(bytes: Uint8Array): ReportFound | NoReport {
  const { length } = bytes;
  if (length === 0) return { reason: 'It is empty.' };
  if (isHclBlob(bytes)) {
    const hcl = parseHclBlob(bytes);
    return 'reason' in hcl ? hcl : found(bytes, { form: 'hcl', offset: hcl.reportAt, hcl });
  }
  const response = readResponse(bytes);
  if (response) return response;
  const dstack = dstackReport(bytes);
  if (dstack && hasVersion(bytes, dstack.from) && hasPolicy(bytes, dstack.from))
    return {
      ...found(bytes, { form: 'scale', offset: dstack.from }),
      certificates: dstackCertificates(bytes, dstack.to),
    };
  if (length === REPORT_SIZE) {
    if (isZero(bytes))
      return { reason: `It has ${REPORT_SIZE} bytes, all zero: no report was written here.` };
    if (hasVersion(bytes, 0)) return found(bytes, { form: 'report', offset: 0 });
    return {
      reason: `It has the ${REPORT_SIZE} bytes of an attestation report, but its version would be ${u32At(bytes, 0)!}.`,
    };
  }
  if (length > REPORT_SIZE && hasVersion(bytes, 0) && hasPolicy(bytes, 0)) {
    const rest = bytes.subarray(REPORT_SIZE);
    if (isZero(rest)) {
      const message = `${byteCount(rest.length)} of zeros follow the report.`;
      const padding = reportFinding('report-table-padding', REPORT_SIZE, rest.length, message);
      return found(bytes, { form: 'report', offset: 0, findings: [padding] });
    }
    const { value, findings } = parseCertificateTable(bytes, REPORT_SIZE);
    return found(bytes, { form: 'extended', offset: 0, table: value, findings });
  }
  return { reason: notReport(bytes) };
}

/** Why bytes are no report, and what they are where that is known. */
function notReport(bytes: Uint8Array): string {
  const size = `It has ${byteCount(bytes.length)}; an attestation report has ${REPORT_SIZE}.`;
  if (bytes.length < REPORT_SIZE && bytes.length > 0x60 && hasVersion(bytes, 0) && hasPolicy(bytes, 0))
    return `${size} It begins like one that is cut short.`;
  const kind = kindInTable(endsOf(bytes));
  return kind
    ? `${size} It is ${kind.words}.`
    : `${size} Responses of the firmware, reports with a table of certificates, blobs of Azure's HCL, hexadecimal, base64, and JSON of Trustee or of a TSM can be read, too; this is none of them.`;
}
