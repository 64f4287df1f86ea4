// The stages of a domain check, as progress shows them.

/** In order; the last only when there are secrets. */
export const CHECK_STAGES = [
  'connecting',
  'asking the host',
  'reading and hashing',
  'injecting secrets',
] as const;

/** A stage of a domain check. */
export type CheckStage = (typeof CHECK_STAGES)[number];
