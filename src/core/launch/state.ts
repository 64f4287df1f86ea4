// A launch digest in the making, which can be taken at any point and gone on from more than once: so that many launches that
// begin alike are digested together.

/** What was launched so far. Nothing changes it. */
export interface LaunchState {
  /** The same with the page of one more vCPU. */
  withVcpu(page: Uint8Array): LaunchState;
  /** 32 bytes, or 48 for SEV-SNP. */
  digest(): Uint8Array;
}
