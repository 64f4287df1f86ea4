// The question of a page of reference values as its controls change it.

import { CPU_MODELS } from '../../src/core/vmsa/launch/cpuModels';
import { MATRIX_PROFILES } from '../../src/core/check/matrix';
import { formRow } from '../../src/core/check/digestForms';
import {
  formsOf,
  REFERENCE_MODES,
  type ReferenceMode,
  type ReferenceQuestion,
} from '../../src/core/check/referenceQuestion';

/** An option of a dropdown. */
interface Choice {
  readonly value: string;
  readonly text: string;
}

/** What stands for every CPU or profile. */
const ALL = 'all';

export const MODE_CHOICES: readonly Choice[] = Object.entries(REFERENCE_MODES).map(([value, text]) => ({
  value,
  text,
}));

/** Who launches the guests. */
export const profileChoices = (mode: ReferenceMode): readonly Choice[] => [
  ...MATRIX_PROFILES[mode].map(({ id, title }) => ({ value: id, text: title })),
  { value: ALL, text: 'All of these' },
];

/** The forms of the mode, each with what it is. */
export const formChoices = (mode: ReferenceMode): readonly Choice[] =>
  formsOf(mode).map((form) => ({ value: form, text: `${form}: ${formRow(form).help}` }));

/** The choice that names no CPU. */
export const NO_CPU = 'none';

/** CPUs that can be added to a list. */
export const CPU_CHOICES: readonly Choice[] = [
  { value: NO_CPU, text: 'Add a CPU…' },
  { value: ALL, text: 'All of them' },
  ...CPU_MODELS.map(({ name }) => ({ value: name, text: name })),
];

/** The question with one more CPU in its list, or with all. */
export function withCpu(question: ReferenceQuestion, cpu: string): ReferenceQuestion {
  const listed = question.cpus
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== ALL);
  const cpus = cpu === ALL ? ALL : listed.includes(cpu) ? question.cpus : [...listed, cpu].join(',');
  return { ...question, cpus };
}

const NAMES = ['mode', 'vcpus', 'cpus', 'profile', 'format', 'svn'] as const;

/** Whether two questions are the same. */
export const isSameQuestion = (a: ReferenceQuestion, b: ReferenceQuestion): boolean =>
  [...NAMES, ...Object.keys(a)].every(
    (name) => a[name as keyof ReferenceQuestion] === b[name as keyof ReferenceQuestion],
  );

/** The control that a failure is about, by the input that it names. */
export const controlOf = (input: string | undefined): string | undefined =>
  input === 'cpu' ? 'cpus' : input;
