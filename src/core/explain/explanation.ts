// The answer to "why does it not match?" as plain data, for the report editor, the command line's text and
// its JSON. An explanation is never a verdict: it says with which inputs a new check would match.

import type { OBJECTS, VariedId } from '../launch/inputs';

/** An input of a check that an explanation can change, named as in a launch file. */
export type ChangedInput = VariedId | Exclude<keyof typeof OBJECTS, 'launch' | 'domain'>;

/** An input that has to be different for the measurement to match. */
export interface Change {
  /** The row of the table of causes. */
  readonly cause: string;
  readonly input: ChangedInput;
  /** The name of the input in sentences, such as `vCPUs`. */
  readonly title: string;
  /** What was given, and what matches instead, in words. Never bytes of a key. */
  readonly given: string;
  readonly found: string;
  /** Which layer, host version or habit causes this, in one or two sentences. */
  readonly why: string;
  /** What to do about it, an imperative sentence. */
  readonly advice: string;
}

/** A JSON value, as far as launch files use them. */
export type EditedValue = string | number | { readonly [name: string]: EditedValue };

/** A change to a launch file; paths are made relative to that file by the code that applies it. */
export interface LaunchEdit {
  /** The path to the member, such as `launch`, `policy`. */
  readonly member: readonly string[];
  /** Absent when the member is to be removed. */
  readonly value?: EditedValue;
}

/**
 * How much it matters that the launch was not the expected one. `mistake`: an input of the check is wrong.
 * `benign`: host software decides it and the guest is no less protected. `serious`: the guest runs something,
 * or under terms, that its owner did not ask for.
 */
export type Weight = 'mistake' | 'benign' | 'serious';

/** A complete explanation of the measurement. */
export interface Explanation {
  /** A sentence such as `It matches with vCPUs 2 (not 4)`. */
  readonly title: string;
  /** One change, or two that only work together. */
  readonly changes: readonly Change[];
  readonly weight: Weight;
  /**
   * A sentence saying what was computed with these changes and that it equals the reported value,
   * with the digests in hexadecimal.
   */
  readonly evidence: string;
  /** The edits that put the changes into a launch file; empty when it cannot express them. */
  readonly edits: readonly LaunchEdit[];
}

/** A part of the space that was searched. */
export interface Covered {
  /** What was varied, such as `vCPUs with CPU and profile`. */
  readonly title: string;
  readonly hypotheses: number;
  /** The range of values, in words. */
  readonly detail: string;
}

/** The result of a search. */
export interface ExplainResult {
  /** What was searched for: the name of the launch file, or of the command. */
  readonly title: string;
  readonly outcome: 'already matches' | 'explained' | 'not explained';
  /** The outcome as a sentence for a person who reads nothing else. */
  readonly summary: string;
  /** The likeliest first. */
  readonly explanations: readonly Explanation[];
  readonly hypotheses: number;
  readonly covered: readonly Covered[];
  /** What no search can find, or what this one did not cover. */
  readonly remains: readonly Remaining[];
  /** What is to be known of what is explained, such as that a report is not verified: sentences. */
  readonly notes?: readonly string[];
}

/** Something that may still be the cause. */
export interface Remaining {
  /** A sentence. */
  readonly text: string;
  /** The scope option that would include it in a search; absent for what no search can find. */
  readonly scope?: 'beside' | 'maxVcpus';
}

/** The progress of a search: first it reads files, in bytes, then it tries hypotheses. */
export type ExplainProgress =
  | { readonly kind: 'reading'; readonly name: string; readonly done: number; readonly total: number }
  | {
      readonly kind: 'trying';
      readonly tried: number;
      readonly total: number;
      /** What is being varied. */
      readonly title: string;
    };
