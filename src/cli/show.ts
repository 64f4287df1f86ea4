// `sevscope show FILE` and `sevscope ovmf show FILE`: what a file is, and everything that is in it.

import type { Command } from 'commander';
import * as errors from '../core/errors';
import { byteCount, hex } from '../core/hex';
import { parseOvmf } from '../core/ovmf/image';
import type { Region } from '../core/region';
import { readPages } from '../core/vmsa/readPages';
import { choosePage, fileName, readWhole } from '../files/vmsaFile';
import { columns, findingLines, printJson, type Output } from './output';
import { vcpuOption } from './options';
import { notePage } from './pages';
import { showVmsa } from './vmsaShow';

interface ShowOptions {
  readonly all?: true;
  readonly json?: true;
  readonly vcpu?: number;
}

/** Adds `show` and `ovmf show`. */
export function addShowCommands(program: Command, out: Output): void {
  program
    .command('show <file>')
    .description('decode a firmware image or a VMSA page, whichever the file is')
    .option('--all', 'print fields that are zero, too')
    .option('--json', 'print JSON')
    .addOption(vcpuOption())
    .action(async (file: string, options: ShowOptions) => {
      showFile(await readWhole(file), file, options, out);
    });
  program
    .command('ovmf')
    .description('look into OVMF images')
    .command('show <file>')
    .description('decode the GUIDed table and what it points to')
    .option('--json', 'print JSON')
    .action(async (file: string, options: { json?: true }) => {
      showOvmf(await readWhole(file), fileName(file), options, out);
    });
}

/** Prints the page that a file holds in any form; what is none is looked at as firmware, broken or not. */
function showFile(bytes: Uint8Array, file: string, options: ShowOptions, out: Output): void {
  const name = fileName(file);
  const read = readPages(bytes);
  if (!('reason' in read)) {
    const page = choosePage(file, read, options.vcpu);
    notePage(file, read, options.vcpu ?? 0, page, out);
    showVmsa(page.bytes, name, options, out);
  } else if (read.format !== undefined) {
    throw errors.notAPage(name, read.reason);
  } else {
    showOvmf(bytes, name, options, out);
  }
}

/** Prints an image: what it supports, its regions with their fields, and what is odd about it. */
function showOvmf(bytes: Uint8Array, file: string, options: { json?: true }, out: Output): void {
  const { value: image, findings } = parseOvmf(bytes);
  if (options.json) {
    printJson(out, { file, kind: 'ovmf', ...image, findings });
    return;
  }
  const what = image.table ? 'OVMF image' : 'no OVMF image that can be recognised';
  out.line(`${file}: ${what}, ${byteCount(bytes.length)}, mapped at ${hex(image.base, 8)}`);
  const supports = image.supports.map((s) => [s.feature, s.ok ? 'yes' : 'no', s.reason]);
  columns(supports, '  ').forEach((line) => {
    out.line(line);
  });
  for (const region of image.regions) printRegion(region, '', out);
  findingLines(findings).forEach((line) => {
    out.line(line);
  });
}

function printRegion(region: Region, indent: string, out: Output): void {
  if (indent === '') out.line('');
  out.line(`${indent}${hex(region.offset, 6)}  ${region.name}, ${byteCount(region.size)}`);
  const fields = region.fields.map((f) => [hex(f.offset, 6), f.name, f.raw, f.meaning]);
  columns(fields, `${indent}    `).forEach((line) => {
    out.line(line);
  });
  for (const child of region.children) printRegion(child, `${indent}  `, out);
}
