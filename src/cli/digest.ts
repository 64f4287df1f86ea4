// `sevscope digest`: the launch digest that a guest must have, as sev-snp-measure prints it, or the measurement
// that a platform must report; for one launch, or with --matrix for a table of launches.

import type { Command } from 'commander';
import { setImmediate } from 'node:timers/promises';
import * as errors from './errors';
import { bytesToHex, toBase64 } from '../core/binary/hex';
import {
  MATRIX_PROFILES,
  matrixRows,
  pagesFor,
  type MatrixRequest,
  type MatrixRow,
} from '../core/check/matrix';
import { needsOf } from '../core/vmsa/launch/generate';
import type { DigestReading } from '../app/digestLaunch';
import type { Io } from '../app/io';
import { refuseOverwriting } from '../app/outputs';
import { readLaunch, readOvmfHash, readSev, type ReadLaunch } from './digestInputs';
import { withMeasure, type Measure } from './digestMeasure';
import {
  addDigestOptions,
  cpuList,
  profilesFrom,
  vcpuCounts,
  vcpuFrom,
  type DigestOptions,
} from './digestOptions';
import { oneLine, printTable } from './digestTable';
import { printJson, type Output } from './output';

/** Rows between two turns of the event loop. */
const ROWS_AT_ONCE = 64;

/** Adds the command. */
export function addDigestCommand(
  io: Io,
  program: Command,
  out: Output,
  exit: (status: number) => void,
): void {
  const command = program
    .command('digest')
    .description('compute launch digests, or the measurements that a platform reports');
  addDigestOptions(command).action(async (given: DigestOptions) => {
    checkTogether(given);
    const options =
      given.inputs === undefined ? given : await (await import('./digestDstack')).withSnpInputs(io, given);
    if (options.mode === 'snp:ovmf-hash') await printOvmfHash(io, options, out);
    else if (options.trace ?? options.compare) await tracePages(io, options, out, exit);
    else
      await withMeasure(io, options, out, (measure) =>
        options.mode === 'sev' ? printSev(io, options, measure, out) : printVcpus(io, options, measure, out),
      );
  });
}

/** Rejects options that contradict each other, before anything is read. */
function checkTogether(options: DigestOptions): void {
  const { mode, matrix, cpus, cpu, output, json, dumpVmsa } = options;
  if (matrix && !(mode in MATRIX_PROFILES))
    throw errors.oddOption('--matrix', `--mode ${mode} measures no vCPUs, so there is one digest only`);
  if (!matrix && cpus !== undefined) throw errors.oddOption('--cpu', 'it is for --matrix; use --vcpu-type');
  if (!matrix && output !== undefined) throw errors.oddOption('--output', 'it is for --matrix');
  if (matrix && json) throw errors.oddOption('--json', 'the form of a table is --format json');
  if (matrix && cpus !== undefined && cpu !== undefined) throw errors.twoCpus();
  const isTrace = options.trace ?? options.compare;
  if (isTrace && (matrix || mode === 'snp:ovmf-hash'))
    throw errors.oddOption(options.trace ? '--trace' : '--compare', 'it is for one launch');
  if (options.inputs !== undefined && mode !== 'snp')
    throw errors.oddOption('--inputs', 'it is for --mode snp');
  if (options.outputFormat === 'dstack' && (mode !== 'snp' || matrix || isTrace || json))
    throw errors.oddOption('--output-format dstack', 'it is for one launch of --mode snp');
  if (dumpVmsa && (matrix || !(mode in MATRIX_PROFILES)))
    throw errors.oddOption('--dump-vmsa', 'it is for one launch that measures vCPUs');
  if (options.firmwareDigest !== undefined && mode !== 'snp')
    throw errors.oddOption('--snp-ovmf-hash', 'it is for --mode snp');
}

/** How files are read: warnings are kept for the JSON, or printed at once. */
function readingFor(
  { json }: Pick<DigestOptions, 'json'>,
  out: Output,
): DigestReading & { readonly warnings: string[] } {
  const warnings: string[] = [];
  const warn = (text: string) => {
    if (json) warnings.push(text);
    else out.note(`WARNING: ${text}`);
  };
  return { warnings, warn, onProgress: out.onProgress };
}

/** Warns of what has no effect in a mode, where sev-snp-measure takes it in silence. */
function noteUnused(options: DigestOptions, { warn }: DigestReading): void {
  const { mode, features, svsm, varsSize, varsFile } = options;
  const below = svsm ?? varsFile ?? varsSize;
  if (features !== undefined && mode !== 'snp')
    warn(
      `--guest-features has no effect: it is for --mode snp${mode === 'seves' ? '; SEV-ES has profiles' : ''}.`,
    );
  if (below !== undefined && mode !== 'snp:svsm') warn('--svsm has no effect: it is for --mode snp:svsm.');
  if (mode === 'snp:svsm' && (options.kernel ?? options.kernelDigest) !== undefined)
    warn('--kernel has no effect: an SVSM image is launched without kernel hashes.');
}

async function printOvmfHash(io: Io, options: DigestOptions, out: Output): Promise<void> {
  const reading = readingFor(options, out);
  printDigest(await readOvmfHash(io, options, reading), options, out, reading);
}

/** What to digest. */
type Request = MatrixRequest & ReadLaunch;

/** What to digest, from options that name one launch or several. */
async function requestOf(io: Io, options: DigestOptions, reading: DigestReading): Promise<Request> {
  noteUnused(options, reading);
  const { matrix, mode, vcpus, cpus: listed } = options;
  if (vcpus === undefined) throw errors.digestNeeds('--vcpus', `--mode ${mode} measures each vCPU`);
  const counts = vcpuCounts(vcpus);
  const profiles = profilesFrom(options);
  const one = vcpuFrom(options, reading.warn);
  const cpus = one ? [one] : matrix ? cpuList(listed ?? 'all') : [];
  if (cpus.length === 0 && profiles.some((p) => needsOf(p, 'bsp').cpu)) throw errors.cpuNeeded();
  return { profiles, cpus, counts, ...(await readLaunch(io, options, reading)) };
}

/** Prints the pages of a launch, or where they differ from others; the status is then 1. */
async function tracePages(
  io: Io,
  options: DigestOptions,
  out: Output,
  exit: (status: number) => void,
): Promise<void> {
  const reading = readingFor({}, out);
  const isSev = options.mode === 'sev';
  const launch = isSev ? await readSev(io, options, reading) : await requestOf(io, options, reading);
  // Most runs print a digest, and need nothing of this.
  const { compareTrace, printTrace } = await import('./digestTrace');
  if (options.compare === undefined) printTrace(io, launch, options, out);
  else if (await compareTrace(io, launch, options, out)) exit(1);
}

async function printSev(
  io: Io,
  options: DigestOptions,
  measure: Measure | undefined,
  out: Output,
): Promise<void> {
  const reading = readingFor(options, out);
  noteUnused(options, reading);
  const { technology, state } = await readSev(io, options, reading);
  printDigest(technology.digest(state), options, out, reading, measure);
}

async function printVcpus(
  io: Io,
  options: DigestOptions,
  measure: Measure | undefined,
  out: Output,
): Promise<void> {
  const reading = readingFor(options, out);
  const request = await requestOf(io, options, reading);
  if (options.outputFormat === 'dstack') {
    (await import('./digestDstack')).printSnpInputs(request, options, out);
    return;
  }
  if (options.matrix) return printTable(io, request, options, measure, out);
  if (options.dumpVmsa) await dumpVmsas(io, request, options);
  if (options.mode === 'snp:svsm') noteFcw(request, reading);
  let count = 0;
  for (const row of matrixRows(request)) {
    printDigest(row.digest, options, out, reading, measure, row, request.counts.length > 1);
    // Of many, what is there can be read while the rest is computed.
    if (++count % ROWS_AT_ONCE === 0) await setImmediate();
  }
}

/** Says that a host launches an SVSM image with another page than sev-snp-measure has. */
function noteFcw(request: MatrixRequest, { warn }: DigestReading): void {
  const [measured, launched] = MATRIX_PROFILES['snp:svsm'];
  if (request.profiles[0] !== measured) return;
  const counts = request.counts.slice(-1);
  for (const { digest, vcpus } of matrixRows({ ...request, counts, profiles: [launched] }))
    warn(
      `sev-snp-measure leaves the x87 control word of an SVSM's pages 0, where KVM since Linux 6.10 has 0x37f: there the digest of ${vcpus === 1 ? '1 vCPU' : `${vcpus} vCPUs`} is ${bytesToHex(digest)} (--profile ${launched.id}).`,
    );
}

/** Writes the page of each vCPU to the current folder. @throws CheckError for one that is read, or cannot be written */
async function dumpVmsas(io: Io, request: MatrixRequest, options: DigestOptions): Promise<void> {
  const { bsp, ap, count } = pagesFor(request, request.profiles[0]!, request.cpus[0]?.id);
  const files = Array.from({ length: count }, (_, i) => ({
    path: `vmsa${i}.bin`,
    content: i === 0 ? bsp : ap!,
  }));
  const { firmware, kernel, initrd, svsm, varsFile } = options;
  const read = Object.entries({ firmware, kernel, initrd, svsm, varsFile }).flatMap(([name, path]) =>
    path === undefined ? [] : [{ name, path }],
  );
  await refuseOverwriting(
    io,
    files.map(({ path }) => ({ name: '--dump-vmsa', path })),
    read,
  );
  await io.writeAll(files);
}

/** What sev-snp-measure calls the modes. */
const MODE_NAMES: Readonly<Record<DigestOptions['mode'], string>> = {
  sev: 'SEV',
  seves: 'SEV_ES',
  snp: 'SEV_SNP',
  'snp:ovmf-hash': 'SEV_SNP',
  'snp:svsm': 'SEV_SNP_SVSM',
};

/** Prints one digest or measurement in the requested form. */
function printDigest(
  digest: Uint8Array,
  { outputFormat, json, mode, verbose }: DigestOptions,
  out: Output,
  { warnings }: { readonly warnings: readonly string[] },
  measure?: Measure,
  row?: MatrixRow,
  isOneOfMany = false,
): void {
  const measurement = measure?.(digest);
  const text = measurement ?? (outputFormat === 'hex' ? bytesToHex(digest) : toBase64(digest));
  const value = {
    mode,
    ...(row && { profile: row.profile, cpu: row.cpu, vcpus: row.vcpus }),
    launchDigest: digest,
    measurement,
    ...(warnings.length > 0 && { warnings }),
  };
  if (!json) out.line(verbose ? `Calculated ${MODE_NAMES[mode]} guest measurement: ${text}` : text);
  // Of several, each is a line.
  else if (isOneOfMany) out.line(oneLine(value));
  else printJson(out, value);
}
