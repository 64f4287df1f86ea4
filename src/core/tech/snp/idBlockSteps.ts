// The steps of the check of an ID block: which there are, in their order, and how one ends.

/** Every step by its name: its title. Those of `report` are taken when a report is given. */
const TITLES = {
  'id-block': 'ID block',
  'id-auth': 'ID authentication',
  'id-signature': 'Signature by the ID key',
  'author-signature': 'Signature by the author key',
  'launch-digest': 'Launch digest',
  policy: 'Policy',
  'report-measurement': 'Measurement of the report',
  'report-policy': 'Policy of the report',
  'report-family': 'Family of the report',
  'report-image': 'Image of the report',
  'report-svn': 'Guest SVN of the report',
  'report-id-key': 'ID key of the report',
  'report-author-key': 'Author key of the report',
} as const;

/** The name of a step. */
export type IdBlockStepId = keyof typeof TITLES;
/** The name of a step that compares with a report. */
export type ReportStepId = Extract<IdBlockStepId, `report-${string}`>;
/** The name of a step that needs no report. */
export type LaunchStepId = Exclude<IdBlockStepId, ReportStepId>;

/** Whether a step was done and what it gave. */
export type StepOutcome = 'passed' | 'failed' | 'not checked';

/** One step. */
export interface IdBlockStep {
  readonly id: IdBlockStepId;
  readonly title: string;
  readonly outcome: StepOutcome;
  /** Why it failed or was not done, or what it found: a sentence. */
  readonly reason: string;
}

/** How a step ended, and why. */
export type Result = Pick<IdBlockStep, 'outcome' | 'reason'>;

export const passed = (reason: string): Result => ({ outcome: 'passed', reason });
export const failed = (reason: string): Result => ({ outcome: 'failed', reason });
export const notChecked = (reason: string): Result => ({ outcome: 'not checked', reason });

/** The steps of which there are results, in their order. */
export const stepsOf = (results: Readonly<Partial<Record<IdBlockStepId, Result>>>): readonly IdBlockStep[] =>
  (Object.keys(TITLES) as IdBlockStepId[]).flatMap((id) => {
    const result = results[id];
    return result ? [{ id, title: TITLES[id], ...result }] : [];
  });

/** Whether a step compares with a report. */
export const isOfReport = ({ id }: Pick<IdBlockStep, 'id'>): boolean => id.startsWith('report-');
