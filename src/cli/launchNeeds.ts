// What a command needs that is about a launch, for whoever gave nothing that says which: the options that each technology takes, from the
// table of inputs and the traits.

import { conjunction } from '../core/binary/words';
import {
  inputRow,
  REPORTED_IDS,
  TECHNOLOGY_NAMES,
  type InputId,
  type TechnologyId,
} from '../core/launch/inputs';
import { TRAITS } from '../core/tech/traits';
import type { LaunchOptions } from './launchOptions';

/** What says which launch is meant, or that there is one of SEV or SEV-ES. */
const SAYING: readonly InputId[] = [
  'launchDigest',
  'report',
  ...REPORTED_IDS,
  'keys.tik',
  'keys.tek',
  'keys.tk',
];

/** Whether no option says which launch is meant. */
export const saysNoLaunch = (options: LaunchOptions): boolean =>
  options.launch === undefined && SAYING.every((id) => options[id] === undefined);

const IDS = Object.keys(TECHNOLOGY_NAMES) as TechnologyId[];
const DIGEST: readonly InputId[] = ['launchDigest'];
const MEASUREMENT: readonly InputId[] = [...REPORTED_IDS, 'keys.tik', 'keys.tek'];
/** What a page of a vCPU is generated for; the CPU by the option that help has. */
const VCPUS: readonly InputId[] = ['vcpus', 'cpu.model'];

const optionsOf = (ids: readonly InputId[]): string[] => ids.map((id) => inputRow(id).option!);

/** What to give for the check of a launch, sentences: the technology that needs least first, and of the others what they need besides. */
export function waysToCheck(): readonly string[] {
  const all = IDS.map((id) => {
    const { hasMeasurement, measuresVcpus } = TRAITS[id];
    const evidence = hasMeasurement ? MEASUREMENT : DIGEST;
    const needs = [...evidence, 'firmware' as const, ...(measuresVcpus ? VCPUS : [])];
    return { name: TECHNOLOGY_NAMES[id], needs };
  }).sort((a, b) => a.needs.length - b.needs.length);
  return [
    'Give a launch file with --launch, a domain with --domain, or options.',
    ...all.map(({ name, needs }, i) => {
      const base = all.slice(0, i).find((one) => one.needs.every((id) => needs.includes(id)));
      const more = optionsOf(needs.filter((id) => !base?.needs.includes(id)));
      return `${name}: ${conjunction(base ? [`what ${base.name} needs`, ...more] : more)}.`;
    }),
  ];
}

/** The same for the search for an explanation, which finds the CPU and the number of vCPUs by itself. */
export function waysToExplain(): readonly string[] {
  const measured = IDS.filter((id) => TRAITS[id].hasMeasurement).map((id) => TECHNOLOGY_NAMES[id]);
  return [
    'Give a launch file with --launch, a line of a log, or options.',
    `A launch digest of any technology: ${conjunction(optionsOf([...DIGEST, 'firmware']))}.`,
    `A measurement of ${measured.join(' or ')}: ${conjunction(optionsOf([...MEASUREMENT, 'firmware']))}.`,
  ];
}
