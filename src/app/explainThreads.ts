// What the threads of a search start with and answer. One thread coordinates: it reads the files, plans, and words the
// answer, which keeps the caller's thread free. It starts others, which only search.

import type { ExplainProgress, ExplainResult } from '../core/explain/explanation';
import type { LaunchFacts } from '../core/explain/launchFacts';
import type { CpuId } from '../core/vmsa/launch/signature';
import type { DigestInputs, LaunchInputs } from './launch';

/** A launch whose digest is to be explained. */
export interface ExplainedDigest extends Omit<DigestInputs, 'firmware'> {
  /** Not needed with a known digest. */
  readonly firmware?: string | undefined;
  /** A launch digest of the same SNP launch with `vcpus` vCPUs, 48 bytes, from which those with more follow. */
  readonly knownDigest?: Uint8Array | undefined;
  /** Where additional vCPUs start, in place of the firmware that says it. */
  readonly resetAddress?: number | undefined;
}

/** What is to be explained: a recorded measurement, or a launch digest. */
export type ExplainInputs = LaunchInputs | ExplainedDigest;

/** A measurement of another launch, as libvirt reports it, and where it comes from. */
export interface OtherMeasurement {
  readonly label: string;
  readonly measurement: string;
}

/** How far to search. */
export interface ExplainScope {
  /** Whether to try images and backups in the folder of the firmware, too. */
  readonly searchFolder?: boolean | undefined;
  /** The largest number of vCPUs to try; 256 by default. */
  readonly maxVcpus?: number | undefined;
  readonly hostCpu?: CpuId | undefined;
  readonly otherMeasurements?: readonly OtherMeasurement[] | undefined;
}

/** Bytes for two prepared keys; the thread that allocated the memory clears it. */
export const KEY_MEMORY = 128;

/** What the coordinating thread is started with. */
export interface CoordinatorTask extends ExplainScope {
  readonly inputs: ExplainInputs;
  readonly keyMemory: SharedArrayBuffer;
}

/** What a searching thread is started with. */
export interface SearcherTask {
  readonly facts: LaunchFacts;
  /** Undefined when searching for a launch digest. */
  readonly keyMemory: SharedArrayBuffer | undefined;
}

/** What the coordinating thread answers; the result is the last. */
export type CoordinatorAnswer =
  | { readonly type: 'progress'; readonly progress: ExplainProgress }
  | { readonly type: 'result'; readonly result: ExplainResult };
