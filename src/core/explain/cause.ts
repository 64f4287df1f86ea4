// What a row of the table of causes is: one way in which a launch comes to be another than was expected, and how to try it.

import type { ChangedInput, LaunchEdit, Weight } from './explanation';
import type { LaunchFacts } from './launchFacts';
import type { Setting } from './setting';

/** The parts of a launch that causes change. Two causes are tried together when they change different parts. */
export type Dimension =
  | 'firmware'
  | 'kernel'
  | 'initrd'
  | 'cmdline'
  | 'profile'
  | 'cpu'
  | 'vcpus'
  | 'policy'
  | 'keys'
  | 'measurement'
  | 'apiMinor'
  | 'buildId'
  | 'apiMajor';

/** One value to try instead of what was given. */
export interface Alternative {
  readonly set: Partial<Setting>;
  readonly given: string;
  readonly found: string;
  /** In place of what the row says. */
  readonly why?: string;
  readonly advice?: string;
  readonly weight?: Weight;
  /** Absent when no launch file can say so. */
  readonly edits?: readonly LaunchEdit[];
}

/** What the alternatives of a row are made from. */
export interface Tried {
  readonly facts: LaunchFacts;
  /** The hypothesis that everything was as given. */
  readonly given: Setting;
}

/** One row of the table. */
export interface LaunchCause {
  readonly id: string;
  readonly dimension: Dimension;
  readonly input: ChangedInput;
  /** What the input is called in sentences. */
  readonly title: string;
  /** What is tried, for the documentation. */
  readonly doc: string;
  readonly why: string;
  readonly advice: string;
  readonly weight: Weight;
  /** How often this is the cause, next to the others; the likeliest are tried first. */
  readonly prior: number;
  readonly alternatives: (tried: Tried) => Iterable<Alternative>;
}

/** An edit that takes members out. */
export const without = (...names: readonly string[]): LaunchEdit[] =>
  names.map((name) => ({ member: [name] }));

/** An edit of what the host reported. */
export const ofLaunch = (name: string, value: string | number): LaunchEdit[] => [
  { member: ['launch', name], value },
];
