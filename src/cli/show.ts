// `sevscope show FILE`: what a file is, and everything in it. What it is its content decides.

import type { Command } from 'commander';
import * as appErrors from '../app/errors';
import { readReportFile } from '../app/reportFile';
import { findReport } from '../core/report/forms/findReport';
import { decodeReport } from '../core/report/report';
import { endsOf, type FileKind } from '../core/ovmf/kinds/fileKind';
import { kindInTable } from '../core/ovmf/kinds/table';
import { isTextKind } from '../core/ovmf/kinds/text';
import { findIdBlocks } from '../core/tech/snp/idBlockText';
import { findPages } from '../core/vmsa/forms/findPages';
import type { Io } from '../app/io';
import { chooseState, nameOfInput, readWhole } from '../app/vmsaFile';
import * as errors from './errors';
import { redactOption, vcpuOption } from './options';
import type { Output } from './output';
import { showIdBlock } from './idBlockShow';
import { showOvmf } from './ovmf';
import { noteState } from './pages';
import { showReport } from './reportShow';
import { showState } from './vmsaShow';

interface ShowOptions {
  readonly all?: true;
  readonly json?: true;
  readonly redact?: true;
  readonly vcpu?: number;
}

/** Adds `show`. */
export function addShowCommand(io: Io, program: Command, out: Output): void {
  program
    .command('show <file>')
    .description(
      'decode a firmware image, a VMSA page, an attestation report or an ID block, whichever the file is',
    )
    .option('--all', 'print fields that are zero, too')
    .option('--json', 'print JSON')
    .addOption(vcpuOption())
    .addOption(redactOption())
    .action(async (file: string, options: ShowOptions) => {
      // Of a folder only that of configfs-tsm can be shown.
      if (file !== '-' && (await io.stat(file)).kind === 'folder')
        showReport(await readReportFile(io, file), file, reportOptions(options), out);
      else await showFile(io, await readWhole(io, file), file, options, out);
    });
}

/** The options of reports. @throws CheckError (usage) for one that a report has no use for */
function reportOptions({ vcpu, ...options }: ShowOptions): Omit<ShowOptions, 'vcpu'> {
  if (vcpu !== undefined) throw errors.oddOption('--vcpu', 'an attestation report is of no vCPU');
  return options;
}

/** A text of at least 64 KiB may be an image as well as the pages of several vCPUs. */
const mayBeImage = ({ length }: Uint8Array, kind: FileKind | undefined): boolean =>
  length >= 2 ** 16 && kind?.role === 'container';

/** Kinds of which the readers of pages say more. */
const KNOWN_BESIDE_PAGES: readonly string[] = ['vmsa', 'report', 'report-response'];

/**
 * Prints the report, the page, or the part of one, that a file contains in any form; a file without a page is treated as firmware,
 * broken or not.
 * @throws CheckError (usage) for a file that is known to be neither
 */
async function showFile(
  io: Io,
  bytes: Uint8Array,
  file: string,
  options: ShowOptions,
  out: Output,
): Promise<void> {
  const name = nameOfInput(file);
  // No page and no image begins like one.
  const report = findReport(bytes);
  if (!('reason' in report)) {
    showReport({ report: decodeReport(report.bytes), found: report }, name, reportOptions(options), out);
    return;
  }
  if (options.redact)
    throw errors.oddOption('--redact', 'only an attestation report names a machine or a guest');
  const ids = findIdBlocks(bytes);
  if (ids) {
    showIdBlock(ids, io.hashes, options, out);
    return;
  }
  const kind = kindInTable(endsOf(bytes));
  // Texts hold pages, too. Bytes that are no text and are known by their magic are no page, whatever they look like.
  if (kind && !isTextKind(kind) && !KNOWN_BESIDE_PAGES.includes(kind.id))
    throw appErrors.nothingToShow(name, kind);
  const read = findPages(bytes);
  const isOfPage = !('reason' in read) || read.partial !== undefined;
  if (isOfPage || (read.format !== undefined && !mayBeImage(bytes, kind))) {
    const state = chooseState(file, read, options.vcpu);
    noteState(file, state, out);
    showState(state, name, options, out);
  } else if (kind) {
    throw appErrors.nothingToShow(name, kind, read.format === undefined ? undefined : read.reason);
  } else {
    await showOvmf(io, bytes, name, options, out);
  }
}
