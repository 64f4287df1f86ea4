// `sevscope ovmf diff`: the differences between two images, and whose measurement they change.

import type { Command } from 'commander';
import { compareImages } from '../core/ovmf/compare/compare';
import { compareWhole } from '../core/ovmf/compare/compareWhole';
import {
  comparisonLines,
  imageComparisonJson,
  imageComparisonMarkdown,
} from '../core/ovmf/compare/exportComparison';
import { parseFirmware } from '../core/ovmf/firmwareFile';
import { decompressing } from '../tasks/decompressThread';
import type { Io } from '../app/io';
import { nameOfInput, readWhole } from '../app/vmsaFile';
import { refuseOther } from './otherFiles';
import { printJson, type Output } from './output';

interface DiffOptions {
  readonly json?: true;
  readonly markdown?: true;
}

/** Adds `ovmf diff` to the commands on images; `exit` receives the status for images that differ. */
export function addOvmfDiffCommand(io: Io, ovmf: Command, out: Output, exit: (status: number) => void): void {
  ovmf
    .command('diff <first> <second>')
    .description('compare two images; exit status 1 when they differ')
    .option('--json', 'print JSON')
    .option('--markdown', 'print Markdown')
    .action(async (first: string, second: string, options: DiffOptions) => {
      if (await diffImages(io, first, second, options, out)) exit(1);
    });
}

/** Whether the images differ. */
async function diffImages(
  io: Io,
  first: string,
  second: string,
  { json, markdown }: DiffOptions,
  out: Output,
): Promise<boolean> {
  const read = async (file: string) => {
    const bytes = await readWhole(io, file);
    const image = parseFirmware(bytes).value;
    refuseOther(nameOfInput(file), image);
    return { bytes, image };
  };
  const [a, b] = [await read(first), await read(second)];
  const volumes = await decompressing(io, (decompress) => compareWhole(a, b, decompress));
  const comparison = compareImages(a, b, { volumes });
  const names = { a: nameOfInput(first), b: nameOfInput(second) };
  if (json) printJson(out, imageComparisonJson(comparison, names));
  else {
    const lines = markdown
      ? imageComparisonMarkdown(comparison, names).trimEnd().split('\n')
      : comparisonLines(comparison, names);
    out.lines(lines);
  }
  return !comparison.equal;
}
