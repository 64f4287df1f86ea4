// `sevscope show FILE` and `sevscope ovmf show FILE`: what a file is, and everything that is in it.

import type { Command } from 'commander';
import { classify, MAX_FILE } from '../core/classify';
import * as errors from '../core/errors';
import { byteCount, hex } from '../core/hex';
import { parseOvmf } from '../core/ovmf/image';
import type { Region } from '../core/region';
import { readUpTo } from '../files/read';
import { columns, findingLines, printJson, type Output } from './output';
import { showVmsa } from './vmsa';

async function readImage(file: string): Promise<Uint8Array> {
  const bytes = await readUpTo(file, MAX_FILE);
  if (bytes.length > MAX_FILE) throw errors.tooLarge(file, MAX_FILE);
  return bytes;
}

/** Adds `show` and `ovmf show`. */
export function addShowCommands(program: Command, out: Output): void {
  program
    .command('show <file>')
    .description('decode a firmware image or a VMSA page, whichever the file is')
    .option('--all', 'print fields that are zero, too')
    .option('--json', 'print JSON')
    .action(async (file: string, options: { all?: true; json?: true }) => {
      const bytes = await readImage(file);
      if (classify(bytes) === 'vmsa') showVmsa(bytes, file, options, out);
      else showOvmf(bytes, file, options, out);
    });
  program
    .command('ovmf')
    .description('look into OVMF images')
    .command('show <file>')
    .description('decode the GUIDed table and what it points to')
    .option('--json', 'print JSON')
    .action(async (file: string, options: { json?: true }) => {
      showOvmf(await readImage(file), file, options, out);
    });
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
