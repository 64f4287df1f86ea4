// A step of a check that consists of several, such as the verification of an attestation report or the check of an ID block: how it ended, and why.

/** How a step ended. */
export type StepOutcome = 'passed' | 'failed' | 'not-checked';

/** A step that was taken. */
export interface CheckStep<Id extends string = string> {
  readonly step: Id;
  readonly outcome: StepOutcome;
  /** What was compared with what, or why nothing was: one sentence or two. */
  readonly reason: string;
}

/** A step with what it is called. */
export type TitledStep<Id extends string = string> = CheckStep<Id> & { readonly title: string };

/** The outcomes in words. */
export const OUTCOME_WORDS: Readonly<Record<StepOutcome, string>> = {
  passed: 'passed',
  failed: 'failed',
  'not-checked': 'not checked',
};
