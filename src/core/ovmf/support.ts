// A use of an OVMF image, and whether something excludes it.

import type { Feature } from './supportRules';

/**
 * `no`: excluded. `warning`: possible, but not what one would expect of it. `unknown`: what decides could not be looked at.
 * `not-excluded`: nothing in the image excludes it.
 */
export type SupportState = 'no' | 'warning' | 'unknown' | 'not-excluded';

/** Whether a use is excluded, and why. */
export interface Support {
  readonly feature: Feature;
  readonly state: SupportState;
  /** A clause: why it is excluded, doubtful or unknown, or what in the image is for it. */
  readonly reason: string;
}

/** The states in words. */
export const STATE_WORDS: Readonly<Record<SupportState, string>> = {
  no: 'no',
  warning: 'warning',
  unknown: 'unknown',
  'not-excluded': 'not excluded',
};
