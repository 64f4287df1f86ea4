// The result of a launch-measurement check as plain data, for the report editor, the
// command line's text and its JSON.

import type { TitledStep } from './checkSteps';
import type { ErrorKind } from '../errors';
import type { TECHNOLOGY_NAMES, TechnologyId } from './inputs';
import type { LoadSource, LoadType } from './loads';

/** The outcome of a rule. */
export interface RuleResult {
  readonly id: string;
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** A sentence. */
  readonly reason: string;
  /** What to do about it, a sentence; empty when nothing needs doing. */
  readonly advice: string;
  /** What kind of failure it is. */
  readonly kind?: ErrorKind;
  /**
   * It would have failed, but was passed over because the user insisted (`insecure`): the verdict cannot be trusted.
   */
  readonly untrusted?: true;
  /** It was skipped, but people should read why. */
  readonly warning?: true;
}

/**
 * Who vouches for a value: the guest's owner, the untrusted host, the processor by a report that is verified, or nobody because it was
 * computed.
 */
export type Source = 'owner' | 'host' | 'processor' | 'derived';

/** What a row of the table of steps says. */
interface StepRow {
  readonly id: string;
  readonly title: string;
  /** Where it is in the pipeline: what is loaded, what the kernel hashes are made of, and what comes of it. */
  readonly place: 'loaded' | 'in kernel hashes' | 'result';
  /** The input without which there is no such step. */
  readonly needs?: StepNeed;
}

/** What a launch may have, and what it may be compared with. */
type StepNeed = 'kernel' | 'vmsa' | 'svsm' | 'loads' | 'measurement' | 'launchDigest' | 'report';

/** The steps of a check, in order. */
export const STEPS = [
  { id: 'firmware', title: 'Firmware', place: 'loaded', needs: 'loads' },
  { id: 'svsm', title: 'SVSM image', place: 'loaded', needs: 'svsm' },
  { id: 'kernel', title: 'Kernel', place: 'in kernel hashes', needs: 'kernel' },
  { id: 'initrd', title: 'Initrd', place: 'in kernel hashes', needs: 'kernel' },
  { id: 'cmdline', title: 'Command line', place: 'in kernel hashes', needs: 'kernel' },
  { id: 'kernel-hashes', title: 'Kernel hashes', place: 'loaded', needs: 'kernel' },
  { id: 'vmsa', title: 'VMSAs', place: 'loaded', needs: 'vmsa' },
  { id: 'launch-digest', title: 'Launch digest', place: 'result', needs: 'loads' },
  { id: 'named-digest', title: 'Named launch digest', place: 'result', needs: 'launchDigest' },
  { id: 'measurement', title: 'Expected measurement', place: 'result', needs: 'measurement' },
  { id: 'reported', title: 'Reported measurement', place: 'result', needs: 'measurement' },
  { id: 'report', title: 'Measurement in the report', place: 'result', needs: 'report' },
] as const satisfies readonly StepRow[];

/** The name of a step. */
export type StepId = (typeof STEPS)[number]['id'];

/** What a step is called. */
export const stepTitle = (id: StepId): string => STEPS.find((row) => row.id === id)!.title;

/** Whether a launch leads to a step. */
export const hasStep = (row: StepRow, has: Readonly<Record<StepNeed, boolean>>): boolean =>
  row.needs === undefined || has[row.needs];

/** One step of the pipeline: how many bytes went in, and their hash. */
export interface Step {
  readonly id: StepId;
  readonly title: string;
  /** Bytes that enter the digest at this step. */
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly digest: string;
  /** The algorithm of `digest`: `SHA-256`, `HMAC-SHA256`, or empty for a value that was only read. */
  readonly algorithm: string;
  readonly source: Source;
  /** One sentence on what went in, or an empty string. */
  readonly detail: string;
}

/** What is measured in a row: pages of one type and origin, or what a technology measures at once. */
export interface MeasuredRun {
  /** Where it comes from, in words. */
  readonly title: string;
  /** Where its first byte comes from. */
  readonly source: LoadSource;
  /** The step that it is of; absent for a section of metadata that holds nothing of the owner's. */
  readonly step?: StepId;
  readonly type: LoadType;
  /** How many pages, or 1 for what is measured at once. */
  readonly count: number;
  readonly bytes: number;
  /** Guest-physical address of the first byte, in hexadecimal; empty where none is measured. */
  readonly gpa: string;
  /** Digest of the contents where all have the same: lower-case hexadecimal, or empty. */
  readonly contents: string;
  /** The launch digest after it, lower-case hexadecimal. */
  readonly digest: string;
}

/** `cannot be trusted` is never displayed like a match. It is also that of a launch of which there is no evidence yet. */
export type Verdict = 'matches' | 'does not match' | 'cannot be trusted';

/** What was launched, as far as known. */
export type LaunchMode = (typeof TECHNOLOGY_NAMES)[TechnologyId] | 'no SEV';

/** A fact about a launch, and who said it, where several could. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly source?: Source;
}

/** A step of the verification of an attestation report. */
export interface EvidenceStep extends TitledStep {
  /** Whether a verified report must have passed it. */
  readonly required: boolean;
}

/** A certificate of the chain of an attestation report. */
export interface EvidenceLink {
  readonly role: string;
  readonly name: string;
  readonly source: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly serial: string;
  readonly sha256: string;
  readonly publicKey: string;
  readonly problem?: string;
}

/** What became of the attestation report of a launch. */
export interface ReportedEvidence {
  /** The name of its file. */
  readonly file: string;
  /** Whether nothing failed, the owner's wishes included, and everything that is required was checked. */
  readonly verified: boolean;
  /** When certificates had to be valid, in ISO 8601. */
  readonly at: string;
  readonly steps: readonly EvidenceStep[];
  /** The root first. */
  readonly chain: readonly EvidenceLink[];
  /** What the verdict does not depend on, and people should know: sentences. */
  readonly remarks: readonly string[];
}

/** A finished check. */
export interface Report {
  /** What was checked: the name of the launch file, or of the command. */
  readonly title: string;
  readonly mode: LaunchMode;
  readonly verdict: Verdict;
  /** Whether the measurements agree although the verdict cannot be trusted; absent when none was computed. */
  readonly agrees?: boolean;
  /**
   * The launch digest that the inputs give, lower-case hexadecimal, where there was nothing to compare it with: the guest's attestation
   * report must show it. The verdict is that it cannot be trusted.
   */
  readonly expected?: string;
  /** The verdict as a sentence for a person who reads nothing else. */
  readonly summary: string;
  /** Facts about the launch: name and value, for example the policy in words. */
  readonly facts: readonly Fact[];
  /** Empty when nothing was computed. */
  readonly steps: readonly Step[];
  /** What was measured, in order, with the digest after each; absent where only the last digest is known. */
  readonly measured?: readonly MeasuredRun[];
  /** The attestation report that the launch was compared with. Unless it is verified, nothing is a match. */
  readonly evidence?: ReportedEvidence;
  /** What was judged about the domain; absent for a recorded launch. */
  readonly rules?: readonly RuleResult[];
  /** Sentences about what a match does not prove, or what to try after a mismatch. */
  readonly warnings: readonly string[];
}

/** What a check computed and what it was compared with, as far as there are such steps. */
export function comparedSteps({ steps }: Pick<Report, 'steps'>): {
  readonly expected: Step | undefined;
  readonly found: Step | undefined;
} {
  const at = (id: StepId) => steps.find((one) => one.id === id);
  const named = at('named-digest');
  const report = at('report');
  if (report) {
    // Of two that the report must show, the one that it does not.
    const wanted = [at('launch-digest'), named].filter((step) => step !== undefined);
    return { expected: wanted.find(({ digest }) => digest !== report.digest) ?? wanted[0], found: report };
  }
  return named && !at('reported')
    ? { expected: at('launch-digest'), found: named }
    : { expected: at('measurement'), found: at('reported') };
}
