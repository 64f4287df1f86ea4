// One row of the table of causes: a way in which a launch differs from what was expected, and how to try it.

import type { TechnologyId } from '../launch/inputs';
import type { ChangedInput, LaunchEdit, Weight } from './explanation';
import type { LaunchFacts } from './launchFacts';
import type { Setting } from './setting';

/**
 * The parts of a launch that causes change. Two causes are combined when they change different parts; pages from files
 * are one of several ways to a profile.
 */
export type Dimension = Exclude<ChangedInput, 'vmsa'>;

/** A value to try in place of the given one. */
export interface Alternative {
  readonly set: Partial<Setting>;
  readonly given: string;
  readonly found: string;
  /** Replaces the text of the row. */
  readonly why?: string;
  readonly advice?: string;
  readonly weight?: Weight;
  /** Absent when a launch file cannot express it. */
  readonly edits?: readonly LaunchEdit[];
}

/** What the alternatives of a row are derived from. */
export interface Tried {
  readonly facts: LaunchFacts;
  /** The hypothesis that everything is as given. */
  readonly given: Setting;
}

/** One row of the table. */
export interface LaunchCause {
  readonly id: string;
  readonly dimension: Dimension;
  readonly input: ChangedInput;
  /** The name of the input in sentences. */
  readonly title: string;
  /** What is tried, for the documentation. */
  readonly doc: string;
  readonly why: string;
  readonly advice: string;
  readonly weight: Weight;
  /** The launches in which it is tried; all that have the dimension unless it says so. */
  readonly technologies?: readonly TechnologyId[];
  /** How often this is the cause, relative to the others; the likeliest are tried first. */
  readonly prior: number;
  readonly alternatives: (tried: Tried) => Iterable<Alternative>;
}

/** An edit that removes members. */
export const without = (...names: readonly string[]): LaunchEdit[] =>
  names.map((name) => ({ member: [name] }));

/** An edit of a value that the host reported. */
export const ofLaunch = (name: string, value: string | number): LaunchEdit[] => [
  { member: ['launch', name], value },
];

const MOST_QUOTED = 60;

/** A command line for use in a sentence: quoted, and truncated to one line. */
export function quoted(text: string | undefined): string {
  if (text === undefined) return 'none';
  return JSON.stringify(text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}…` : text);
}
