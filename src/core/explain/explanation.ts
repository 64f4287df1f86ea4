// The answer to "why does it not match?" as plain data: the same for the report editor, the command line's text and its JSON.
// An explanation never is a verdict: it says with which inputs a new check would match.

/** An input of a check that an explanation can change; the names are those of a launch file. */
export type ChangedInput =
  | 'firmware'
  | 'kernel'
  | 'initrd'
  | 'cmdline'
  | 'vcpus'
  | 'cpu'
  | 'profile'
  | 'vmsa'
  | 'keys'
  | 'measurement'
  | 'apiMajor'
  | 'apiMinor'
  | 'buildId'
  | 'policy';

/** One input that has to be another for the measurement to match. */
export interface Change {
  /** The row of the table of causes. */
  readonly cause: string;
  readonly input: ChangedInput;
  /** What the input is called in sentences, such as `vCPUs`. */
  readonly title: string;
  /** What was given, and what matches instead, in words. Never bytes of a key. */
  readonly given: string;
  readonly found: string;
  /** Which layer, host version or habit brings this about, in one or two sentences. */
  readonly why: string;
  /** What to do about it, one sentence in the imperative. */
  readonly advice: string;
}

/** A value of JSON, as far as launch files have them. */
export type EditedValue = string | number | { readonly [name: string]: EditedValue };

/** One change of a launch file; a path is written relative to that file by whoever applies it. */
export interface LaunchEdit {
  /** The names down to the member, such as `launch`, `policy`. */
  readonly member: readonly string[];
  /** Absent when the member is to be taken out. */
  readonly value?: EditedValue;
}

/**
 * How much it matters that the launch was another than expected: `mistake` in the inputs of the check, `benign` when host software
 * decides it and the guest is no less protected, `serious` when the guest runs something or under terms that its owner did not ask for.
 */
export type Weight = 'mistake' | 'benign' | 'serious';

/** One way in which the measurement is explained in full. */
export interface Explanation {
  /** A sentence such as `Matches if vCPUs is 2 (given: 4)`. */
  readonly title: string;
  /** One change, or two that are needed together. */
  readonly changes: readonly Change[];
  readonly weight: Weight;
  /** What was computed with these changes and is the same as what was reported: a sentence with the digests in hexadecimal. */
  readonly evidence: string;
  /** What makes a launch file say so; empty where no launch file can. */
  readonly edits: readonly LaunchEdit[];
}

/** One part of the space that was searched. */
export interface Covered {
  /** What was varied, such as `vCPUs with CPU and profile`. */
  readonly title: string;
  readonly hypotheses: number;
  /** From what to what, in words. */
  readonly detail: string;
}

/** What a search found. */
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
  /** What no search can find, or this one was not asked for. */
  readonly remains: readonly Remaining[];
}

/** One thing that may be the cause all the same. */
export interface Remaining {
  /** A sentence. */
  readonly text: string;
  /** The member of the scope of a search that would include it; absent for what no search can find. */
  readonly scope?: 'beside' | 'maxVcpus';
}

/** How far a search has come: first it reads files, in bytes, then it tries hypotheses. */
export type ExplainProgress =
  | { readonly kind: 'reading'; readonly name: string; readonly done: number; readonly total: number }
  | {
      readonly kind: 'trying';
      readonly tried: number;
      readonly total: number;
      /** What is varied now. */
      readonly title: string;
    };
