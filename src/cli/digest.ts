// `sevscope digest`: the launch digest that a guest must have, as sev-snp-measure prints it. What else the command does is in
// digestMore.ts, which the script of a plain digest is without.

import { setImmediate } from 'node:timers/promises';
import * as errors from './errors';
import * as appErrors from '../app/errors';
import { bytesToHex, toBase64 } from '../core/binary/hex';
import { jsonLine } from '../core/binary/json';
import { digestFinding, type DigestFinding } from '../core/check/digestRules';
import { MATRIX_PROFILES, matrixRows, type MatrixRequest, type MatrixRow } from '../core/check/matrix';
import { VCPUS_PLACE } from '../core/check/referenceQuestion';
import { modeRow } from '../core/tech/traits';
import { needsOf } from '../core/vmsa/launch/generate';
import type { DigestReading } from '../app/digestLaunch';
import { cpuList, vcpuCounts } from '../app/digestSelection';
import type { Io } from '../app/io';
import { formRow } from '../core/check/digestForms';
import { readLaunch, readOvmfHash, readSev, type ReadLaunch } from './digestInputs';
import type { Measure } from '../app/digestTable';
import {
  addDigestOptions,
  asksForMore,
  hasMode,
  type DigestOptions,
  type GivenOptions,
} from './digestOptions';
import { checkTogether, profilesFrom, vcpuFrom } from './digestSelection';
import { printJson, type Output } from './output';
import type { AddCommand } from './program';

/** As commander says it of an option that is always needed. */
const MODE_MISSING = "error: required option '--mode <mode>' not specified";

/** Rows between two turns of the event loop. */
const ROWS_AT_ONCE = 64;

/** Runs the command for all that is not a plain digest. @throws CheckError */
export type RunMore = (
  io: Io,
  given: GivenOptions,
  out: Output,
  exit: (status: number) => void,
) => Promise<void>;

/** What adds the command. @param more absent in the script that is loaded for plain digests only */
export const digestCommand =
  (more: RunMore | undefined): AddCommand =>
  (io, program, out, exit) => {
    const command = program
      .command('digest')
      .description('compute launch digests, or the measurements that a platform reports');
    addDigestOptions(command).action(async (options: GivenOptions) => {
      const isFull = hasMode(options);
      const saysMode = options.fromQemuCommandLine !== undefined || options.inputs !== undefined;
      if (!isFull && !saysMode) command.error(MODE_MISSING);
      if (isFull && !asksForMore(options)) {
        checkTogether(options);
        await printDigests(io, options, out);
      } else if (more) await more(io, options, out, exit);
      else throw new Error('This script computes plain digests only.');
    });
  };

/** How files are read, and what was found. */
export type DigestRun = DigestReading & { readonly findings: readonly DigestFinding[] };

/** How files are read: findings are kept for the JSON, or printed at once. */
export function readingFor(
  { json, noted = [] }: Pick<DigestOptions, 'json' | 'noted'>,
  out: Output,
): DigestRun {
  const findings: DigestFinding[] = [];
  const find = (finding: DigestFinding) => {
    if (json) findings.push(finding);
    else out.note(`${finding.severity === 'info' ? 'NOTE' : 'WARNING'}: ${finding.message}`);
  };
  noted.forEach(find);
  return { findings, find, onProgress: out.onProgress };
}

/** Warns of what has no effect in a mode, where sev-snp-measure takes it in silence. */
function noteUnused(options: DigestOptions, { find }: DigestReading): void {
  const { mode, features, svsm, varsSize, varsFile } = options;
  const warn = (text: string) => {
    find(digestFinding('no-effect', text));
  };
  const below = svsm ?? varsFile ?? varsSize;
  if (features !== undefined && mode !== 'snp')
    warn(
      `--guest-features has no effect: it is for --mode snp${mode === 'seves' ? '; SEV-ES has profiles' : ''}.`,
    );
  if (below !== undefined && mode !== 'snp:svsm') warn('--svsm has no effect: it is for --mode snp:svsm.');
  if (!options.matrix && options.cmdline?.includes(VCPUS_PLACE))
    find(
      digestFinding(
        'cmdline-template',
        `The command line is measured with ${VCPUS_PLACE} in it; with --matrix that stands for the number of vCPUs.`,
      ),
    );
  if (mode === 'snp:svsm' && (options.kernel ?? options.kernelDigest) !== undefined)
    warn('--kernel has no effect: an SVSM image is launched without kernel hashes.');
}

/** What to digest. */
export type DigestRequest = MatrixRequest & ReadLaunch;

/** What to digest, from options that name one launch or several. @throws CheckError */
export async function requestOf(
  io: Io,
  options: DigestOptions,
  reading: DigestReading,
): Promise<DigestRequest> {
  noteUnused(options, reading);
  const { matrix, mode, vcpus, format = 'csv' } = options;
  // A known digest is of one CPU.
  const listed = options.cpus ?? (formRow(format).labelled && !options.known ? 'all' : undefined);
  if (vcpus === undefined) throw errors.digestNeeds('--vcpus', `--mode ${mode} measures each vCPU`);
  const counts = vcpuCounts(vcpus);
  const profiles = profilesFrom(options);
  const one = vcpuFrom(options, reading.find);
  const cpus = one ? [one] : matrix && listed !== undefined ? cpuList(listed) : [];
  if (cpus.length === 0 && profiles.some((p) => needsOf(p, 'bsp').cpu)) throw appErrors.cpuNeeded();
  return { profiles, cpus, counts, ...(await readLaunch(io, options, reading)) };
}

/** Prints the digest of each launch that the options name, or its measurement. @throws CheckError */
export async function printDigests(
  io: Io,
  options: DigestOptions,
  out: Output,
  measure?: Measure,
  use?: (request: DigestRequest) => Promise<void>,
): Promise<void> {
  const reading = readingFor(options, out);
  const { isOfFirmware, hasSvsm, traits } = modeRow(options.mode);
  if (isOfFirmware) {
    printDigest(await readOvmfHash(io, options, reading), options, out, reading);
    return;
  }
  if (!traits.measuresVcpus) {
    noteUnused(options, reading);
    const { technology, state } = await readSev(io, options, reading);
    printDigest(technology.digest(state), options, out, reading, measure);
    return;
  }
  const request = await requestOf(io, options, reading);
  await use?.(request);
  if (hasSvsm) noteFcw(request, reading);
  let count = 0;
  for (const row of matrixRows(request)) {
    printDigest(row.digest, options, out, reading, measure, row, request.counts.length > 1);
    // Of many, what is there can be read while the rest is computed.
    if (++count % ROWS_AT_ONCE === 0) await setImmediate();
  }
}

/** Says that a host launches an SVSM image with another page than sev-snp-measure has. */
export function noteFcw(request: MatrixRequest, { find }: DigestReading): void {
  const [measured, launched] = MATRIX_PROFILES['snp:svsm'];
  if (request.profiles[0] !== measured) return;
  const counts = request.counts.slice(-1);
  for (const { digest, vcpus } of matrixRows({ ...request, counts, profiles: [launched] }))
    find(
      digestFinding(
        'svsm-fcw',
        `sev-snp-measure leaves the x87 control word of an SVSM's pages 0, where KVM since Linux 6.10 has 0x37f: there the digest of ${vcpus === 1 ? '1 vCPU' : `${vcpus} vCPUs`} is ${bytesToHex(digest)} (--profile ${launched.id}).`,
      ),
    );
}

/** Prints one digest or measurement in the requested form. */
export function printDigest(
  digest: Uint8Array,
  { format, json, mode, verbose }: DigestOptions,
  out: Output,
  { findings }: Pick<DigestRun, 'findings'>,
  measure?: Measure,
  row?: MatrixRow,
  isOneOfMany = false,
): void {
  const measurement = measure?.(digest);
  const { guest, isOfFirmware } = modeRow(mode);
  const text = measurement ?? (format === 'base64' ? toBase64(digest) : bytesToHex(digest));
  const value = {
    mode,
    ...(row && { profile: row.profile, cpu: row.cpu, vcpus: row.vcpus }),
    // Of the firmware alone: where an SNP launch begins.
    [isOfFirmware ? 'firmwareDigest' : 'launchDigest']: digest,
    measurement,
    ...(findings.length > 0 && { findings }),
  };
  if (!json && format !== 'json')
    out.line(verbose && guest !== undefined ? `Calculated ${guest} guest measurement: ${text}` : text);
  // Of several, each is a line.
  else if (isOneOfMany) out.line(jsonLine(value));
  else printJson(out, value);
}
