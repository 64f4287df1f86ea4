// `sevscope validate --launch` with several files: which options are allowed, the concurrent checks, and their
// results as lines, JSON and JUnit XML. The exit status is the highest of all.

import * as errors from './errors';
import { junitXml } from '../core/check/exportJunit';
import { checkMany, type LaunchQuestion, type LaunchResult } from '../app/checkMany';
import type { Io } from '../app/io';
import { statedPlatform } from '../app/launch';
import { readLaunchFile } from '../app/launchFile';
import { libvirt } from '../libvirt/client';
import { ownerInputs, recordedInputs } from './launchOptions';
import { withoutKeys, type Output } from './output';
import { terminalConnection } from './validateDomain';
import { printResults, ResultLines, shortPath } from './validateLines';
import type { ValidateOptions } from './validateOptions';

/** Options about one launch, which are meaningless for several. */
const ONE_LAUNCH = {
  measurement: '--measurement',
  apiMajor: '--api-major',
  apiMinor: '--api-minor',
  buildId: '--build-id',
  policy: '--policy',
  secretHeader: '--secret-header',
  secretPayload: '--secret-payload',
  connect: '--connect',
  domain: '--domain',
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
  for (const [name, option] of Object.entries(ONE_LAUNCH))
    if (options[name as keyof typeof ONE_LAUNCH] !== undefined) throw errors.oneLaunchOnly(option);
  if (options.injectSecret.length > 0) throw errors.oneLaunchOnly('--inject-secret');
  const begun = new Date();
  const jobs = paths.map((path) => ({ path, prepare: () => questionIn(io, path, options, workerPath) }));
  const shown = (result: LaunchResult): LaunchResult =>
    'error' in result.outcome
      ? { ...result, outcome: { error: withoutKeys(result.outcome.error, out) } }
      : result;
  const lines = options.json ? undefined : new ResultLines(io, out);
  const checked = await checkMany(io, jobs, {
    libvirt,
    onProgress: out.onProgress,
    onResult: (result, index) => lines?.add(shown(result), index),
  });
  const results = checked.map(shown);
  await (lines?.end(results) ?? printResults(io, out, results));
  if (options.junit !== undefined)
    await io.write(
      options.junit,
      junitXml(
        results.map((r) => ({ ...r, file: shortPath(r.path) })),
        begun,
      ),
    );
  return Math.max(...results.map(({ status }) => status));
}

/** The question that one of several launch files asks. */
async function questionIn(
  io: Io,
  path: string,
  options: ValidateOptions,
  workerPath: string | undefined,
): Promise<LaunchQuestion> {
  const file = await readLaunchFile(io, path);
  const named = { ...options, launch: shortPath(path) };
  if (file.launch) return { recorded: recordedInputs(named, file) };
  return {
    domain: {
      ...ownerInputs(named, file),
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
