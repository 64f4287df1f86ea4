// The options of `sevscope digest`, named as in sev-snp-measure and, where it has no equivalent, as in
// `validate`; and how they select CPUs, vCPUs and profiles.

import { InvalidArgumentError, Option, type Command } from 'commander';
import * as errors from './errors';
import { digestFinding, type DigestFinding } from '../core/check/digestRules';
import { ALL_CPUS, MATRIX_PROFILES, type MatrixCpu } from '../core/check/matrix';
import { MAX_VCPUS } from '../core/launch/inputKinds';
import { REPORTED_IDS, VMM_PROFILES, type InputValues } from '../core/launch/inputs';
import { unknownCpuModel } from '../core/vmsa/errors';
import type { SnpInputs } from '../core/tech/snp/inputs';
import { findProfile, type KnownProfile } from '../core/vmsa/launch/profiles';
import { encodeSignature } from '../core/vmsa/launch/signature';
import { FORM_NAMES, formRow, type Form } from './digestForms';
import { addInputs, addOtherNames, readInput, type InputUse } from './inputOptions';
import { cpuFrom, number } from './options';

/** The kinds of launch digests. */
export const DIGEST_MODES = ['sev', 'seves', 'snp', 'snp:ovmf-hash', 'snp:svsm'] as const;

/** The inputs that stay texts until their use: lists for a table, and bytes of which only some modes need any. */
type TextId = 'vcpus' | 'cpu' | 'cpu.signature' | 'profile' | 'features' | 'firmwareDigest' | 'nonce';

/** The parsed options, those of inputs by their names and the others by commander's. */
export interface DigestOptions extends Omit<InputValues, TextId>, Readonly<Partial<Record<TextId, string>>> {
  /** Absent only where a command line of QEMU says it. */
  readonly mode: (typeof DIGEST_MODES)[number];
  /** CPUs of the table. */
  readonly cpus?: string;
  /** Hexadecimal, or CSV of a table, by default. */
  readonly format?: Form;
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
  readonly output?: string;
  /** The guest's SVN, in CoRIM. */
  readonly svn?: number;
  readonly json?: true;
}

/** Whether a run needs more than the script of plain digests has. */
export function asksForMore(options: DigestOptions): boolean {
  const { format = 'hex', matrix, trace, compare, inputs, dumpVmsa, output, cpus } = options;
  const isMore = [matrix, trace, compare, inputs, dumpVmsa, output, cpus].some(
    (value) => value !== undefined,
  );
  return isMore || formRow(format).plain !== true || MEASURED.some(({ id }) => options[id] !== undefined);
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
  addInputs(command, LAUNCHED);
  for (const option of formatOptions()) command.addOption(option);
  command
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
      new NamedOption(
        '--cpu <list>',
        'CPUs of the table: QEMU models, family/model/stepping, or all',
        'cpus',
      ),
    )
    .option('--output <path>', 'write what is printed to a file')
    .option(
      '--svn <number>',
      "the guest's SVN in CoRIM, 0 in Microsoft's profile unless given",
      number(0xffffffff),
    )
    .optionsGroup('The measurement that a platform reports, instead of the digest:');
  return addOtherNames(addInputs(command, MEASURED));
}

const FORMATS_HELP = `how to print: ${FORM_NAMES.map((form) => `${form} (${formRow(form).help})`).join(', ')}`;

/** The option for the form, which sev-snp-measure calls by the second name. Two that differ in value are refused. */
function formatOptions(): Option[] {
  let first: { readonly name: string; readonly form: string } | undefined;
  return ['--format', '--output-format'].map((name, i) => {
    const option = new NamedOption(`${name} <form>`, FORMATS_HELP, 'format').choices(FORM_NAMES);
    option.argParser((form: string) => {
      if (!FORM_NAMES.includes(form as Form))
        throw new InvalidArgumentError(`Allowed choices are ${FORM_NAMES.join(', ')}.`);
      if (first && first.name !== name && first.form !== form)
        throw errors.twoNames('format', first.name, name);
      first = { name, form };
      return form;
    });
    return option.hideHelp(i > 0);
  });
}

/** An option whose value is kept under another name than its own. */
class NamedOption extends Option {
  constructor(
    flags: string,
    help: string,
    readonly as: string,
  ) {
    super(flags, help);
  }

  override attributeName(): string {
    return this.as;
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

/** Rejects options that contradict each other, before anything is read. */
export function checkTogether(options: DigestOptions): void {
  const { mode, matrix, cpus, cpu, output, json, dumpVmsa, format } = options;
  const row = format && formRow(format);
  if (matrix && !(mode in MATRIX_PROFILES))
    throw errors.oddOption('--matrix', `--mode ${mode} measures no vCPUs, so there is one digest only`);
  if (!matrix && cpus !== undefined) throw errors.oddOption('--cpu', 'it is for --matrix; use --vcpu-type');
  if (output !== undefined && !matrix && (!row || row.plain))
    throw errors.oddOption('--output', 'it is for --matrix, and for forms of reference values');
  if (matrix && json) throw errors.oddOption('--json', 'the form of a table is --format json');
  if (matrix && cpus !== undefined && cpu !== undefined) throw errors.twoCpus();
  const isTrace = options.trace ?? options.compare;
  if (isTrace && (matrix || mode === 'snp:ovmf-hash'))
    throw errors.oddOption(options.trace ? '--trace' : '--compare', 'it is for one launch');
  if (options.inputs !== undefined && mode !== 'snp')
    throw errors.oddOption('--inputs', 'it is for --mode snp');
  if (row?.snp && (!(mode === 'snp' || (mode === 'snp:svsm' && format !== 'dstack')) || isTrace || json))
    throw errors.oddOption(`--format ${format!}`, 'it is for digests of SEV-SNP, without other forms');
  const isSeveral = matrix ?? vcpuCounts(options.vcpus ?? '1').length > 1;
  if (row?.of === 'one' && isSeveral) throw errors.oddOption(`--format ${format!}`, 'it is for one launch');
  if (row?.of === 'table' && !matrix) throw errors.oddOption(`--format ${format!}`, 'it is for --matrix');
  if (options.svn !== undefined && !format?.startsWith('corim'))
    throw errors.oddOption('--svn', 'it is for --format corim and corim-amd');
  if (dumpVmsa && (matrix || !(mode in MATRIX_PROFILES)))
    throw errors.oddOption('--dump-vmsa', 'it is for one launch that measures vCPUs');
  if (options.firmwareDigest !== undefined && mode !== 'snp')
    throw errors.oddOption('--snp-ovmf-hash', 'it is for --mode snp');
}

/** The CPUs of a table. @throws CheckError (usage) */
export function cpuList(text: string): readonly MatrixCpu[] {
  return text === 'all' ? ALL_CPUS : text.split(',').map(cpuOf);
}

/**
 * The CPU that the options name. Of several, family, model and stepping win over the signature, and that over the name, as in
 * sev-snp-measure.
 * @param find hears which one counts, if they differ
 * @throws CheckError (usage) for an incomplete one, or a model both by number and by name
 */
export function vcpuFrom(
  options: DigestOptions,
  find: (finding: DigestFinding) => void,
): MatrixCpu | undefined {
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
  if (other)
    find(
      digestFinding(
        'cpu-twice',
        `The CPU is given twice: ${by} count, and not ${other.by}, as in sev-snp-measure.`,
      ),
    );
  const name = type ?? (first.name || `${id.family}/${id.model}/${id.stepping}`);
  return { name: other ? first.name || `${id.family}/${id.model}/${id.stepping}` : name, id };
}

/** Whether a VMM is given that is not QEMU. */
export const isOther = (vmm: DigestOptions['vmm']): vmm is 'ec2' | 'gce' => vmm === 'ec2' || vmm === 'gce';

/** The profiles that the options name; each must belong to the mode. @throws CheckError (usage) for any other */
export function profilesFrom({
  mode,
  profile,
  vmm,
  matrix,
  format = 'csv',
}: DigestOptions): readonly KnownProfile[] {
  const known: readonly KnownProfile[] = mode in MATRIX_PROFILES ? MATRIX_PROFILES[mode as 'snp'] : [];
  if (vmm !== undefined && profile !== undefined)
    throw errors.oddOption('--vmm-type', '--profile says who launches');
  if (mode === 'snp:svsm' && isOther(vmm))
    throw errors.oddOption('--vmm-type', 'only QEMU launches an SVSM image');
  // No profile is one of SEV-ES by another VMM than QEMU.
  if (mode === 'seves' && isOther(vmm)) return [findProfile(VMM_PROFILES[vmm])!];
  const ofVmm = mode === 'snp' && vmm ? VMM_PROFILES[vmm] : undefined;
  const text = profile ?? ofVmm ?? (matrix && formRow(format).labelled ? 'all' : known[0]!.id);
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
