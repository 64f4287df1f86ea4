// The steps of the check of an ID block: which there are, in their order, and how one ends.

import type { TitledStep } from '../../launch/checkSteps';

/** Every step by its name: its title. Those of `report` are taken when a report is given. */
const TITLES = {
  'id-block': 'ID block',
  'id-auth': 'ID authentication',
  'id-signature': 'Signature by the ID key',
  'author-signature': 'Signature by the author key',
  'launch-digest': 'Launch digest',
  policy: 'Policy',
  'stated-policy': 'Policy beside it',
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

/** One step. */
export type IdBlockStep = TitledStep<IdBlockStepId>;

/** How a step ended, and why. */
export type Result = Pick<IdBlockStep, 'outcome' | 'reason'>;

export const passed = (reason: string): Result => ({ outcome: 'passed', reason });
export const failed = (reason: string): Result => ({ outcome: 'failed', reason });
export const notChecked = (reason: string): Result => ({ outcome: 'not-checked', reason });

/** The steps of which there are results, in their order. */
export const stepsOf = (results: Readonly<Partial<Record<IdBlockStepId, Result>>>): readonly IdBlockStep[] =>
  (Object.keys(TITLES) as IdBlockStepId[]).flatMap((step) => {
    const result = results[step];
    return result ? [{ step, title: TITLES[step], ...result }] : [];
  });

/** Whether a step compares with a report. */
export const isOfReport = ({ step }: Pick<IdBlockStep, 'step'>): boolean => step.startsWith('report-');
