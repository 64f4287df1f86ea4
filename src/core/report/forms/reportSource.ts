// What every reader of reports returns.

import type { Finding } from '../../binary/region';
import type { CertificateTable } from './certificateTable';
import type { HclBlob } from './hclBlob';
import type { GivenCertificates } from './pem';

/** The forms in which reports are passed around, in words. */
export const REPORT_FORMS = {
  report: 'attestation report',
  response: 'response of the firmware (SNP_GET_REPORT)',
  extended: 'attestation report and a table of certificates',
  hcl: "blob of Azure's HCL",
  hex: 'hexadecimal text',
  base64: 'base64',
  tsm: 'JSON of a TSM report',
  trustee: "Trustee's evidence",
  azure: "Trustee's evidence of Azure",
  dstack: 'JSON of dstack',
  scale: "dstack's attestation",
  json: 'JSON of this tool',
  configfs: 'folder of configfs-tsm',
} as const;

/** A form. */
export type ReportForm = keyof typeof REPORT_FORMS;

/** A report that was found. */
export interface ReportFound {
  /** The form of the file, the outer one first: base64 of a report and a table is both. */
  readonly forms: readonly ReportForm[];
  /** The forms in words. */
  readonly title: string;
  /** Its 1184 bytes. */
  readonly bytes: Uint8Array;
  /**
   * The bytes that it was found in, and where: the file itself, unless that is text. What `findings`, `table` and `hcl` have as places
   * are places in these bytes.
   */
  readonly carrier: Uint8Array;
  readonly offset: number;
  readonly table?: CertificateTable;
  readonly hcl?: HclBlob;
  /** The certificates that came with it. */
  readonly certificates: GivenCertificates;
  /** What people should know about how it was read, as sentences. */
  readonly notes: readonly string[];
  /** What is wrong with what is around the report. */
  readonly findings: readonly Finding[];
}

/** Why there is no report, a sentence or two. */
export interface NoReport {
  readonly reason: string;
}

/** The same report in one more form around it. */
export function within(form: ReportForm, inner: ReportFound): ReportFound {
  const forms = [form, ...inner.forms];
  return { ...inner, forms, title: titleOf(forms) };
}

/** Forms in words, the outer one first. */
export const titleOf = (forms: readonly ReportForm[]): string =>
  forms
    .filter((form, i) => i === 0 || form !== 'report')
    .map((form) => REPORT_FORMS[form])
    .join(', ');
