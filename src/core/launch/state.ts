// An unfinished launch digest, which can be read at any point and continued more than once, so that launches
// with a common start share its computation.

/** The state of a launch so far. Immutable. */
export interface LaunchState {
  /** The state with the page of one more vCPU. */
  withVcpu(page: Uint8Array): LaunchState;
  /** 32 bytes, or 48 for SEV-SNP. */
  digest(): Uint8Array;
}
