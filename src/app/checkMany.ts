// Runs many checks, a few at a time: each has its own result, and files they share are read once. Used by the
// command line and the extension host.

import { statusOf } from '../core/domain/report';
import * as ioErrors from './ioErrors';
import * as errors from './errors';
import { CheckError, EXIT_STATUS } from '../core/errors';
import type { Report } from '../core/launch/report';
import { DigestCache } from './digestCache';
import { checkDomain, type Connector, type DomainInputs } from './domainCheck';
import { Gate } from './gate';
import { HostConnections } from './hostConnections';
import type { CheckedInputs, CheckOptions } from './launch';
import type { Io, OnProgress } from './io';
import { runCheck } from './runCheck';
import type { ConnectOptions, Libvirt } from '../libvirt/contract';

/** What is to be checked: a recorded launch or one whose digest is known, or a running domain. */
export type JobSource =
  | { readonly recorded: CheckedInputs }
  | { readonly domain: DomainInputs; readonly connection: ConnectOptions };

/** One check of a batch. */
export interface LaunchJob {
  /** The launch file, absolute. */
  readonly path: string;
  /** Reads the file. @throws CheckError, which becomes the result */
  readonly prepare: () => Promise<JobSource>;
}

/** How one check ended: with a report, or with the reason why there is none. */
export interface LaunchResult {
  readonly path: string;
  readonly outcome: { readonly report: Report } | { readonly error: CheckError };
  /** The exit status of this check alone. */
  readonly status: number;
  /** How long it took. */
  readonly milliseconds: number;
}

/** How a batch is watched and stopped. Results arrive as checks end, with their index in the list of jobs. */
export interface ManyOptions extends Pick<CheckOptions, 'admit' | 'verifyEvidence'> {
  readonly libvirt: Libvirt;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly onStart?: (index: number) => void;
  readonly onResult?: (result: LaunchResult, index: number) => void;
}

/**
 * How many checks run at once. They wait for the disk, and Node reads several files at a time; hashing runs on
 * the calling thread at more than a gigabyte per second, so extra threads would pay off only for many large,
 * distinct files.
 */
const MOST_AT_ONCE = 8;

/**
 * How many domain checks may be in progress; most wait for their turn with a host. Enough that no host is ever idle.
 */
const MOST_OF_DOMAINS = 32;

/**
 * Runs all checks. A failure does not stop the others; when the signal aborts, each unfinished check reports that.
 * @returns their results in the order of the jobs
 */
export async function checkMany(
  io: Io,
  jobs: readonly LaunchJob[],
  { libvirt, signal, onProgress, admit, verifyEvidence, onStart, onResult }: ManyOptions,
): Promise<LaunchResult[]> {
  const checks = new Gate(MOST_AT_ONCE);
  const domains = new Gate(MOST_OF_DOMAINS);
  const hosts = new HostConnections(libvirt);
  const options = { signal, onProgress, admit, verifyEvidence, reads: new DigestCache(io) };
  const run = async ({ path, prepare }: LaunchJob, index: number): Promise<LaunchResult> => {
    let begin = performance.now();
    const start = () => {
      if (signal?.aborted) throw ioErrors.cancelled();
      begin = performance.now();
      onStart?.(index);
    };
    const end = (outcome: LaunchResult['outcome'], status: number): LaunchResult => {
      const result = { path, outcome, status, milliseconds: performance.now() - begin };
      onResult?.(result, index);
      return result;
    };
    const answer = async (question: JobSource): Promise<Report> => {
      if ('domain' in question) {
        const { domain, connection } = question;
        const connected: Connector = (how, ask) => hosts.use(how, ask, start);
        const asked = { ...options, libvirt, connection, connected };
        return domains.through(async () => (await checkDomain(io, domain, asked)).report);
      }
      return checks.through(() => {
        start();
        return runCheck(io, question.recorded, options);
      });
    };
    try {
      const report = await answer(await checks.through(prepare));
      return end({ report }, statusOf(report));
    } catch (thrown) {
      const error = thrown instanceof CheckError ? thrown : errors.unforeseen(thrown);
      return end({ error }, EXIT_STATUS[error.kind]);
    }
  };
  return Promise.all(jobs.map(run));
}
