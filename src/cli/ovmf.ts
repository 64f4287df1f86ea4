// `sevscope ovmf show`, `ovmf lint` and `ovmf diff`: the tables, metadata and firmware volumes of an image, and
// what is wrong with them.

import type { Command } from 'commander';
import { byteCount, countOf, hex } from '../core/binary/hex';
import { SEVERITIES } from '../core/binary/region';
import { bySeverity, lintOvmf } from '../core/ovmf/lint';
import type { ImageFacts } from '../core/ovmf/facts';
import { DAMAGED } from '../core/ovmf/kinds/fileKind';
import { VARIABLES } from '../core/ovmf/kinds/variables';
import { STATE_WORDS } from '../core/ovmf/support';
import type { Finding, Region } from '../core/binary/region';
import { undecoded } from '../core/ovmf/volumes/undecoded';
import { decompressing } from '../tasks/decompressThread';
import type { Io } from '../app/io';
import { nameOfInput, readWhole } from '../app/vmsaFile';
import { refuseOther } from './otherFiles';
import { columns, findingLine, findingLines, printJson, type Output } from './output';
import { addOvmfDiffCommand } from './ovmfDiff';
import { nodesJson, volumeLines } from './volumes';

/** How to print an image. */
export interface OvmfOptions {
  readonly json?: true;
  /** List all files and variables, too. */
  readonly volumes?: true;
}

const KINDS: Readonly<Record<ImageFacts['kind'], string>> = {
  image: 'OVMF image',
  damaged: DAMAGED,
  variables: VARIABLES,
  unknown: 'no OVMF image that can be recognised',
};

/** Adds `ovmf show`, `ovmf lint` and `ovmf diff`. */
export function addOvmfCommands(io: Io, program: Command, out: Output, exit: (status: number) => void): void {
  const ovmf = program.command('ovmf').description('look into OVMF images');
  ovmf
    .command('show <file>')
    .description('decode the GUIDed table, what it points to, and the firmware volumes')
    .option('--volumes', 'list all files and variables of the volumes')
    .option('--json', 'print JSON')
    .action(async (file: string, options: OvmfOptions) => {
      await showOvmf(io, await readWhole(io, file), nameOfInput(file), options, out);
    });
  ovmf
    .command('lint <file>')
    .description('list the findings about an image; exit status 1 when it has errors')
    .option('--json', 'print JSON')
    .action(async (file: string, options: OvmfOptions) => {
      const bytes = await readWhole(io, file);
      const { findings } = await decompressing(io, (decompress) => lintOvmf(bytes, { decompress }));
      printLint(bySeverity(findings), nameOfInput(file), options, out);
      if (findings.some(({ severity }) => severity === 'error')) exit(1);
    });
  addOvmfDiffCommand(io, ovmf, out, exit);
}

/** Reads an image and prints it. @throws CheckError (usage) for a file of another kind */
export async function showOvmf(
  io: Io,
  bytes: Uint8Array,
  file: string,
  options: OvmfOptions,
  out: Output,
): Promise<void> {
  const read = await decompressing(io, (decompress) => lintOvmf(bytes, { decompress }));
  printImage(read, file, options, out);
}

/**
 * Prints an image: what it supports, its regions with their fields, its volumes, and its findings.
 * @throws CheckError (usage) for a file of another kind
 */
export function printImage(
  { value, findings }: ReturnType<typeof lintOvmf>,
  file: string,
  options: OvmfOptions,
  out: Output,
): void {
  const { image, volumes, build, facts } = value;
  refuseOther(file, image);
  const { words, supports, origin } = facts;
  if (options.json) {
    printJson(out, {
      file,
      kind: 'ovmf',
      ...image,
      build: { ...build, words },
      supports,
      origin,
      volumes: nodesJson(volumes.nodes),
      undecoded: undecoded(volumes),
      findings,
    });
    return;
  }
  const where = image.base === undefined ? '' : `, mapped at ${hex(image.base, 8)}`;
  const { fileKind } = image;
  const what = fileKind && fileKind.role !== 'unknown' ? fileKind.words : KINDS[facts.kind];
  out.line(`${file}: ${what}, ${byteCount(image.fileSize)}${where}`);
  const lines = [
    ...(words === '' ? [] : [`  ${words}`]),
    ...supportLines(supports),
    ...(facts.kind === 'image' ? [`  ${facts.releases}`] : []),
    ...image.regions.flatMap((region) => ['', ...regionLines(region, '')]),
    ...volumeLines(volumes.nodes, options.volumes === true),
    ...findingLines(findings),
  ];
  out.lines(lines);
}

const supportLines = (supports: ImageFacts['supports']) =>
  columns(
    supports.map(({ feature, state, reason }) => [feature, STATE_WORDS[state], reason]),
    '  ',
  );

function regionLines(region: Region, indent: string): string[] {
  const fields = region.fields.map((f) => [hex(f.offset, 6), f.name, f.raw, f.meaning]);
  return [
    `${indent}${hex(region.offset, 6)}  ${region.name}, ${byteCount(region.size)}`,
    ...columns(fields, `${indent}    `),
    ...region.children.flatMap((child) => regionLines(child, `${indent}  `)),
  ];
}

function printLint(findings: readonly Finding[], file: string, { json }: OvmfOptions, out: Output): void {
  const counts = SEVERITIES.map((severity) => findings.filter((f) => f.severity === severity).length);
  const [errors = 0, warnings = 0, notes = 0] = counts;
  if (json) {
    printJson(out, { file, kind: 'ovmf', errors, warnings, notes, findings });
    return;
  }
  for (const finding of findings) out.line(findingLine(finding));
  out.line(
    `${file}: ${countOf(errors, 'error')}, ${countOf(warnings, 'warning')}, ${countOf(notes, 'note')}`,
  );
}
