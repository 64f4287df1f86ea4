// The answer of a launch-measurement check as plain data: the same for the report editor, the command line's
// text and its JSON.

import type { ErrorKind } from '../errors';

/** How a rule came out. */
export interface RuleResult {
  readonly id: string;
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** A sentence. */
  readonly reason: string;
  /** What to do about it, a sentence; empty when nothing needs doing. */
  readonly advice: string;
  /** What its failure means. */
  readonly kind?: ErrorKind;
  /** It would have failed, and was passed over because a person insisted (`insecure`): the verdict cannot be trusted. */
  readonly untrusted?: true;
  /** It is skipped, but a person should read why. */
  readonly warning?: true;
}

/** Who vouches for an input: the guest's owner, the untrusted host, or nobody because it was computed. */
export type Source = 'owner' | 'host' | 'derived';

/** One box of the pipeline: so many bytes, hashed to this. */
export interface Step {
  readonly id:
    | 'firmware'
    | 'kernel'
    | 'initrd'
    | 'cmdline'
    | 'kernel-hashes'
    | 'vmsa'
    | 'launch-digest'
    | 'measurement'
    | 'reported';
  readonly title: string;
  /** Bytes that enter the digest at this step. */
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly digest: string;
  /** What `digest` is: `SHA-256`, `HMAC-SHA256`, or nothing for a value that was only read. */
  readonly algorithm: string;
  readonly source: Source;
  /** One sentence on what went in, or an empty string. */
  readonly detail: string;
}

/** `cannot be trusted` is never shown like a match. */
export type Verdict = 'matches' | 'does not match' | 'cannot be trusted';

/** What was launched, as far as it was told. */
export type LaunchMode = 'SEV' | 'SEV-ES' | 'SEV-SNP' | 'no SEV';

/** A finished check. */
export interface Report {
  /** What was checked: the name of the launch file, or of the command. */
  readonly title: string;
  readonly mode: LaunchMode;
  readonly verdict: Verdict;
  /** Whether the measurements agree, when the verdict cannot be trusted all the same; absent when none was computed. */
  readonly agrees?: boolean;
  /** The verdict as a sentence for a person who reads nothing else. */
  readonly summary: string;
  /** Facts about the launch: name and value, for example the policy in words. */
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** Empty when nothing was computed. */
  readonly steps: readonly Step[];
  /** What was judged about the domain; absent for a recorded launch. */
  readonly rules?: readonly RuleResult[];
  /** Sentences about what the match does not say, or what to try after a mismatch. */
  readonly warnings: readonly string[];
}
