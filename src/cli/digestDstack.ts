// The inputs of an SNP launch as one JSON object of hashes, dstack's `sev_snp_measurement`: read in place of files, and printed.

import * as errors from './errors';
import { digestFinding } from '../core/check/digestRules';
import { pagesFor } from '../core/check/matrix';
import { isTrimmed, readSnpInputs, snpInputsJson } from '../core/tech/snp/inputs';
import { modelsWithSignature } from '../core/vmsa/launch/cpuModels';
import { decodePage } from '../core/vmsa/vmsaPage';
import type { Io } from '../app/io';
import { nameOfInput, readWhole } from '../app/vmsaFile';
import type { DigestReading } from '../app/digestLaunch';
import type { DigestRequest } from './digest';
import type { DigestOptions } from './digestOptions';
import { printJson, type Output } from './output';

/** Options with what the JSON says of vCPUs where they do not. @throws CheckError (usage) for a file that is none, or with files beside it */
export async function withSnpInputs(io: Io, options: DigestOptions): Promise<DigestOptions> {
  const path = options.inputs!;
  for (const id of ['firmware', 'kernel', 'initrd', 'cmdline', 'firmwareDigest', 'kernelDigest'] as const)
    if (options[id] !== undefined) throw errors.oddOption('--inputs', 'files or hashes are given, too');
  const read = readSnpInputs(new TextDecoder().decode(await readWhole(io, path)));
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

/** Prints the inputs of one launch. @throws CheckError for one that such an object cannot say */
export function printSnpInputs(
  request: DigestRequest,
  options: DigestOptions,
  reading: Pick<DigestReading, 'find'>,
  out: Output,
): void {
  const { image, firmwareDigest, kernelDigests, profiles, cpus, counts } = request;
  const [vcpus] = counts;
  const [profile] = profiles;
  if (profile?.vmm !== 'qemu') throw errors.oddOption('--format dstack', 'only QEMU launches such a guest');
  const { values } = decodePage(pagesFor(request, profile, cpus[0]?.id).bsp);
  const named = modelsWithSignature(values.rdx)[0];
  const cpu = options.cpu ?? named?.name;
  if (cpu === undefined)
    throw errors.oddOption('--format dstack', 'no QEMU model has the signature of the CPU');
  const { snpInputs, cmdline = snpInputs?.cmdline ?? '', cmdlineDigest } = options;
  if (cmdlineDigest) throw errors.oddOption('--cmdline-hash', 'dstack takes the text of the command line');
  if (isTrimmed(cmdline))
    reading.find(
      digestFinding(
        'cmdline-trimmed',
        'dstack removes the white space at the ends of the command line, which gives another digest.',
      ),
    );
  printJson(
    out,
    snpInputsJson({
      ...{ image, firmwareDigest: firmwareDigest!, kernelDigests, cmdline, vcpus: vcpus!, cpu },
      resetAddress: request.resetAddress(),
      features: values.sev_features,
    }),
  );
}
