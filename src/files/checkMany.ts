// Many checks at once: some at a time, each with a result of its own, files that they share read once. The same for the command
// line and the extension host.

import { statusOf } from '../core/domain/report';
import * as errors from '../core/errors';
import { CheckError, EXIT_STATUS } from '../core/errors';
import type { Report } from '../core/measure/report';
import { DigestCache } from './digestCache';
import { checkDomain, type DomainInputs } from './domainCheck';
import { runCheck, type CheckOptions, type LaunchInputs } from './launch';
import type { OnProgress } from './read';
import type { ConnectOptions } from '../libvirt/client';

/** What is to be checked: a recorded launch, or a running domain. */
export type LaunchQuestion =
  | { readonly recorded: LaunchInputs }
  | { readonly domain: DomainInputs; readonly connection: ConnectOptions };

/** One check of a batch. */
export interface LaunchJob {
  /** The launch file, absolute. */
  readonly path: string;
  /** Reads the file. @throws CheckError, which becomes the result */
  readonly prepare: () => Promise<LaunchQuestion>;
}

/** How one check ended: with a report, or with the reason why there is none. */
export interface LaunchResult {
  readonly path: string;
  readonly outcome: { readonly report: Report } | { readonly error: CheckError };
  /** The exit status that this check has by itself. */
  readonly status: number;
  /** How long it took. */
  readonly milliseconds: number;
}

/** How a batch is watched and stopped. Results come as checks end, with their place in the list of jobs. */
export interface ManyOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly onStart?: (index: number) => void;
  readonly onResult?: (result: LaunchResult, index: number) => void;
}

/**
 * Checks at the same time. What they wait for is the disk, and Node reads some files at once; the hash itself is computed on the calling
 * thread, at more than a gigabyte in a second, so that threads of its own would only pay for many large files that differ.
 */
const MOST_AT_ONCE = 8;

/** Hosts that are asked at the same time: each connection is a process. */
const MOST_CONNECTIONS = 4;

/** Lets so many run at a time; the others wait in turn. */
class Gate {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async through<T>(run: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((go) => this.waiting.push(go));
    try {
      return await run();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}

/** The answer to one question. @throws CheckError */
async function answer(question: LaunchQuestion, options: CheckOptions): Promise<Report> {
  if ('recorded' in question) return runCheck(question.recorded, options);
  const { domain, connection } = question;
  return (await checkDomain(domain, { ...options, connection })).report;
}

/**
 * Runs all checks. None that fails stops another; when the signal stops them, those that have not ended say so.
 * @returns their results in the order of the jobs
 */
export async function checkMany(
  jobs: readonly LaunchJob[],
  { signal, onProgress, onStart, onResult }: ManyOptions = {},
): Promise<LaunchResult[]> {
  const checks = new Gate(MOST_AT_ONCE);
  const hosts = new Gate(MOST_CONNECTIONS);
  const options = { signal, onProgress, digest: new DigestCache().digest };
  const run = async ({ path, prepare }: LaunchJob, index: number): Promise<LaunchResult> => {
    let begin = performance.now();
    const check = async (question: LaunchQuestion) => {
      if (signal?.aborted) throw errors.cancelled();
      begin = performance.now();
      onStart?.(index);
      return answer(question, options);
    };
    const end = (outcome: LaunchResult['outcome'], status: number): LaunchResult => {
      const result = { path, outcome, status, milliseconds: performance.now() - begin };
      onResult?.(result, index);
      return result;
    };
    try {
      const question = await checks.through(prepare);
      const gate = 'recorded' in question ? checks : hosts;
      const report = await gate.through(() => check(question));
      return end({ report }, statusOf(report));
    } catch (thrown) {
      const error = thrown instanceof CheckError ? thrown : errors.unforeseen(thrown);
      return end({ error }, EXIT_STATUS[error.kind]);
    }
  };
  return Promise.all(jobs.map(run));
}
