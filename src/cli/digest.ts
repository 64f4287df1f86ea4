// `sevscope digest`: the launch digest that a guest must have, as sev-snp-measure prints it, or the measurement
// that a platform must report; for one launch, or with --matrix for a table of launches.

import type { Command } from 'commander';
import { setImmediate } from 'node:timers/promises';
import * as errors from './errors';
import { bytesToHex, hex, toBase64 } from '../core/binary/hex';
import { jsonText } from '../core/binary/json';
import { matrixRows, type MatrixRequest, type MatrixRow } from '../core/check/matrix';
import { needsOf } from '../core/vmsa/launch/generate';
import type { DigestReading } from '../app/digestLaunch';
import type { Io } from '../app/io';
import { readLaunch, readOvmfHash, readSevDigest } from './digestInputs';
import { withMeasure, type Measure } from './digestMeasure';
import {
  addDigestOptions,
  cpuList,
  profilesFrom,
  vcpuCounts,
  vcpuFrom,
  type DigestOptions,
} from './digestOptions';
import { printJson, type Output } from './output';

/** Rows between two turns of the event loop. */
const ROWS_AT_ONCE = 64;

/** Adds the command. */
export function addDigestCommand(io: Io, program: Command, out: Output): void {
  const command = program
    .command('digest')
    .description('compute launch digests, or the measurements that a platform reports');
  addDigestOptions(command).action(async (options: DigestOptions) => {
    checkTogether(options);
    if (options.mode === 'snp:ovmf-hash') await printOvmfHash(io, options, out);
    else
      await withMeasure(io, options, out, (measure) =>
        options.matrix ? printMatrix(io, options, measure, out) : printOne(io, options, measure, out),
      );
  });
}

/** Rejects options that contradict each other, before anything is read. */
function checkTogether(options: DigestOptions): void {
  const { mode, matrix, cpus, cpu, output, json } = options;
  if (matrix && !['seves', 'snp'].includes(mode))
    throw errors.oddOption('--matrix', `--mode ${mode} measures no vCPUs, so there is one digest only`);
  if (!matrix && cpus !== undefined) throw errors.oddOption('--cpu', 'it is for --matrix; use --vcpu-type');
  if (!matrix && output !== undefined) throw errors.oddOption('--output', 'it is for --matrix');
  if (matrix && json) throw errors.oddOption('--json', 'the form of a table is --format json');
  if (matrix && cpus !== undefined && cpu !== undefined) throw errors.twoCpus();
  if (options.features !== undefined && mode !== 'snp')
    throw errors.oddOption('--guest-features', 'it is for --mode snp; SEV-ES has profiles');
  if (options.firmwareDigest !== undefined && mode !== 'snp')
    throw errors.oddOption('--snp-ovmf-hash', 'it is for --mode snp');
}

/** How files are read: warnings are kept for the JSON, or printed at once. */
function readingFor({ json }: DigestOptions, out: Output): DigestReading & { readonly warnings: string[] } {
  const warnings: string[] = [];
  const warn = (text: string) => {
    if (json) warnings.push(text);
    else out.note(`WARNING: ${text}`);
  };
  return { warnings, warn, onProgress: out.onProgress };
}

async function printOvmfHash(io: Io, options: DigestOptions, out: Output): Promise<void> {
  const reading = readingFor(options, out);
  printDigest(await readOvmfHash(io, options, reading), options, out, reading);
}

/** What to digest, from options that name one launch or several. */
async function requestOf(io: Io, options: DigestOptions, reading: DigestReading): Promise<MatrixRequest> {
  const { matrix, mode, vcpus, cpus: listed } = options;
  if (vcpus === undefined) throw errors.digestNeeds('--vcpus', `--mode ${mode} measures each vCPU`);
  const counts = vcpuCounts(vcpus, matrix === true);
  const profiles = profilesFrom(options);
  const one = vcpuFrom(options);
  const cpus = one ? [one] : matrix ? cpuList(listed ?? 'all') : [];
  if (cpus.length === 0 && profiles.some((p) => needsOf(p, 'bsp').cpu)) throw errors.cpuNeeded();
  return { profiles, cpus, counts, ...(await readLaunch(io, options, reading)) };
}

async function printOne(
  io: Io,
  options: DigestOptions,
  measure: Measure | undefined,
  out: Output,
): Promise<void> {
  const reading = readingFor(options, out);
  if (options.mode === 'sev') {
    printDigest(await readSevDigest(io, options, reading), options, out, reading, measure);
    return;
  }
  for (const row of matrixRows(await requestOf(io, options, reading)))
    printDigest(row.digest, options, out, reading, measure, row);
}

/** Prints one digest or measurement in the requested form. */
function printDigest(
  digest: Uint8Array,
  { outputFormat, json, mode }: DigestOptions,
  out: Output,
  { warnings }: { readonly warnings: readonly string[] },
  measure?: Measure,
  row?: MatrixRow,
): void {
  const measurement = measure?.(digest);
  if (json)
    printJson(out, {
      mode,
      ...(row && { profile: row.profile, cpu: row.cpu, vcpus: row.vcpus }),
      launchDigest: digest,
      measurement,
      ...(warnings.length > 0 && { warnings }),
    });
  else out.line(measurement ?? (outputFormat === 'hex' ? bytesToHex(digest) : toBase64(digest)));
}

/** A row with its value as text, keyed by column name. */
function cellsOf({ profile, cpu, signature, vcpus, digest }: MatrixRow, measure: Measure | undefined) {
  const value = measure ? { measurement: measure(digest) } : { launchDigest: bytesToHex(digest) };
  return { profile, cpu, signature: signature === undefined ? '' : hex(signature, 8), vcpus, ...value };
}

type Cells = ReturnType<typeof cellsOf>;

/** A table as text, a few rows at a time. */
async function* matrixText(rows: Iterable<Cells>, format: DigestOptions['format']): AsyncGenerator<string> {
  let part = '';
  let count = 0;
  for (const row of rows) {
    if (format === 'csv')
      part += `${count === 0 ? `${Object.keys(row).join(',')}\r\n` : ''}${Object.values(row).join(',')}\r\n`;
    else part += `${count === 0 ? '[\n' : ',\n'}  ${jsonText(row).replaceAll(/\n */g, ' ')}`;
    if (++count % ROWS_AT_ONCE !== 0) continue;
    yield part;
    part = '';
    // Signals arrive only between turns of the event loop.
    await setImmediate();
  }
  yield format === 'csv' ? part : `${part}\n]\n`;
}

async function printMatrix(
  io: Io,
  options: DigestOptions,
  measure: Measure | undefined,
  out: Output,
): Promise<void> {
  const request = await requestOf(io, options, readingFor(options, out));
  function* rows() {
    for (const row of matrixRows(request)) yield cellsOf(row, measure);
  }
  const text = matrixText(rows(), options.format);
  if (options.output !== undefined) await io.write(options.output, text);
  else for await (const part of text) out.data(part);
}
