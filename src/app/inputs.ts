// The inputs of a launch by the names that failures use for them: where each is in a launch file, and which
// command-line options give it. Core says which input a failure is about; the words for it are here.

import { withPlace } from '../core/errors';

interface InputRow {
  /** Its place in a launch file, outermost name first. */
  readonly member: readonly string[];
  readonly options: string;
}

const INPUTS = {
  firmware: { member: ['firmware'], options: '--firmware' },
  kernel: { member: ['kernel'], options: '--kernel' },
  initrd: { member: ['initrd'], options: '--initrd' },
  cmdline: { member: ['cmdline'], options: '--cmdline' },
  vcpus: { member: ['vcpus'], options: '--num-cpus' },
  cpu: { member: ['cpu'], options: '--cpu-family, --cpu-model and --cpu-stepping' },
  profile: { member: ['profile'], options: '--profile' },
  'vmsa.bsp': { member: ['vmsa', 'bsp'], options: '--vmsa-cpu0' },
  'vmsa.ap': { member: ['vmsa', 'ap'], options: '--vmsa-cpu1' },
  'keys.tk': { member: ['keys', 'tk'], options: '--tk' },
  'keys.tik': { member: ['keys', 'tik'], options: '--tik' },
  'keys.tek': { member: ['keys', 'tek'], options: '--tek' },
  measurement: { member: ['launch', 'measurement'], options: '--measurement' },
  domain: { member: ['domain', 'name'], options: '--domain' },
  connection: { member: ['domain', 'connection'], options: '--connect' },
} as const satisfies Readonly<Record<string, InputRow>>;

/** The name of an input. */
export type InputName = keyof typeof INPUTS;

/** All of them. */
export const INPUT_NAMES = Object.keys(INPUTS) as InputName[];

/**
 * Both ways to give an input, as a phrase after "give it": as a member of a launch file, or by options of the
 * command line.
 */
export function waysToGive(input: InputName): string {
  const { member, options } = INPUTS[input];
  const key = member.map((name) => `"${name}"`).reverse();
  return `as ${key.join(' of ')} in a launch file or with ${options}`;
}

/** Reads one input; a failure gets the input's name, and its place in a launch file in case it came from one. */
export const atInput = <T>(input: InputName, work: () => T | Promise<T>): Promise<T> =>
  withPlace({ input, member: INPUTS[input].member }, work);
