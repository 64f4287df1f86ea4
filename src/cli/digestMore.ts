// What `sevscope digest` does besides printing plain digests: tables and reference values, traces, the inputs of a launch, pages of vCPUs, and
// the measurements of platforms. Most runs need nothing of it, and load a script without it.

import * as errors from './errors';
import { otherDigestSize } from '../core/check/errors';
import { pagesFor } from '../core/check/matrix';
import { inputRow } from '../core/launch/inputs';
import type { Io } from '../app/io';
import { refuseOverwriting } from '../app/outputs';
import { noteFcw, printDigest, printDigests, readingFor, requestOf, type DigestRequest } from './digest';
import { printSnpInputs, withSnpInputs } from './digestDstack';
import { formRow } from '../core/check/digestForms';
import { withQemu } from './digestQemu';
import { readSev } from './digestInputs';
import { checkKnown, withKnown } from './digestKnown';
import { withMeasure } from './digestMeasure';
import type { Measure } from '../app/digestTable';
import { hasMode, OF_LOADED, type DigestOptions, type GivenOptions } from './digestOptions';
import { checkTogether } from './digestSelection';
import { modeRow } from '../core/tech/traits';
import { printTable } from './digestTable';
import { compareTrace, printTrace } from './digestTrace';
import type { Output } from './output';

/** Runs the command. @throws CheckError */
export async function digestMore(
  io: Io,
  given: GivenOptions,
  out: Output,
  exit: (status: number) => void,
): Promise<void> {
  const ofQemu = given.fromQemuCommandLine === undefined ? given : await withQemu(io, given);
  // What dstack has as JSON are the inputs of an SNP launch.
  const found: GivenOptions = ofQemu.inputs === undefined ? ofQemu : { mode: 'snp', ...ofQemu };
  if (!hasMode(found)) {
    // What was found, and that there is no guest with SEV in it, is all that helps here.
    readingFor({ noted: found.noted ?? [] }, out);
    throw errors.digestNeeds('--mode', 'which launch digest to compute');
  }
  checkTogether(found);
  checkKnown(found);
  if (ofQemu !== given) await refuseInputs(io, found);
  const options = found.inputs === undefined ? await withKnown(io, found) : await withSnpInputs(io, found);
  const { noted = [] } = options;
  if (options.trace ?? options.compare) {
    if (options.launchDigest) throw errors.oddOption('--launch-digest', 'a trace is of what is loaded');
    return tracePages(io, options, out, exit);
  }
  const { matrix, format = 'hex', dumpVmsa, launchDigest } = options;
  return withMeasure(io, options, out, async (measure) => {
    if (launchDigest) {
      printMeasured(launchDigest, options, measure, out);
      return;
    }
    if (format === 'dstack') {
      const reading = readingFor({ noted }, out);
      await printSnpInputs(io, await requestOf(io, options, reading), options, reading, out);
    } else if (matrix || !formRow(format).plain) {
      const reading = readingFor({ noted }, out);
      const request = await requestOf(io, options, reading);
      if (!matrix && modeRow(options.mode).hasSvsm) noteFcw(request, reading);
      await printTable(io, request, options, measure, out);
    } else {
      const use = dumpVmsa && ((request: DigestRequest) => dumpVmsas(io, request, options));
      await printDigests(io, options, out, measure, use);
    }
  });
}

/** Prints the measurement of a launch digest that is given. @throws CheckError (usage) without keys and nonce, or with what the digest is in place of */
function printMeasured(
  digest: Uint8Array,
  options: DigestOptions,
  measure: Measure | undefined,
  out: Output,
): void {
  const { mode, matrix, dumpVmsa } = options;
  const name = '--launch-digest';
  const { hasMeasurement, digestSize } = modeRow(mode).traits;
  if (!hasMeasurement) throw errors.oddOption(name, 'SNP has no measurement of it');
  const given = OF_LOADED.find((id) => options[id] !== undefined);
  if (given) throw errors.oddOption(inputRow(given).option!, `${name} is in place of all that is loaded`);
  if (matrix) throw errors.oddOption('--matrix', `${name} is one digest`);
  if (dumpVmsa) throw errors.oddOption('--dump-vmsa', `${name} has no pages`);
  if (!measure) throw errors.digestNeeds('--tik or --tk', `${name} is what a measurement is computed of`);
  if (digest.length !== digestSize) throw otherDigestSize(digest.length, 'SEV or SEV-ES', digestSize);
  printDigest(digest, options, out, { findings: [] }, measure);
}

/** Refuses to write over a file that is read, which only a command line of QEMU names. @throws CheckError (usage) */
async function refuseInputs(io: Io, { output, firmware, kernel, initrd }: DigestOptions): Promise<void> {
  if (output === undefined) return;
  const read = Object.entries({ firmware, kernel, initrd }).flatMap(([name, path]) =>
    path === undefined ? [] : [{ name, path }],
  );
  await refuseOverwriting(io, [{ name: '--output', path: output }], read);
}

/** Prints the pages of a launch, or where they differ from others; the status is then 1. */
async function tracePages(
  io: Io,
  options: DigestOptions,
  out: Output,
  exit: (status: number) => void,
): Promise<void> {
  const reading = readingFor(options, out);
  const { measuresVcpus } = modeRow(options.mode).traits;
  const launch = measuresVcpus ? await requestOf(io, options, reading) : await readSev(io, options, reading);
  if (options.compare === undefined) printTrace(io, launch, options, reading, out);
  else if (await compareTrace(io, launch, options, reading, out)) exit(1);
}

/** Writes the page of each vCPU to the current folder. @throws CheckError for one that is read, or cannot be written */
async function dumpVmsas(io: Io, request: DigestRequest, options: DigestOptions): Promise<void> {
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
