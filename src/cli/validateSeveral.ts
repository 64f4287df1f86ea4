// `sevscope validate --launch` with several files: which options are allowed, the concurrent checks, and their
// results as lines, JSON and JUnit XML. The exit status is the highest of all.

import * as errors from './errors';
import { junitXml } from '../core/check/exportJunit';
import type { LaunchFile } from '../core/check/launchFile';
import { redactReport } from '../core/check/redactReport';
import { CheckError } from '../core/errors';
import { inputRow, REPORTED_IDS } from '../core/launch/inputs';
import { checkMany, type JobSource, type LaunchResult } from '../app/checkMany';
import { Gate } from '../app/gate';
import type { Io } from '../app/io';
import * as ioErrors from '../app/ioErrors';
import { evidenceReader } from '../app/reportEvidence';
import { filesOf, statedPlatform } from '../app/launch';
import { readLaunchFile } from '../app/launchFile';
import { libvirt } from '../libvirt/client';
import { admitFor } from './files';
import { domainInputs, inputsOfDigest, recordedInputs } from './launchOptions';
import { launchName, withoutKeys, type Output } from './output';
import { evidenceFrom, inputsOfReport, refuseWishes } from './reportInputs';
import { terminalConnection } from './validateDomain';
import { printResults, ResultLines, shortPath } from './validateLines';
import type { ValidateOptions } from './validateOptions';

/** Inputs and options about one launch, which are meaningless for several. */
const OF_ONE = [...REPORTED_IDS, 'connection', 'domain', 'launchDigest', 'report', 'certificates'] as const;
const ONE_LAUNCH = {
  secretHeader: '--secret-header',
  secretPayload: '--secret-payload',
  saveLaunch: '--save-launch',
  debug: '--debug',
} as const satisfies Partial<Record<keyof ValidateOptions, string>>;

/** Checks all files and prints their results. @returns the exit status */
export async function validateSeveral(
  io: Io,
  paths: readonly string[],
  options: ValidateOptions,
  out: Output,
  workerPath: string | undefined,
): Promise<number> {
  for (const id of OF_ONE) if (options[id] !== undefined) throw errors.oneLaunchOnly(inputRow(id).option!);
  for (const [name, option] of Object.entries(ONE_LAUNCH))
    if (options[name as keyof typeof ONE_LAUNCH] !== undefined) throw errors.oneLaunchOnly(option);
  if (options.injectSecret.length > 0) throw errors.oneLaunchOnly('--inject-secret');
  const admit = admitFor(io, options);
  const files = await readAll(io, paths);
  await admit([...paths, ...files.flatMap((file) => (file instanceof CheckError ? [] : filesOf(file)))]);
  // What is said of reports is for those that have one; where none has, somebody would think that it was judged.
  if (files.every((file) => !(file instanceof CheckError) && file.report === undefined))
    refuseWishes(options, 'it is about a report, and none of these launch files has one');
  const begun = new Date();
  const jobs = paths.map((path, i) => ({
    path,
    prepare: () => questionIn(io, files[i]!, path, options, workerPath),
  }));
  const shown = (result: LaunchResult): LaunchResult =>
    'error' in result.outcome
      ? { ...result, outcome: { error: withoutKeys(result.outcome.error, out) } }
      : options.redact
        ? { ...result, outcome: { ...result.outcome, report: redactReport(result.outcome.report) } }
        : result;
  const lines = options.json ? undefined : new ResultLines(io, out);
  const checked = await checkMany(io, jobs, {
    libvirt,
    admit,
    verifyEvidence: evidenceReader(io),
    onProgress: out.onProgress,
    onResult: (result, index) => lines?.add(shown(result), index),
  });
  const results = checked.map(shown);
  await (lines?.end(results) ?? printResults(io, out, results));
  for (const { outcome } of results)
    if ('error' in outcome && ioErrors.isOverwriting(outcome.error)) throw outcome.error;
  if (options.junit !== undefined)
    await io.write(
      options.junit,
      junitXml(
        results.map((r) => ({ ...r, file: launchName(shortPath(r.path), r.outcome, out) })),
        begun,
      ),
    );
  return Math.max(...results.map(({ status }) => status));
}

/** How many launch files are read at the same time. */
const MOST_AT_ONCE = 8;

/** All launch files, or why one is none, which becomes its result. */
function readAll(io: Io, paths: readonly string[]): Promise<(LaunchFile | CheckError)[]> {
  const gate = new Gate(MOST_AT_ONCE);
  const read = (path: string) =>
    gate.through(() =>
      readLaunchFile(io, path).catch((error: unknown) => {
        if (error instanceof CheckError) return error;
        throw error;
      }),
    );
  return Promise.all(paths.map(read));
}

/** The question that one of several launch files asks. @throws CheckError when there is none */
async function questionIn(
  io: Io,
  file: LaunchFile | CheckError,
  path: string,
  options: ValidateOptions,
  workerPath: string | undefined,
): Promise<JobSource> {
  if (file instanceof CheckError) throw file;
  const named = { ...options, launch: shortPath(path) };
  // Of several launches, some have a report: what is said of reports is for these.
  const evidence = file.report === undefined ? undefined : await evidenceFrom(io, named, file);
  if (evidence && !file.domain) return { recorded: inputsOfReport(named, file, evidence) };
  if (file.launch) return { recorded: recordedInputs(named, file) };
  if (file.launchDigest) return { recorded: inputsOfDigest(named, file, file.launchDigest) };
  return {
    domain: {
      ...domainInputs(named, file, false),
      ...(evidence && { evidence }),
      platform: statedPlatform(file),
      domain: file.domain?.name ?? '',
      insecure: options.insecure === true,
      ignoreConfig: options.ignoreConfig === true,
    },
    connection: terminalConnection({
      uri: file.domain?.connection ?? '',
      fromFile: true,
      workerPath,
      timeoutMs: options.timeout,
    }),
  };
}
