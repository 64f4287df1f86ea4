// The messages between the threads of a search. One thread coordinates: it reads the files, plans, and words the
// answer, which keeps the caller's thread free. It starts others, which only search.

import type { ExplainProgress, ExplainResult } from '../core/explain/explanation';
import type { LaunchFacts } from '../core/explain/launchFacts';
import type { Unit } from '../core/explain/plan';
import type { UnitResult } from '../core/explain/search';
import type { ErrorData } from '../core/errors';
import type { CpuId } from '../core/vmsa/launch/signature';
import type { LaunchInputs } from './launch';

/** A launch whose digest is to be explained: needs neither keys nor a platform. */
export interface DigestInputs extends Omit<LaunchInputs, 'measurement' | 'platform' | 'keys' | 'fromHost'> {
  /** 32 bytes. */
  readonly launchDigest: Uint8Array;
  /** Decides whether the launch is SEV-ES; without it, it is when a CPU or VMSA files are given. */
  readonly policy?: number | undefined;
}

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

/** How long a search may run, in milliseconds: who waits for it ends it sooner, and it ends by itself in nearly all cases. */
export const EXPLAIN_DEADLINE = 12 * 60 * 60 * 1000;

/** The name of the script that all threads of a search run. */
export const EXPLAIN_THREAD = 'explainWorker';

/** Bytes for two prepared keys; the thread that allocated the memory clears it. */
export const KEY_MEMORY = 128;

/** What the coordinating thread is started with. */
export interface CoordinatorTask extends ExplainScope {
  readonly role: 'coordinator';
  readonly inputs: LaunchInputs | DigestInputs;
  readonly keyMemory: SharedArrayBuffer;
}

/** What a searching thread is started with. */
export interface SearcherTask {
  readonly role: 'searcher';
  readonly facts: LaunchFacts;
  /** Undefined when searching for a launch digest. */
  readonly keyMemory: SharedArrayBuffer | undefined;
}

/** What the coordinating thread posts. */
export type CoordinatorMessage =
  | { readonly type: 'progress'; readonly progress: ExplainProgress }
  | { readonly type: 'result'; readonly result: ExplainResult }
  | { readonly type: 'error'; readonly error: ErrorData };

/** What a searching thread is asked, and what it answers. */
export type SearcherRequest = Unit;
export type SearcherReply = UnitResult;
