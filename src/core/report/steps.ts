// The steps of a verification, in their order, and what a report needs to be verified.

import type { CheckStep } from '../launch/checkSteps';

/** Each step: its title, and whether a verified report must have passed it. */
export const STEPS = {
  format: { title: 'Format', required: true },
  root: { title: "Root is AMD's", required: true },
  chain: { title: 'Chain of certificates', required: true },
  dates: { title: 'Dates', required: true },
  revocation: { title: 'Revocation', required: false },
  'key-kind': { title: 'Kind of key', required: true },
  product: { title: 'Product', required: true },
  signature: { title: 'Signature of the report', required: true },
  tcb: { title: 'TCB of the certificate', required: true },
  // Not checked where CHIP_ID is masked or a VLEK signed: then the signature alone says whose report it is.
  hwid: { title: 'Chip of the certificate', required: false },
  'tcb-relations': { title: 'Relations of the TCBs', required: true },
  'author-key': { title: 'Author key', required: true },
  'runtime-data': { title: 'Runtime data of Azure', required: false },
  measurement: { title: 'Measurement', required: false },
  'report-data': { title: 'Report data', required: false },
  'host-data': { title: 'Host data', required: false },
  'id-key-digest': { title: 'ID key', required: false },
  'author-key-digest': { title: 'Author key that is wanted', required: false },
  'trusted-key': { title: 'Trusted key', required: false },
  'author-key-required': { title: 'Author key is there', required: false },
  'id-block-required': { title: 'ID block is there', required: false },
  'family-id': { title: 'Family', required: false },
  'image-id': { title: 'Image', required: false },
  'report-id': { title: 'Report ID', required: false },
  'report-id-ma': { title: 'Report ID of the migration agent', required: false },
  'chip-id': { title: 'Chip', required: false },
  'guest-svn': { title: 'Guest SVN', required: false },
  vmpl: { title: 'VMPL', required: false },
  policy: { title: 'Policy', required: false },
  'platform-info': { title: 'Platform', required: false },
  'minimum-tcb': { title: 'Minimum TCB', required: false },
  'minimum-launch-tcb': { title: 'Minimum TCB at launch', required: false },
  'minimum-version': { title: 'Minimum version of the firmware', required: false },
  'minimum-build': { title: 'Minimum build of the firmware', required: false },
  'wanted-product': { title: 'Product that is wanted', required: false },
  committed: { title: 'Firmware is committed', required: false },
  mitigations: { title: 'Mitigations', required: false },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly required: boolean }>>;

/** The name of a step. */
export type StepId = keyof typeof STEPS;

/** A step that was taken. */
export type Step = CheckStep<StepId>;

/** Why the step of a wish that nobody has was not taken. */
export const NOTHING_ASKED = 'Nothing was asked for.';

export const passed = (step: StepId, reason: string): Step => ({ step, outcome: 'passed', reason });
export const failed = (step: StepId, reason: string): Step => ({ step, outcome: 'failed', reason });
export const notChecked = (step: StepId, reason: string): Step => ({ step, outcome: 'not-checked', reason });

/** One or the other, by a condition. */
export const judged = (step: StepId, isRight: boolean, right: string, wrong: string): Step =>
  isRight ? passed(step, right) : failed(step, wrong);

/** Whether nothing failed, and all that is required was checked. */
export const isVerified = (steps: readonly Step[]): boolean =>
  steps.every(({ outcome }) => outcome !== 'failed') &&
  Object.entries(STEPS).every(
    ([id, { required }]) =>
      !required || steps.some(({ step, outcome }) => step === id && outcome === 'passed'),
  );
