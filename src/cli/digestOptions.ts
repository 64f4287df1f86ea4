// The options of `sevscope digest`, named as in sev-snp-measure and, where it has no equivalent, as in
// `validate`.

import { Option, type Command } from 'commander';
import { badLaunchDigest } from '../app/errors';
import { amongOption, notAmong } from './amongOption';
import * as errors from './errors';
import type { DigestFinding } from '../core/check/digestRules';
import { REPORTED_IDS, type InputValues } from '../core/launch/inputs';
import { MAX_VCPUS } from '../core/launch/inputKinds';
import type { SnpInputs } from '../core/tech/snp/inputs';
import { DIGEST_MODES, type DigestMode } from '../core/tech/traits';
import type { KnownLaunch } from '../app/knownLaunch';
import { FORM_NAMES, formRow, type Form } from '../core/check/digestForms';
import { addInputs, addOtherNames, type InputUse } from './inputOptions';
import { readKnownDigest } from './knownDigest';
import { number } from './options';

/** The inputs that stay texts until their use: lists for a table, and bytes of which only some modes need any. */
type TextId = 'vcpus' | 'cpu' | 'cpu.signature' | 'profile' | 'features' | 'firmwareDigest' | 'nonce';

/** The parsed options, those of inputs by their names and the others by commander's. */
export interface DigestOptions extends Omit<InputValues, TextId>, Readonly<Partial<Record<TextId, string>>> {
  readonly mode: DigestMode;
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
  /** Digest of a launch of SEV-SNP with fewer vCPUs, 48 bytes. */
  readonly knownDigest?: Uint8Array;
  /** How many. */
  readonly knownVcpus?: number;
  /** Where additional vCPUs start. */
  readonly resetAddress?: number;
  /** The launch that goes on. */
  readonly known?: KnownLaunch;
  /** Path of a command line of QEMU or of a domain's XML, or either as text. */
  readonly fromQemuCommandLine?: string;
  /** What was found there. */
  readonly noted?: readonly DigestFinding[];
  readonly matrix?: true;
  readonly output?: string;
  /** The guest's SVN, in CoRIM. */
  readonly svn?: number;
  readonly json?: true;
}

/** Whether a run needs more than the script of plain digests has. */
export function asksForMore(options: GivenOptions): boolean {
  const { format = 'hex', matrix, trace, compare, inputs, dumpVmsa, output, cpus } = options;
  const { fromQemuCommandLine: from, knownDigest, knownVcpus, resetAddress } = options;
  const isMore = [
    from,
    knownDigest,
    knownVcpus,
    resetAddress,
    options.launchDigest,
    matrix,
    trace,
    compare,
    inputs,
    dumpVmsa,
    output,
    cpus,
  ].some((value) => value !== undefined);
  return isMore || formRow(format).plain !== true || MEASURED.some(({ id }) => options[id] !== undefined);
}

/** The same before it is known which digest is wanted, which a command line of QEMU may say. */
export type GivenOptions = Omit<DigestOptions, 'mode'> & Partial<Pick<DigestOptions, 'mode'>>;

/** Whether it is known which digest is wanted. */
export const hasMode = (options: GivenOptions): options is DigestOptions => options.mode !== undefined;

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

/** What is loaded, in whose place a launch digest can be. */
export const OF_LOADED = [...LAUNCHED, ...DIGESTS, ...BELOW].map(({ id }) => id);

/** What a platform measures the digest with. */
const MEASURED: readonly InputUse[] = [
  {
    id: 'launchDigest',
    help: 'launch digest to measure, in place of firmware and all that is loaded',
    whyNot: (found) => badLaunchDigest(found).message,
  },
  { id: 'keys.tik' },
  { id: 'keys.tek', help: 'transport encryption key; not needed' },
  { id: 'keys.tk' },
  { id: 'nonce', asText: true },
  ...REPORTED_IDS.filter((id) => id !== 'measurement').map((id) => ({ id })),
];

/** Adds the options. */
export function addDigestOptions(command: Command): Command {
  command.addOption(amongOption(new Option('--mode <mode>', 'which launch digest'), DIGEST_MODES));
  addInputs(command, LAUNCHED);
  for (const option of formatOptions()) command.addOption(option);
  command
    .option('-v, --verbose', 'print a digest with the mode that it is of')
    .option('--json', 'print the digest with what it is of as JSON')
    .option('--dump-vmsa', 'write the page of each vCPU to vmsa0.bin, vmsa1.bin, …')
    .option(
      '--from-qemu-command-line <text>',
      'takes what is not given from a command line of QEMU or the XML of a domain: a file, - or the text',
    )
    .optionsGroup('The launch page by page:')
    .option('--trace', 'print what is measured, page by page, with the digest after each')
    .option(
      '--compare <path>',
      "print where it differs from another trace, from QEMU's trace, or from VMSAs in a kernel log",
    )
    .optionsGroup('Hashes in place of files:');
  addInputs(command, DIGESTS)
    .option('--inputs <path>', 'all inputs of an SNP launch as JSON, as dstack has them')
    .optionsGroup('From a digest of the same SNP launch with fewer vCPUs, without its files:')
    .option('--known-digest <digest>', 'that digest', readKnownDigest)
    .option('--known-vcpus <number>', 'how many vCPUs are in it', number(MAX_VCPUS, 0))
    .option(
      '--reset-address <number>',
      'where additional vCPUs start; of the image, if --firmware is given',
      number(0xffffffff),
    )
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
      if (!FORM_NAMES.includes(form as Form)) throw notAmong(form, FORM_NAMES);
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
