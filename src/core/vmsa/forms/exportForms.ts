// The forms in which a page can be exported, as people choose among them; exportPage.ts writes them.

/** One form. */
export interface ExportForm<Id extends string = string> {
  readonly id: Id;
  /** A short title for lists of choices. */
  readonly title: string;
  /** The usual file extension, without the dot. */
  readonly extension: string;
  /** What gets lost, or who reads it. */
  readonly doc: string;
}

/** Every form, the page itself first. */
export const EXPORT_FORMS = [
  {
    id: 'bin',
    title: 'Raw page',
    extension: 'vmsa',
    doc: 'the 4096 bytes, as QEMU, sevctl and virt-qemu-sev-validate take them',
  },
  {
    id: 'json',
    title: 'JSON',
    extension: 'json',
    doc: 'every field with its value and meaning, as "vmsa show --json" prints it',
  },
  {
    id: 'sevctl',
    title: 'sevctl JSON',
    extension: 'json',
    doc: 'what "sevctl vmsa show" prints; the bytes from 0x408 up, such as the FPU state, are not in it',
  },
  {
    id: 'c',
    title: 'C initialiser',
    extension: 'c',
    doc: "a variable of Linux's struct sev_es_save_area; bytes outside of it in a comment",
  },
  {
    id: 'markdown',
    title: 'Markdown table',
    extension: 'md',
    doc: 'the fields that are not zero, for an issue or a mail',
  },
  {
    id: 'csv',
    title: 'CSV',
    extension: 'csv',
    doc: 'every field, for a spreadsheet (RFC 4180)',
  },
  {
    id: 'hex',
    title: 'Hex dump',
    extension: 'hex',
    doc: 'every byte, as "xxd -g 1" prints it',
  },
  {
    id: 'base64',
    title: 'Base64',
    extension: 'b64',
    doc: 'every byte, in lines of 76 characters',
  },
] as const satisfies readonly ExportForm[];

/** The name of a form. */
export type ExportId = (typeof EXPORT_FORMS)[number]['id'];

/** Finds a form by name. */
export function findForm(id: string): ExportForm<ExportId> | undefined {
  return EXPORT_FORMS.find((form) => form.id === id);
}
