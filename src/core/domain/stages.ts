// The parts of a check of a domain that take time, as a person sees them pass.

/** In their order; the last only when there are secrets. */
export const STAGES = ['connecting', 'asking the host', 'reading and hashing', 'injecting secrets'] as const;

/** A part of a check that takes time. */
export type Stage = (typeof STAGES)[number];
