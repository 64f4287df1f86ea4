// The inputs of an SNP launch as one JSON object of hashes, dstack's `sev_snp_measurement`: read in place of files, and printed.

import * as errors from './errors';
import { jsonText } from '../core/binary/json';
import { textWithBytes } from '../core/binary/rawText';
import { readSnpInputs } from '../core/tech/snp/inputs';
import type { Io } from '../app/io';
import { snpInputsOf } from '../app/snpInputs';
import { nameOfInput, readWhole } from '../app/vmsaFile';
import type { DigestReading } from '../app/digestLaunch';
import type { DigestRequest } from './digest';
import type { DigestOptions } from './digestOptions';
import type { Output } from './output';

/** Options with what the JSON says of vCPUs where they do not. @throws CheckError (usage) for a file that is none, or with files beside it */
export async function withSnpInputs(io: Io, options: DigestOptions): Promise<DigestOptions> {
  const path = options.inputs!;
  for (const id of ['firmware', 'kernel', 'initrd', 'cmdline', 'firmwareDigest', 'kernelDigest'] as const)
    if (options[id] !== undefined) throw errors.oddOption('--inputs', 'files or hashes are given, too');
  const read = readSnpInputs(textWithBytes(await readWhole(io, path)));
  if (!read.ok) throw errors.badInputs(nameOfInput(path), read.member);
  const { inputs } = read;
  const { vcpus, cpu, features } = inputs;
  const hasCpu = ['cpu', 'cpu.signature', 'cpu.model', 'cpus'].some(
    (id) => options[id as 'cpu'] !== undefined,
  );
  return {
    ...options,
    snpInputs: inputs,
    ...(vcpus !== undefined && options.vcpus === undefined && { vcpus: String(vcpus) }),
    ...(cpu !== undefined && !hasCpu && { cpu }),
    ...(features !== undefined && options.features === undefined && { features: String(features) }),
  };
}

/** Prints the inputs of one launch, or writes them to a file. @throws CheckError for one that such an object cannot say */
export async function printSnpInputs(
  io: Io,
  request: DigestRequest,
  options: DigestOptions,
  reading: Pick<DigestReading, 'find'>,
  out: Output,
): Promise<void> {
  const { snpInputs, cpu, cmdline = snpInputs?.cmdline ?? '', cmdlineDigest, output } = options;
  if (cmdlineDigest) throw errors.oddOption('--cmdline-hash', 'dstack takes the text of the command line');
  const content = `${jsonText(snpInputsOf(request, { cpu, cmdline }, reading))}\n`;
  if (output === undefined) out.data(content);
  else await io.write(output, content);
}
