// A report as plain data: the names that go-sev-guest and virtee's sev have for its fields, numbers of up to 32 bits as numbers,
// longer ones in 0x form, bytes in hexadecimal, and a TCB with its parts.

import { bytesToHex, hex } from '../binary/hex';
import { reportFindings } from './findings';
import { layoutOf, TCB_NAMES, type TcbName } from './layout';
import { tcbParts, type TcbComponent, type TcbLayout } from './products';
import { PRIVATE_FIELDS, REDACTED } from './redact';
import { reportSummary, type AttestationReport } from './report';

/** A TCB: its bytes in hexadecimal, and its parts where their layout is known. */
export type TcbJson = { readonly raw: string } & Readonly<Partial<Record<TcbComponent, number>>>;

/** A value of a report in JSON. */
export type ReportJsonValue = number | string | TcbJson;

/** A TCB as plain data. */
export function tcbJson(bytes: Uint8Array, layout: TcbLayout | undefined): TcbJson {
  return { raw: bytesToHex(bytes), ...(layout && tcbParts(bytes, layout)) };
}

const isTcb = (name: string): name is TcbName => (TCB_NAMES as readonly string[]).includes(name);

/** The fields of a report but reserved ones, by name, in the order of the file. @param redact masks what names a machine or a guest */
export function reportFieldsJson(
  { values, product }: AttestationReport,
  redact = false,
): Record<string, ReportJsonValue> {
  const names = layoutOf(values.version)
    .rows.filter(({ group }) => group !== 'Reserved')
    .map(({ name }) => name as keyof typeof values);
  return Object.fromEntries(
    names.map((name): [string, ReportJsonValue] => {
      const value = values[name];
      if (redact && PRIVATE_FIELDS.includes(name)) return [name, REDACTED];
      if (isTcb(name)) return [name, tcbJson(values[name], product.tcb)];
      if (value instanceof Uint8Array) return [name, bytesToHex(value)];
      return [name, typeof value === 'bigint' ? hex(value) : value];
    }),
  );
}

/** A report as plain data, without its certificates. */
export function reportJson(report: AttestationReport, redact = false) {
  const { values, product } = report;
  return {
    kind: 'snp-report',
    version: values.version,
    product: product.title,
    summary: reportSummary(report),
    fields: reportFieldsJson(report, redact),
    findings: reportFindings(report),
  };
}
