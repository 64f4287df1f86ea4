// The inputs of an SNP launch as one JSON object of hashes, dstack's `sev_snp_measurement`: read in place of files, and printed.

import * as errors from './errors';
import { jsonText } from '../core/binary/json';
import { keyFilter } from '../core/check/keyText';
import { digestFinding } from '../core/check/digestRules';
import { inputRow } from '../core/launch/inputs';
import { textWithBytes } from '../core/binary/rawText';
import { readSnpInputs, type ReadSnpInputs } from '../core/tech/snp/inputs';
import type { Io } from '../app/io';
import { snpInputsOf } from '../app/snpInputs';
import { insteadOfJson } from '../app/otherFile';
import { nameOfInput, readWhole } from '../app/vmsaFile';
import type { DigestReading } from '../app/digestLaunch';
import type { DigestRequest } from './digest';
import type { DigestOptions } from './digestOptions';
import type { Output } from './output';

/** What the JSON is in place of. */
const INSTEAD = [
  'firmware',
  'kernel',
  'initrd',
  'cmdline',
  'firmwareDigest',
  'kernelDigest',
  'initrdDigest',
  'cmdlineDigest',
] as const;

/** Options with what the JSON says of vCPUs where they do not. @throws CheckError (usage) for a file that is none, or with files beside it */
export async function withSnpInputs(io: Io, options: DigestOptions): Promise<DigestOptions> {
  const path = options.inputs!;
  for (const id of INSTEAD)
    if (options[id] !== undefined)
      throw errors.oddOption(
        '--inputs',
        `${inputRow(id).option!} is given, too, and the JSON stands for all of them`,
      );
  const bytes = await readWhole(io, path);
  const instead = insteadOfJson(bytes);
  const read: ReadSnpInputs =
    instead === undefined ? readSnpInputs(textWithBytes(bytes)) : { ok: false, why: `it is ${instead}` };
  if (!read.ok) throw errors.badInputs(nameOfInput(path), read);
  const { inputs, remarks } = read;
  // A key may be anywhere in it, as the name of a member, too.
  const withhold = keyFilter(remarks.flatMap(({ name }) => name ?? []));
  const { vcpus, cpu, features } = inputs;
  const hasCpu = ['cpu', 'cpu.signature', 'cpu.model', 'cpus'].some(
    (id) => options[id as 'cpu'] !== undefined,
  );
  return {
    ...options,
    snpInputs: inputs,
    noted: [
      ...(options.noted ?? []),
      ...remarks.map(({ text, isUsual }) =>
        digestFinding(
          isUsual ? 'hash-inputs-left-out' : 'hash-inputs',
          `${nameOfInput(path)}: ${withhold(text)}`,
        ),
      ),
    ],
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
