// Which reference values are wanted, as a page has it: texts as they are typed; and the command that gives the same.

import { shellWord } from '../binary/shell';
import { inputRow, type InputId } from '../launch/inputs';
import { FORM_NAMES, formRow, type Form } from './digestForms';
import { MATRIX_PROFILES } from './matrix';

/** The kinds of launches that measure vCPUs, by the names of `digest --mode`, and their names for people. */
export const REFERENCE_MODES = {
  snp: 'SEV-SNP',
  'snp:svsm': 'SEV-SNP with an SVSM below the firmware',
  seves: 'SEV-ES',
} as const satisfies Readonly<Record<keyof typeof MATRIX_PROFILES, string>>;
export type ReferenceMode = keyof typeof REFERENCE_MODES;

/** A row: an input that is a text, its name on the page, and how the command has it. */
interface PartRow {
  readonly label: string;
  /** A row of the table of inputs, whose option it is. */
  readonly input: InputId;
  /** Another name of that option than its own. */
  readonly option?: `--${string}`;
  /** The modes that have it; without it all. */
  readonly modes?: readonly ReferenceMode[];
  /** A path, which can be chosen. */
  readonly isFile?: true;
}

const NOT_SVSM = ['snp', 'seves'] as const;
const SVSM = ['snp:svsm'] as const;

/** The inputs of all launches of a table, in the order of the command. */
export const REFERENCE_PARTS = {
  firmware: { label: 'Firmware', input: 'firmware', isFile: true },
  kernel: { label: 'Kernel', input: 'kernel', modes: NOT_SVSM, isFile: true },
  initrd: { label: 'Initrd', input: 'initrd', modes: NOT_SVSM, isFile: true },
  cmdline: { label: 'Command line', input: 'cmdline', modes: NOT_SVSM },
  features: { label: 'SEV features', input: 'features', modes: ['snp'] },
  svsm: { label: 'SVSM image', input: 'svsm', modes: SVSM, isFile: true },
  varsSize: { label: 'Size of variables', input: 'varsSize', modes: SVSM },
  varsFile: { label: 'or their image', input: 'varsFile', modes: SVSM, isFile: true },
} as const satisfies Readonly<Record<string, PartRow>>;

/** The name of such an input. */
export type ReferencePart = keyof typeof REFERENCE_PARTS;
export const REFERENCE_PART_NAMES = Object.keys(REFERENCE_PARTS) as ReferencePart[];
/** The inputs that are files. */
export const REFERENCE_FILES = REFERENCE_PART_NAMES.filter((part) => 'isFile' in REFERENCE_PARTS[part]);

/** The row of an input. */
export const partRow = (part: ReferencePart): PartRow => REFERENCE_PARTS[part];

/** The question. What is not given is empty. */
export interface ReferenceQuestion extends Readonly<Record<ReferencePart, string>> {
  readonly mode: ReferenceMode;
  /** A number of vCPUs, or a list such as `1-8,16`. */
  readonly vcpus: string;
  /** CPU models, or family/model/stepping, or `all`. */
  readonly cpus: string;
  /** A profile, or `all`. */
  readonly profile: string;
  readonly format: Form;
  /** The guest's SVN, in CoRIM. */
  readonly svn: string;
}

/** Where a command line has the number of vCPUs. */
export const VCPUS_PLACE = '{vcpus}';

/** A command line for a number of vCPUs. */
export const filledIn = (template: string, vcpus: string): string => template.replaceAll(VCPUS_PLACE, vcpus);

/** Nothing but the usual choices. */
export const NO_REFERENCES: ReferenceQuestion = {
  ...(Object.fromEntries(REFERENCE_PART_NAMES.map((part) => [part, ''])) as Record<ReferencePart, ''>),
  mode: 'snp',
  vcpus: '1-8',
  cpus: '',
  profile: MATRIX_PROFILES.snp[0]!.id,
  format: 'csv',
  svn: '',
};

/** The inputs that a mode has. */
export const partsOf = (mode: ReferenceMode): ReferencePart[] =>
  REFERENCE_PART_NAMES.filter((part) => partRow(part).modes?.includes(mode) ?? true);

/** The forms that a mode has. */
export const formsOf = (mode: ReferenceMode): Form[] =>
  FORM_NAMES.filter(
    (form) => (mode !== 'seves' || !formRow(form).snp) && (form !== 'dstack' || mode === 'snp'),
  );

/** Whether a form has an SVN. */
export const hasSvn = (form: Form): boolean => form.startsWith('corim');

/** Whether a form is of one launch. */
export const isOfOne = (form: Form): boolean => formRow(form).of === 'one';

/** The same question about launches of another mode, with its usual profile and a form that it has. */
export const withMode = (question: ReferenceQuestion, mode: ReferenceMode): ReferenceQuestion => ({
  ...question,
  mode,
  profile: MATRIX_PROFILES[mode][0].id,
  format: formsOf(mode).includes(question.format) ? question.format : 'csv',
});

/** The name of a file with reference values, without its extension. */
export const REFERENCE_FILE = 'reference-values';

/** The arguments of `sevscope` that give the same. */
export function referenceArguments(question: ReferenceQuestion): string[] {
  const { mode, vcpus, cpus, profile, format, svn } = question;
  const one = isOfOne(format);
  const parts = partsOf(mode).flatMap((part) => {
    const text = part === 'cmdline' && one ? filledIn(question.cmdline, vcpus.trim()) : question[part];
    const { input, option = inputRow(input).option! } = partRow(part);
    return text === '' ? [] : [option, text];
  });
  return [
    ...['digest', '--mode', mode, ...parts],
    ...(one ? [] : ['--matrix']),
    ...['--vcpus', vcpus],
    ...(cpus.trim() === '' ? [] : [one ? '--vcpu-type' : '--cpu', cpus]),
    ...['--profile', profile, '--format', format],
    ...(hasSvn(format) && svn !== '' ? ['--svn', svn] : []),
    ...['--output', `${REFERENCE_FILE}.${formRow(format).extension}`],
  ];
}

/** The command that gives the same, for a POSIX shell. */
export const referenceCommand = (question: ReferenceQuestion): string =>
  ['sevscope', ...referenceArguments(question)].map(shellWord).join(' ');
