// `sevscope vmsa show` and `vmsa export`: a page as text for a person, or in a form for another program.

import * as errors from './errors';
import { hex } from '../core/binary/hex';
import type { ExportId } from '../core/vmsa/forms/exportForms';
import { fieldsSet, findExport } from '../core/vmsa/forms/exportPage';
import { vmsaFindings } from '../core/vmsa/checks';
import { describeChange } from '../core/vmsa/compare/openFeatures';
import { identify } from '../core/vmsa/compare/identify';
import type { PartialPage } from '../core/vmsa/forms/findPages';
import { pageJson, partJson } from '../core/vmsa/forms/pageJson';
import { groupFields, stateSummary, vmsaFields, vmsaSummary, type VmsaField } from '../core/vmsa/page';
import { whyNoState } from '../core/vmsa/pageKind';
import { FIELDS_OF_PAGE, knownFields, unknownByGroup } from '../core/vmsa/part';
import { knownFindings } from '../core/vmsa/partChecks';
import type { VmsaPage } from '../core/vmsa/vmsaPage';
import type { Io } from '../app/io';
import { nameOfInput, type StateFile } from '../app/vmsaFile';
import { columns, findingLines, printJson, type Output } from './output';
import { readPage } from './pages';

/** Prints a page, or what is known of it: as text without the zero fields, or as JSON with all fields. */
export function showState(
  { page, partial, title }: StateFile,
  file: string,
  options: { all?: true; json?: true },
  out: Output,
): void {
  if (partial) showPart(page, partial, file, title, options, out);
  else showPage(page, file, options, out);
}

function printFields(fields: readonly VmsaField[], out: Output): void {
  const rows = columns(
    fields.map((f) => [hex(f.offset, 3), f.name, f.raw, f.meaning]),
    '  ',
  );
  for (const { group, fields: members } of groupFields(fields)) {
    out.line('');
    out.line(group);
    for (const field of members) out.line(rows[fields.indexOf(field)]!);
  }
}

function showPage(page: VmsaPage, file: string, options: { all?: true; json?: true }, out: Output): void {
  if (options.json) {
    printJson(out, pageJson(page, file));
    return;
  }
  const fields = vmsaFields(page);
  const isState = whyNoState(page) === undefined;
  out.line(`${file}: ${isState ? 'VMSA, ' : ''}${vmsaSummary(page)}`);
  // The fields of what is no VMSA mean nothing.
  const shown = options.all ? fields : isState ? fieldsSet(fields) : [];
  printFields(shown, out);
  findingLines(vmsaFindings(page)).forEach((line) => {
    out.line(line);
  });
  if (options.all) return;
  out.line('');
  out.line(
    isState
      ? `${fields.length - shown.length} fields are zero (--all prints them).`
      : '--all prints the bytes as the fields of a VMSA.',
  );
}

function showPart(
  page: VmsaPage,
  partial: PartialPage,
  file: string,
  title: string,
  options: { all?: true; json?: true },
  out: Output,
): void {
  if (options.json) {
    printJson(out, partJson(page, partial, file, title));
    return;
  }
  const { part, label } = partial;
  out.line(`${file}: ${title}, ${label}: ${stateSummary(page)}`);
  const agreeing = identify(page, part);
  for (const { profile, roles, features } of [...agreeing.exact, ...agreeing.withFeatures]) {
    const change = features ? `, ${describeChange(features)}` : '';
    const measured = profile.kind === 'launch' ? '' : '; no launch measures it';
    out.line(`  agrees with ${profile.id}, ${roles.join(' and ')}: ${profile.title}${change}${measured}`);
  }
  const fields = knownFields(page, part);
  const shown = options.all ? fields : fieldsSet(fields);
  printFields(shown, out);
  findingLines(knownFindings(page, part)).forEach((line) => {
    out.line(line);
  });
  out.line('');
  if (!options.all) out.line(`${fields.length - shown.length} fields are zero (--all prints them).`);
  out.line(`${FIELDS_OF_PAGE - fields.length} fields are not known: ${unknownByGroup(part)}.`);
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
  const text = form.write(page.bytes, nameOfInput(file));
  if (options.output !== undefined) {
    await io.write(options.output, text);
    out.line(`${options.output}: ${form.title} of ${nameOfInput(file)}`);
  } else if (typeof text !== 'string' && out.isTerminal) {
    throw errors.binaryToTerminal();
  } else {
    out.data(text);
  }
}
