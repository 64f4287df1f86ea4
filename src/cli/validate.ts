// `sevscope validate`: the launch-measurement check from options, with the names and exit status of
// virt-qemu-sev-validate, or from a launch file. What only some checks need is loaded for those.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import * as errors from './errors';
import { CheckError } from '../core/errors';
import { countOf, toBase64 } from '../core/binary/hex';
import { redactReport } from '../core/check/redactReport';
import type { JunitCheck } from '../core/check/exportJunit';
import type { LaunchFile } from '../core/check/launchFile';
import { statusOf } from '../core/domain/report';
import { pickInputs, REPORTED_IDS } from '../core/launch/inputs';
import type { Report } from '../core/launch/report';
import type { Io } from '../app/io';
import * as ioErrors from '../app/ioErrors';
import type { KnownDigestInputs } from '../app/knownDigest';
import {
  checkFiles,
  filesOf,
  statedPlatform,
  type CheckOptions,
  type DigestInputs,
  type ReportInputs,
} from '../app/launch';
import type { EvidenceQuestion, VerifyEvidence } from '../app/reportEvidence';
import { sealForLaunch } from '../app/seal';
import { admitFor, type Admit } from './files';
import { findLaunchFiles } from './launchFiles';
import {
  domainInputs,
  inputsOfDigest,
  measuredDigest,
  recordedInputs,
  type LaunchOptions,
} from './launchOptions';
import { evidenceFrom, inputsOfReport, refuseUnused } from './reportInputs';
import { saysNoLaunch, waysToCheck } from './launchNeeds';
import { launchName, printJson, withoutKeys, type Output } from './output';
import { checkSecretFiles, checkSecretOptions, readSecrets } from './secretOptions';
import { addValidateOptions, type ValidateOptions } from './validateOptions';
import { printReport } from './validateText';

/** Adds the command; `exit` receives 1 for a measurement that does not match. */
export function addValidateCommand(
  io: Io,
  program: Command,
  out: Output,
  exit: (status: number) => void,
  workerPath: string | undefined,
): void {
  const command = program
    .command('validate')
    .description('check launch measurements; exit status 0 if all match, 1 if one does not');
  addValidateOptions(command).action(async (options: ValidateOptions) => {
    exit(await validate(io, options, out, workerPath));
  });
}

/** Runs the checks and prints their answers. @returns the exit status */
async function validate(
  io: Io,
  options: ValidateOptions,
  out: Output,
  workerPath: string | undefined,
): Promise<number> {
  checkSecretFiles(options);
  const { paths, several } = await findLaunchFiles(io, options.launch ?? []);
  if (several) {
    const { validateSeveral } = await import('./validateSeveral');
    return validateSeveral(io, paths, options, out, workerPath);
  }
  const { launch: [launch] = [], ...rest } = options;
  const one = launch === undefined ? rest : { ...rest, launch };
  if (options.junit === undefined) return validateOne(io, one, out, workerPath, () => undefined);
  return withJunit(io, options.junit, launch ?? 'command line', out, (onReport) =>
    validateOne(io, one, out, workerPath, onReport),
  );
}

/** Runs one check and writes its result, even if it failed. */
async function withJunit(
  io: Io,
  path: string,
  file: string,
  out: Output,
  run: (onReport: (report: Report) => void) => Promise<number>,
): Promise<number> {
  const begun = new Date();
  const { junitXml } = await import('../core/check/exportJunit');
  const write = (outcome: JunitCheck['outcome']) =>
    io.write(
      path,
      junitXml(
        [{ file: launchName(file, outcome, out), outcome, milliseconds: Date.now() - begun.getTime() }],
        begun,
      ),
    );
  let outcome: JunitCheck['outcome'] | undefined;
  try {
    return await run((report) => (outcome = { report }));
  } catch (error) {
    // The verdict holds, whatever happened to the secrets after it.
    if (error instanceof CheckError && !ioErrors.isOverwriting(error))
      outcome ??= { error: withoutKeys(error, out) };
    throw error;
  } finally {
    if (outcome) await write(outcome);
  }
}

/** A launch from options or one file. */
type OneLaunch = Omit<ValidateOptions, 'launch'> & Pick<LaunchOptions, 'launch'>;

/** Runs one check and prints its answer. @returns the exit status */
async function validateOne(
  io: Io,
  options: OneLaunch,
  out: Output,
  workerPath: string | undefined,
  onReport: (report: Report) => void,
): Promise<number> {
  const file = options.launch === undefined ? undefined : await readLaunch(io, options.launch);
  const admit = admitFor(io, options);
  // Before anything else can fail, because that would be written as JUnit.
  if (file) await admit(filesOf(file));
  const evidence = await evidenceFrom(io, options, file);
  // A file with a recorded launch is checked as such, unless a domain is requested.
  const isRecorded = file?.launch !== undefined || options.measurement !== undefined;
  const named = isRecorded && options.connection === undefined ? undefined : file?.domain;
  if (options.domain !== undefined || named)
    return validateRunning(io, options, { file, evidence }, admit, out, workerPath, onReport);
  if (options.timeout !== undefined) throw errors.domainNeeded('--timeout');
  if (options.saveLaunch !== undefined) throw errors.domainNeeded('--save-launch');
  if (evidence) {
    if (options.injectSecret.length > 0) throw errors.noSecretsByDigest();
    refuseUnused(options);
    const inputs = inputsOfReport(options, file, evidence);
    const report = await checkReport(io, inputs, { onProgress: out.onProgress, admit });
    const shown = options.redact ? redactReport(report) : report;
    onReport(shown);
    printReport(shown, options, out);
    return statusOf(report);
  }
  if (saysNoLaunch(options)) throw errors.launchNeeded('checked', waysToCheck());
  const launchDigest = options.launchDigest ?? file?.launchDigest;
  if (launchDigest) {
    if (options.injectSecret.length > 0) throw errors.noSecretsByDigest();
    const { measurement = file?.launch?.measurement } = options;
    const check = { onProgress: out.onProgress, admit };
    const report =
      measurement === undefined
        ? await checkInputs(io, inputsOfDigest(options, file, launchDigest), check)
        : await checkMeasurement(io, measuredDigest(options, file, launchDigest), check);
    onReport(report);
    printReport(report, options, out);
    return report.verdict === 'matches' ? 0 : 1;
  }
  const inputs = recordedInputs(options, file);
  checkSecretOptions(options);
  const { report, image } = await checkFiles(io, inputs, { onProgress: out.onProgress, admit });
  onReport(report);
  printReport(report, options, out);
  if (report.verdict !== 'matches') return 1;
  // Only now: read and seal nothing for a guest that is not the right one.
  if (options.injectSecret.length > 0) {
    const { header, payload, noRoom } = await sealForLaunch(
      io,
      inputs,
      image,
      await readSecrets(io, options.injectSecret),
    );
    // Not an error, because the files may be for a guest whose secrets go to an address that the user supplies.
    if (noRoom !== undefined)
      out.note(
        `WARNING: The firmware has no area for secrets (${noRoom}): whoever injects these must say at which address the guest looks for them.`,
      );
    await io.writeAll([
      { path: options.secretHeader!, content: toBase64(header) },
      { path: options.secretPayload!, content: toBase64(payload) },
    ]);
    if (!options.json) out.line(`OK: sealed ${countOf(options.injectSecret.length, 'secret')}`);
  }
  return 0;
}

/** Checks that inputs give a digest. */
async function checkInputs(io: Io, inputs: DigestInputs, options: CheckOptions): Promise<Report> {
  const { checkAgainstDigest } = await import('../app/digestCheck');
  return checkAgainstDigest(io, inputs, options);
}

/** Compares a launch with its report. */
async function checkReport(io: Io, inputs: ReportInputs, options: CheckOptions): Promise<Report> {
  const [{ checkAgainstReport }, verifyEvidence] = [await import('../app/reportCheck'), await reader(io)];
  return (await checkAgainstReport(io, inputs, { ...options, verifyEvidence })).report;
}

/** What verifies reports. */
async function reader(io: Io): Promise<VerifyEvidence> {
  const { evidenceReader } = await import('../app/reportEvidence');
  return evidenceReader(io);
}

/** Checks that a measurement is one of a digest. */
async function checkMeasurement(io: Io, inputs: KnownDigestInputs, options: CheckOptions): Promise<Report> {
  const { checkAgainstKnownDigest } = await import('../app/knownDigest');
  return checkAgainstKnownDigest(io, inputs, options);
}

async function readLaunch(io: Io, path: string): Promise<LaunchFile> {
  const { readLaunchFile } = await import('../app/launchFile');
  return readLaunchFile(io, resolve(path));
}

async function validateRunning(
  io: Io,
  options: OneLaunch,
  {
    file,
    evidence,
  }: { readonly file: LaunchFile | undefined; readonly evidence: EvidenceQuestion | undefined },
  admit: Admit,
  out: Output,
  workerPath: string | undefined,
  onReport: (report: Report) => void,
): Promise<number> {
  if (options.launchDigest)
    throw errors.oddOption('--launch-digest', 'a running domain is checked by what it loads');
  const { insecure, ignoreConfig, injectSecret, saveLaunch } = options;
  // It may be the only note of a launch.
  if (saveLaunch !== undefined && (await io.stat(resolve(saveLaunch))).kind !== 'none')
    throw ioErrors.fileExists(saveLaunch);
  const { measurement, ...platform } = pickInputs(REPORTED_IDS, options, file && statedPlatform(file));
  const domain = options.domain ?? file?.domain?.name ?? '';
  checkSecretFiles({ ...options, domain });
  const inputs = {
    ...domainInputs(options, file, injectSecret.length > 0),
    ...(evidence && { evidence }),
    domain,
    measurement,
    platform,
    insecure: insecure === true,
    ignoreConfig: ignoreConfig === true,
  };
  const run = {
    uri: options.connection ?? file?.domain?.connection ?? '',
    fromFile: options.connection === undefined && file?.domain !== undefined,
    workerPath,
    timeoutMs: options.timeout,
    admit,
    verifyEvidence: evidence && (await reader(io)),
  };
  const { printDomainCheck, ruleLines, saveExpected } = await import('./validateDomain');
  const checked = await printDomainCheck(
    io,
    inputs,
    injectSecret.length > 0 ? { ...run, secrets: () => readSecrets(io, injectSecret) } : run,
    out,
  );
  const { status, injected, expected } = checked;
  const report = options.redact ? redactReport(checked.report) : checked.report;
  onReport(report);
  if (!options.json) for (const line of ruleLines(report.rules ?? [], options.debug === true)) out.line(line);
  if (options.json) printJson(out, injected === undefined ? report : { ...report, injected });
  else printReport(report, options, out);
  if (injected !== undefined && !options.json)
    out.line(`OK: injected ${countOf(injected, 'secret')}, and the guest runs`);
  if (saveLaunch !== undefined) await saveExpected(io, expected, saveLaunch, out);
  return status;
}
