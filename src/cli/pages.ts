// How commands read the page of a vCPU: from a file in any form, with notes about the choice on standard error.

import type { Io } from '../app/io';
import {
  numbered,
  readStateFile,
  readVmsaFile,
  nameOfInput,
  type StateFile,
  type VmsaFile,
} from '../app/vmsaFile';
import type { PagesRead, SourcePage } from '../core/vmsa/forms/findPages';
import type { Output } from './output';

/** Prints which of several pages is used, and how a page that is not raw was read. */
export function notePage(file: string, read: PagesRead, vcpu: number, page: SourcePage, out: Output): void {
  const count = read.pages.length;
  const name = nameOfInput(file);
  if (count > 1)
    out.note(
      `${name}: ${read.title}, ${count} pages; this is ${numbered(page.label, vcpu)} (--vcpu chooses another)`,
    );
  if (page.note !== undefined) out.note(`${name}: ${read.title}. ${page.note}`);
}

/** The page of a vCPU. @throws CheckError (usage) when the file contains none */
export async function readPage(
  io: Io,
  file: string,
  vcpu: number | undefined,
  out: Output,
): Promise<VmsaFile> {
  const found = await readVmsaFile(io, file, { vcpu });
  notePage(file, found.read, found.vcpu, found.page, out);
  return found;
}

/** Prints which of several states is used, how it was read, and what is known of it. */
export function noteState(file: string, state: StateFile, out: Output): void {
  const name = nameOfInput(file);
  const { title, count, label, notes, part } = state;
  const of = part ? 'dumps' : 'pages';
  if (count > 1) out.note(`${name}: ${title}, ${count} ${of}; this is ${label} (--vcpu chooses another)`);
  if (notes.length > 0) out.note(`${name}: ${title}. ${notes.join(' ')}`);
}

/** The page of a vCPU, or what is known of it. @throws CheckError (usage) when the file contains none */
export async function readState(
  io: Io,
  file: string,
  vcpu: number | undefined,
  out: Output,
): Promise<StateFile> {
  const state = await readStateFile(io, file, vcpu);
  noteState(file, state, out);
  return state;
}
