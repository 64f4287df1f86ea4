// `sevscope report show`, `diff` and `export`: a report as text for a person, as JSON, or in a form for another program.

import { readCertificates } from '../app/reportCertificates';
import type { Io } from '../app/io';
import type { ReportFile } from '../app/reportFile';
import { bytesToHex, byteCount, countOf, hex, toBase64 } from '../core/binary/hex';
import { jsonText } from '../core/binary/json';
import { isZeroField, type FieldWithParts } from '../core/binary/leafField';
import { compareReports, reportComparisonJson, reportDifferences } from '../core/report/compare';
import { reportFindings } from '../core/report/findings';
import {
  groupReportFields,
  reportFields,
  reportSummary,
  type AttestationReport,
} from '../core/report/report';
import { PRIVATE_FIELDS, REDACTED } from '../core/report/redact';
import { reportJson } from '../core/report/reportJson';
import * as errors from './errors';
import { columns, findingLines, printJson, type Output } from './output';

/** What is shown of a value. Parts of what is masked have no rows of their own. */
const shownRaw = ({ name, raw }: FieldWithParts, redact: boolean | undefined): string =>
  redact && PRIVATE_FIELDS.includes(name) ? REDACTED : raw;

/** The certificates that came with a report, as plain data. */
function certificatesJson({ found }: ReportFile) {
  const { certificates, lists, bad } = readCertificates(found.certificates);
  return [
    ...certificates.map(({ source, value }) => ({
      source,
      subject: value.subject,
      issuer: value.issuer,
      notBefore: new Date(value.notBefore).toISOString(),
      notAfter: new Date(value.notAfter).toISOString(),
      key: value.key,
    })),
    ...lists.map(({ source, value }) => ({ source, issuer: value.issuer, revoked: value.serials.size })),
    ...bad.map(({ source, problem }) => ({ source, problem })),
  ];
}

/** A report with what came with it, as `report show --json` prints it. */
const wholeJson = (file: ReportFile, name: string, redact: boolean | undefined) => {
  const { kind, ...rest } = reportJson(file.report, redact);
  return { file: name, kind, form: file.found.title, ...rest, certificates: certificatesJson(file) };
};

/** Prints a report: as text without the zero fields, or as JSON with all fields. */
export function showReport(
  file: ReportFile,
  name: string,
  options: { all?: true; json?: true; redact?: true },
  out: Output,
): void {
  if (options.json) {
    printJson(out, wholeJson(file, name, options.redact));
    return;
  }
  const { report, found } = file;
  out.line(`${name}: ${found.title}, ${reportSummary(report)}`);
  for (const note of found.notes) out.note(`${name}: ${note}`);
  const fields = reportFields(report);
  // A TCB says its parts in one line.
  const shown = options.all
    ? fields
    : fields.filter((field) => !isZeroField(field) && !field.name.includes('.'));
  const zeros = fields.filter(isZeroField).length;
  for (const { group, fields: members } of groupReportFields(shown)) {
    out.line('');
    out.line(group);
    out.lines(
      columns(
        members.map((f) => [hex(f.offset, 3), f.name, shownRaw(f, options.redact), f.meaning]),
        '  ',
      ),
    );
  }
  const certificates = certificatesJson(file);
  if (certificates.length > 0) {
    out.line('');
    out.line('Certificates');
    out.lines(
      columns(
        certificates.map((one) =>
          'problem' in one
            ? [one.source, one.problem]
            : 'subject' in one
              ? [one.source, `${one.subject}, signed by ${one.issuer}, until ${one.notAfter.slice(0, 10)}`]
              : [one.source, `list by ${one.issuer} of ${one.revoked} revoked`],
        ),
        '  ',
      ),
    );
  }
  out.lines(findingLines([...reportFindings(report), ...found.findings]));
  if (options.all) return;
  out.line('');
  out.line(`${zeros} fields are zero; --all prints them, and the parts of TCBs.`);
}

/** Prints in what two reports differ. @returns whether they do */
export function diffReports(
  a: AttestationReport,
  b: AttestationReport,
  names: readonly string[],
  options: { json?: true; redact?: true },
  out: Output,
): boolean {
  const compared = compareReports(a, b);
  const differing = reportDifferences(compared);
  if (options.json) {
    printJson(out, reportComparisonJson(compared, options.redact));
    return differing.length > 0;
  }
  const text = (field: FieldWithParts | undefined) => (field ? shownRaw(field, options.redact) : 'not there');
  out.line(
    differing.length === 0
      ? 'The reports are equal.'
      : `${names[0]!} and ${names[1]!} differ in ${countOf(differing.length, 'field')}:`,
  );
  out.lines(
    columns(
      differing.flatMap(({ field, left, right, bits }) => [
        [hex(field.offset, 3), field.name, text(left), text(right), meanings(left, right)],
        ...bits.map(({ bit, left: was, right: is }) => ['', `  ${bit.name}`, `${was}`, `${is}`, bit.doc]),
      ]),
      '  ',
    ),
  );
  return differing.length > 0;
}

const meanings = (a: FieldWithParts | undefined, b: FieldWithParts | undefined): string =>
  a?.meaning === b?.meaning
    ? ''
    : [a?.meaning, b?.meaning].map((text) => (text === undefined || text === '' ? '—' : text)).join(' → ');

/** The forms in which a report is exported. */
export const REPORT_EXPORTS = [
  { id: 'bin', doc: 'the 1184 bytes' },
  { id: 'json', doc: 'every field with its value, as "report show --json" prints it' },
  { id: 'hex', doc: 'the bytes in hexadecimal' },
  { id: 'base64', doc: 'the bytes in base64' },
] as const;

/** A form in which a report is exported. */
export type ReportExport = (typeof REPORT_EXPORTS)[number]['id'];

/** Writes a report in another form, to a file or to standard output. */
export async function exportReport(
  io: Io,
  file: ReportFile,
  name: string,
  { as, output, redact }: { as: ReportExport; output?: string; redact?: true },
  out: Output,
): Promise<void> {
  if (redact && as !== 'json')
    throw errors.oddOption('--redact', `a report with masked bytes is none, so that only JSON is masked`);
  const { bytes } = file.report;
  const content = {
    bin: () => Uint8Array.from(bytes),
    json: () => `${jsonText(wholeJson(file, name, redact))}\n`,
    hex: () => `${bytesToHex(bytes)}\n`,
    base64: () => `${toBase64(bytes)}\n`,
  }[as]();
  if (output !== undefined) {
    await io.write(output, content);
    out.line(`${output}: ${typeof content === 'string' ? as : byteCount(content.length)} of ${name}`);
  } else if (typeof content !== 'string' && out.isTerminal) {
    throw errors.binaryToTerminal('A report');
  } else {
    out.data(content);
  }
}
