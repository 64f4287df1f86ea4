// Writes a page in each of the forms of exportForms.ts, for the command line's `vmsa export` and the editor's menu.

import { exactText } from '../../binary/describe';
import { countOf, hex, toBase64 } from '../../binary/hex';
import { jsonText } from '../../binary/json';
import { isZeroField } from '../../binary/leafField';
import { markdownTable, markdownText } from '../../binary/markdown';
import { exportC } from './exportC';
import { EXPORT_FORMS, type ExportForm, type ExportId } from './exportForms';
import { vmsaFindings } from '../checks';
import { vmsaFields, vmsaSummary, type VmsaField } from '../page';
import { decodePage, type VmsaPage } from '../vmsaPage';
import { pageJson } from './pageJson';
import { sevctlJson } from './sevctlJson';

/** One form, and the function that writes it. */
export interface PageExport extends ExportForm<ExportId> {
  /** Writes the page in this form. @param name of the page, for forms that mention it */
  readonly write: (page: Uint8Array, name: string) => string | Uint8Array;
}

/** The fields of a page that are not zero. */
export function fieldsSet(fields: readonly VmsaField[]): VmsaField[] {
  return fields.filter((f) => !isZeroField(f));
}

function markdown(page: VmsaPage, name: string): string {
  const fields = fieldsSet(vmsaFields(page));
  const findings = vmsaFindings(page).map(
    (f) => `- ${f.severity} \`${f.rule}\` at ${hex(f.offset, 3)}: ${markdownText(f.message)}`,
  );
  return [
    `# ${markdownText(name)}`,
    '',
    `VMSA, ${markdownText(vmsaSummary(page))}. The ${countOf(fields.length, 'field')} that ${fields.length === 1 ? 'is' : 'are'} not zero:`,
    '',
    ...markdownTable(
      ['offset', 'field', 'value', 'meaning'],
      fields.map((f) => [
        hex(f.offset, 3),
        `\`${f.name}\``,
        `\`${exactText(f.value, f.size)}\``,
        markdownText(f.meaning),
      ]),
    ),
    ...(findings.length > 0 ? ['', ...findings] : []),
    '',
  ].join('\n');
}

/** RFC 4180: every line ends with CRLF, and a cell with a comma, a quote or a line break is quoted. */
function csv(page: VmsaPage): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = vmsaFields(page).map((f) => [
    hex(f.offset, 3),
    `${f.size}`,
    f.name,
    f.group,
    exactText(f.value, f.size),
    f.meaning,
    f.doc,
  ]);
  return [['offset', 'size', 'name', 'group', 'value', 'meaning', 'doc'], ...rows]
    .map((row) => `${row.map(cell).join(',')}\r\n`)
    .join('');
}

/** As `xxd -g 1` prints it: single bytes have no order that a reader could mistake, and `xxd -r` restores the page. */
function hexDump(page: Uint8Array): string {
  let text = '';
  for (let at = 0; at < page.length; at += 16) {
    const row = [...page.subarray(at, at + 16)];
    const pairs = row.map((b) => b.toString(16).padStart(2, '0'));
    const chars = row.map((b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '.'));
    text += `${at.toString(16).padStart(8, '0')}: ${pairs.join(' ')}  ${chars.join('')}\n`;
  }
  return text;
}

/** In lines of 76 characters, as in MIME and base64(1). */
function base64(page: Uint8Array): string {
  return toBase64(page).replaceAll(/.{1,76}/g, '$&\n');
}

const WRITERS: Readonly<Record<ExportId, PageExport['write']>> = {
  bin: (page) => page,
  json: (page, name) => `${jsonText(pageJson(decodePage(page), name))}\n`,
  sevctl: sevctlJson,
  c: exportC,
  markdown: (page, name) => markdown(decodePage(page), name),
  csv: (page) => csv(decodePage(page)),
  hex: hexDump,
  base64,
};

/** Every form, the page itself first. */
export const EXPORTS: readonly PageExport[] = EXPORT_FORMS.map((form) => ({
  ...form,
  write: WRITERS[form.id],
}));

/** Finds a form by name. */
export function findExport(id: string): PageExport | undefined {
  return EXPORTS.find((e) => e.id === id);
}
