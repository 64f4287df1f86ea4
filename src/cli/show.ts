// `sevscope show FILE`: what a file is, and everything in it.

import type { Command } from 'commander';
import * as appErrors from '../app/errors';
import { findPages } from '../core/vmsa/forms/findPages';
import type { Io } from '../app/io';
import { choosePage, fileName, readWhole } from '../app/vmsaFile';
import { vcpuOption } from './options';
import type { Output } from './output';
import { showOvmf } from './ovmf';
import { notePage } from './pages';
import { showVmsa } from './vmsaShow';

interface ShowOptions {
  readonly all?: true;
  readonly json?: true;
  readonly vcpu?: number;
}

/** Adds `show`. */
export function addShowCommand(io: Io, program: Command, out: Output): void {
  program
    .command('show <file>')
    .description('decode a firmware image or a VMSA page, whichever the file is')
    .option('--all', 'print fields that are zero, too')
    .option('--json', 'print JSON')
    .addOption(vcpuOption())
    .action(async (file: string, options: ShowOptions) => {
      showFile(await readWhole(io, file), file, options, out);
    });
}

/** Prints the page that a file contains in any form; a file without a page is treated as firmware, broken or not. */
function showFile(bytes: Uint8Array, file: string, options: ShowOptions, out: Output): void {
  const name = fileName(file);
  const read = findPages(bytes);
  if (!('reason' in read)) {
    const page = choosePage(file, read, options.vcpu);
    notePage(file, read, options.vcpu ?? 0, page, out);
    showVmsa(page.bytes, name, options, out);
  } else if (read.format !== undefined) {
    throw appErrors.notAPage(name, read.reason);
  } else {
    showOvmf(bytes, name, options, out);
  }
}
