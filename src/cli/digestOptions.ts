// The options of `sevscope digest`, named as in sev-snp-measure and, where it has no equivalent, as in
// `validate`; and how they select CPUs, vCPUs and profiles.

import { Option, type Command } from 'commander';
import * as errors from './errors';
import { ALL_CPUS, MATRIX_PROFILES, type MatrixCpu } from '../core/check/matrix';
import { MAX_VCPUS } from '../core/launch/inputKinds';
import { REPORTED_IDS, VMM_PROFILES, type InputValues } from '../core/launch/inputs';
import { unknownCpuModel } from '../core/vmsa/errors';
import type { SnpInputs } from '../core/tech/snp/inputs';
import { findProfile, type KnownProfile } from '../core/vmsa/launch/profiles';
import { encodeSignature } from '../core/vmsa/launch/signature';
import { addInputs, addOtherNames, readInput, type InputUse } from './inputOptions';
import { cpuFrom } from './options';

/** The kinds of launch digests. */
export const DIGEST_MODES = ['sev', 'seves', 'snp', 'snp:ovmf-hash', 'snp:svsm'] as const;

/** The inputs that stay texts until their use: lists for a table, and bytes of which only some modes need any. */
type TextId = 'vcpus' | 'cpu' | 'cpu.signature' | 'profile' | 'features' | 'firmwareDigest' | 'nonce';

/** The parsed options, those of inputs by their names and the others by commander's. */
export interface DigestOptions extends Omit<InputValues, TextId>, Readonly<Partial<Record<TextId, string>>> {
  readonly mode: (typeof DIGEST_MODES)[number];
  /** CPUs of the table. */
  readonly cpus?: string;
  readonly outputFormat: 'hex' | 'base64' | 'dstack';
  readonly verbose?: true;
  readonly dumpVmsa?: true;
  readonly trace?: true;
  /** Path of another trace. */
  readonly compare?: string;
  /** Path of a JSON with hashes. */
  readonly inputs?: string;
  /** What is in it. */
  readonly snpInputs?: SnpInputs;
  readonly matrix?: true;
  readonly format: 'csv' | 'json';
  readonly output?: string;
  readonly json?: true;
}

/** What is launched, by the names of sev-snp-measure where it has other ones. */
const LAUNCHED: readonly InputUse[] = [
  { id: 'firmware' },
  { id: 'kernel', help: 'kernel, where its hashes are measured' },
  { id: 'initrd' },
  { id: 'cmdline' },
  {
    id: 'vcpus',
    as: '--vcpus',
    help: 'number of vCPUs, or a list such as 1-8,16',
    asText: true,
  },
  { id: 'cpu', asText: true },
  { id: 'cpu.signature', help: 'or its signature', asText: true },
  { id: 'cpu.family', as: '--vcpu-family', help: 'or its family,' },
  { id: 'cpu.model', as: '--vcpu-model', help: 'model' },
  { id: 'cpu.stepping', as: '--vcpu-stepping', help: 'and stepping' },
  { id: 'vmm' },
  { id: 'features', asText: true },
  { id: 'profile', help: 'profile of generated pages; with --matrix a list, or all', asText: true },
  {
    id: 'firmwareDigest',
    help: 'digest of the firmware pages, as --mode snp:ovmf-hash prints it',
    asText: true,
  },
];

/** Digests in place of files. */
const DIGESTS: readonly InputUse[] = [
  { id: 'kernelDigest' },
  { id: 'initrdDigest' },
  { id: 'cmdlineDigest' },
];

/** What lies below the firmware of an SVSM. */
const BELOW: readonly InputUse[] = [{ id: 'svsm' }, { id: 'varsSize' }, { id: 'varsFile' }];

/** What a platform measures the digest with. */
const MEASURED: readonly InputUse[] = [
  { id: 'keys.tik' },
  { id: 'keys.tek', help: 'transport encryption key; not needed' },
  { id: 'keys.tk' },
  { id: 'nonce', asText: true },
  ...REPORTED_IDS.filter((id) => id !== 'measurement').map((id) => ({ id })),
];

/** Adds the options. */
export function addDigestOptions(command: Command): Command {
  const among = (flags: string, text: string, choices: readonly string[]) =>
    new Option(flags, text).choices(choices);
  command.addOption(among('--mode <mode>', 'which launch digest', DIGEST_MODES).makeOptionMandatory());
  addInputs(command, LAUNCHED)
    .addOption(
      among('--output-format <form>', 'how to print a digest, or dstack: what it is computed from, as JSON', [
        'hex',
        'base64',
        'dstack',
      ]).default('hex'),
    )
    .option('-v, --verbose', 'print a digest with the mode that it is of')
    .option('--json', 'print the digest with what it is of as JSON')
    .option('--dump-vmsa', 'write the page of each vCPU to vmsa0.bin, vmsa1.bin, …')
    .optionsGroup('The launch page by page:')
    .option('--trace', 'print what is measured, page by page, with the digest after each')
    .option(
      '--compare <path>',
      "print where it differs from another trace, from QEMU's trace, or from VMSAs in a kernel log",
    )
    .optionsGroup('Hashes in place of files:');
  addInputs(command, DIGESTS)
    .option('--inputs <path>', 'all inputs of an SNP launch as JSON, as dstack has them')
    .optionsGroup('An SVSM image, for --mode snp:svsm:');
  addInputs(command, BELOW)
    .optionsGroup('A table of digests:')
    .option('--matrix', 'for each of several numbers of vCPUs, CPUs and profiles')
    .addOption(
      new ListOption('--cpu <list>', 'CPUs of the table: QEMU models, family/model/stepping, or all'),
    )
    .addOption(among('--format <form>', 'how to print the table', ['csv', 'json']).default('csv'))
    .option('--output <path>', 'write the table to a file')
    .optionsGroup('The measurement that a platform reports, instead of the digest:');
  return addOtherNames(addInputs(command, MEASURED));
}

/** The CPUs of a table, of which an input of one launch has the name. */
class ListOption extends Option {
  override attributeName(): string {
    return 'cpus';
  }
}

/** A number of vCPUs, or `1-8,16` as ascending numbers. @throws CheckError (usage) */
export function vcpuCounts(text: string): number[] {
  const counts = new Set<number>();
  for (const part of text.split(',')) {
    const ends = part.split('-');
    const [first, last = first] = ends.map((end) =>
      readInput('vcpus', end, () => errors.badVcpuList(text, MAX_VCPUS)),
    );
    if (ends.length > 2 || first! > last!) throw errors.badVcpuList(text, MAX_VCPUS);
    for (let n = first!; n <= last!; n++) counts.add(n);
  }
  return [...counts].sort((a, b) => a - b);
}

/** One CPU of a list: a model by name, or its numbers. */
const cpuOf = (text: string): MatrixCpu => ({
  name: text,
  id: readInput('cpu', text, () => (text.includes('/') ? errors.badMatrixCpu(text) : unknownCpuModel(text))),
});

/** The CPUs of a table. @throws CheckError (usage) */
export function cpuList(text: string): readonly MatrixCpu[] {
  return text === 'all' ? ALL_CPUS : text.split(',').map(cpuOf);
}

/**
 * The CPU that the options name. Of several, family, model and stepping win over the signature, and that over the name, as in
 * sev-snp-measure.
 * @param warn hears which one counts, if they differ
 * @throws CheckError (usage) for an incomplete one, or a model both by number and by name
 */
export function vcpuFrom(options: DigestOptions, warn: (text: string) => void): MatrixCpu | undefined {
  const { cpu: type, 'cpu.signature': signature, 'cpu.model': model } = options;
  const { 'cpu.family': family, 'cpu.stepping': stepping } = options;
  const numbers = cpuFrom({ 'cpu.family': family, 'cpu.model': model, 'cpu.stepping': stepping });
  const all: readonly (MatrixCpu & { readonly by: string })[] = [
    ...(numbers
      ? [{ name: typeof model === 'string' ? model : '', id: numbers, by: 'family, model and stepping' }]
      : []),
    ...(signature === undefined
      ? []
      : [
          {
            name: signature,
            id: readInput('cpu.signature', signature, () => errors.badSignature(signature)),
            by: '--vcpu-sig',
          },
        ]),
    ...(type === undefined ? [] : [{ ...cpuOf(type), by: '--vcpu-type' }]),
  ];
  const [first, ...others] = all;
  if (!first) return undefined;
  const { id, by } = first;
  const other = others.find((one) => encodeSignature(one.id) !== encodeSignature(id));
  if (other) warn(`The CPU is given twice: ${by} count, and not ${other.by}, as in sev-snp-measure.`);
  const name = type ?? (first.name || `${id.family}/${id.model}/${id.stepping}`);
  return { name: other ? first.name || `${id.family}/${id.model}/${id.stepping}` : name, id };
}

/** Whether a VMM is given that is not QEMU. */
export const isOther = (vmm: DigestOptions['vmm']): vmm is 'ec2' | 'gce' => vmm === 'ec2' || vmm === 'gce';

/** The profiles that the options name; each must belong to the mode. @throws CheckError (usage) for any other */
export function profilesFrom({ mode, profile, vmm, matrix }: DigestOptions): readonly KnownProfile[] {
  const known: readonly KnownProfile[] = mode in MATRIX_PROFILES ? MATRIX_PROFILES[mode as 'snp'] : [];
  if (vmm !== undefined && profile !== undefined)
    throw errors.oddOption('--vmm-type', '--profile says who launches');
  if (mode === 'snp:svsm' && isOther(vmm))
    throw errors.oddOption('--vmm-type', 'only QEMU launches an SVSM image');
  // No profile is one of SEV-ES by another VMM than QEMU.
  if (mode === 'seves' && isOther(vmm)) return [findProfile(VMM_PROFILES[vmm])!];
  const ofVmm = mode === 'snp' && vmm ? VMM_PROFILES[vmm] : undefined;
  const text = profile ?? ofVmm ?? (matrix ? 'all' : known[0]!.id);
  if (text === 'all' && matrix) return known;
  const ids = matrix ? text.split(',') : [text];
  return ids.map((id) => {
    const found = known.find((p) => p.id === id);
    if (found) return found;
    throw errors.otherMode(
      id,
      mode,
      known.map((p) => p.id),
    );
  });
}
