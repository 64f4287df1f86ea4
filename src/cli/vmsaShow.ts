// `sevscope vmsa show` and `vmsa export`: a page as text for a person, or in a form for another program.

import * as errors from './errors';
import { hex } from '../core/binary/hex';
import type { ExportId } from '../core/vmsa/forms/exportForms';
import { fieldsSet, findExport } from '../core/vmsa/forms/exportPage';
import { vmsaFindings } from '../core/vmsa/checks';
import { groupFields, vmsaFields, vmsaSummary } from '../core/vmsa/page';
import { pageJson } from '../core/vmsa/forms/pageJson';
import type { Io } from '../app/io';
import { fileName } from '../app/vmsaFile';
import { columns, findingLines, printJson, type Output } from './output';
import { readPage } from './pages';

/** Prints a page: as text without the zero fields, or as JSON with all fields. */
export function showVmsa(
  page: Uint8Array,
  file: string,
  options: { all?: true; json?: true },
  out: Output,
): void {
  if (options.json) {
    printJson(out, pageJson(page, file));
    return;
  }
  const fields = vmsaFields(page);
  out.line(`${file}: VMSA, ${vmsaSummary(page)}`);
  const shown = options.all ? fields : fieldsSet(fields);
  const rows = columns(
    shown.map((f) => [hex(f.offset, 3), f.name, f.raw, f.meaning]),
    '  ',
  );
  for (const { group, fields: members } of groupFields(shown)) {
    out.line('');
    out.line(group);
    for (const field of members) out.line(rows[shown.indexOf(field)]!);
  }
  findingLines(vmsaFindings(page)).forEach((line) => {
    out.line(line);
  });
  if (!options.all) {
    out.line('');
    out.line(`${fields.length - shown.length} fields are zero (--all prints them).`);
  }
}

/** The options of `vmsa export`. */
export interface ExportOptions {
  readonly as: ExportId;
  readonly output?: string;
  readonly vcpu?: number;
}

/** Writes a page in another form, to a file or to standard output. */
export async function exportVmsa(io: Io, file: string, options: ExportOptions, out: Output): Promise<void> {
  const { page } = await readPage(io, file, options.vcpu, out);
  const form = findExport(options.as)!;
  const text = form.write(page.bytes, fileName(file));
  if (options.output !== undefined) {
    await io.write(options.output, text);
    out.line(`${options.output}: ${form.title} of ${fileName(file)}`);
  } else if (typeof text !== 'string' && out.isTerminal) {
    throw errors.binaryToTerminal();
  } else {
    out.data(text);
  }
}
