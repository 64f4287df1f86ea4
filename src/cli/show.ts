// `sevscope show FILE`: what a file is, and everything in it.

import type { Command } from 'commander';
import { findPages } from '../core/vmsa/forms/findPages';
import type { Io } from '../app/io';
import { chooseState, fileName, readWhole } from '../app/vmsaFile';
import { vcpuOption } from './options';
import type { Output } from './output';
import { showOvmf } from './ovmf';
import { noteState } from './pages';
import { showState } from './vmsaShow';

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

/** Prints the page, or the part of one, that a file contains in any form; a file without a page is treated as firmware, broken or not. */
function showFile(bytes: Uint8Array, file: string, options: ShowOptions, out: Output): void {
  const name = fileName(file);
  const read = findPages(bytes);
  if (!('reason' in read) || read.format !== undefined) {
    const state = chooseState(file, read, options.vcpu);
    noteState(file, state, out);
    showState(state, name, options, out);
  } else {
    showOvmf(bytes, name, options, out);
  }
}
