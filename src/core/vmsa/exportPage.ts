// The forms in which a page can be written, in one table: for the command line's `vmsa export` and the editor's menu.

import { exactText } from '../describe';
import { hex, toBase64 } from '../hex';
import { jsonText } from '../json';
import { markdownTable, markdownText } from '../markdown';
import { exportC } from './exportC';
import { isZeroField, vmsaFields, vmsaFindings, vmsaSummary, type VmsaField } from './page';
import { pageJson } from './pageJson';
import { sevctlJson } from './sevctlJson';

/** One form. */
export interface PageExport<Id extends string = string> {
  readonly id: Id;
  /** A few words for lists of choices. */
  readonly title: string;
  /** The usual end of a file name, without the dot. */
  readonly extension: string;
  /** What is lost, or who reads it. */
  readonly doc: string;
  /** The page in this form. @param name what the page is called in texts that name it */
  write(page: Uint8Array, name: string): string | Uint8Array;
}

/** The fields of a page that are not zero. */
export function fieldsSet(fields: readonly VmsaField[]): VmsaField[] {
  return fields.filter((f) => !isZeroField(f));
}

function markdown(page: Uint8Array, name: string): string {
  const fields = fieldsSet(vmsaFields(page));
  const findings = vmsaFindings(page).map(
    (f) => `- ${f.severity} \`${f.rule}\` at ${hex(f.offset, 3)}: ${markdownText(f.message)}`,
  );
  return [
    `# ${markdownText(name)}`,
    '',
    `VMSA, ${markdownText(vmsaSummary(page))}. Fields that are not here are zero.`,
    '',
    ...markdownTable(
      ['offset', 'field', 'value', 'meaning'],
      fields.map((f) => [hex(f.offset, 3), `\`${f.name}\``, `\`${f.raw}\``, markdownText(f.meaning)]),
    ),
    ...(findings.length > 0 ? ['', ...findings] : []),
    '',
  ].join('\n');
}

/** RFC 4180: every line ends with CRLF, and a cell with a comma, a quote or a line break is in quotes. */
function csv(page: Uint8Array): string {
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

/** As xxd prints it, so that `xxd -r` makes the page again. */
function hexDump(page: Uint8Array): string {
  let text = '';
  for (let at = 0; at < page.length; at += 16) {
    const row = [...page.subarray(at, at + 16)];
    const pairs = row.map((b, i) => b.toString(16).padStart(2, '0') + (i % 2 === 1 ? ' ' : ''));
    const chars = row.map((b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '.'));
    text += `${at.toString(16).padStart(8, '0')}: ${pairs.join('')} ${chars.join('')}\n`;
  }
  return text;
}

/** In lines of 76 characters, as MIME and base64(1) have them. */
function base64(page: Uint8Array): string {
  return toBase64(page).replaceAll(/.{1,76}/g, '$&\n');
}

/** Every form, the page itself first. */
export const EXPORTS = [
  {
    id: 'bin',
    title: 'Raw page',
    extension: 'vmsa',
    doc: 'the 4096 bytes, as QEMU, sevctl and virt-qemu-sev-validate take them',
    write: (page) => page,
  },
  {
    id: 'json',
    title: 'JSON',
    extension: 'json',
    doc: 'every field with its value and meaning, as "vmsa show --json" prints it',
    write: (page, name) => `${jsonText(pageJson(page, name))}\n`,
  },
  {
    id: 'sevctl',
    title: 'sevctl JSON',
    extension: 'json',
    doc: 'what "sevctl vmsa show" prints; the bytes from 0x408 up, such as the FPU state, are not in it',
    write: sevctlJson,
  },
  {
    id: 'c',
    title: 'C initialiser',
    extension: 'c',
    doc: "a variable of Linux's struct sev_es_save_area; bytes outside of it in a comment",
    write: exportC,
  },
  {
    id: 'markdown',
    title: 'Markdown table',
    extension: 'md',
    doc: 'the fields that are not zero, for an issue or a mail',
    write: markdown,
  },
  {
    id: 'csv',
    title: 'CSV',
    extension: 'csv',
    doc: 'every field, for a spreadsheet (RFC 4180)',
    write: csv,
  },
  {
    id: 'hex',
    title: 'Hex dump',
    extension: 'hex',
    doc: 'every byte, as xxd prints it',
    write: hexDump,
  },
  {
    id: 'base64',
    title: 'Base64',
    extension: 'b64',
    doc: 'every byte, in lines of 76 characters',
    write: base64,
  },
] as const satisfies readonly PageExport[];

/** The name of a form. */
export type ExportId = (typeof EXPORTS)[number]['id'];

/** The form with this name. */
export function findExport(id: string): PageExport<ExportId> | undefined {
  return EXPORTS.find((e) => e.id === id);
}
