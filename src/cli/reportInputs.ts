// The attestation report of a launch from options and a launch file: an option overrides the file, and wishes are added to those of the file.

import * as errors from './errors';
import { reportNeeded } from '../core/check/errors';
import type { LaunchFile } from '../core/check/launchFile';
import { inputRow, type InputId } from '../core/launch/inputs';
import type { Io } from '../app/io';
import { titleOf, type ReportInputs } from '../app/launch';
import type { EvidenceQuestion } from '../app/reportEvidence';
import { statedInputs, type LaunchOptions } from './launchOptions';
import { readVerification, wishOptionIn, type VerificationOptions } from './wishOptions';

/** The options of a launch that may have a report. */
export type ReportOptions = Omit<LaunchOptions, 'require'> & VerificationOptions & { readonly redact?: true };

/** Refuses what is said of a report where there is none. @throws CheckError (usage) that names the option */
export function refuseWishes(
  options: VerificationOptions & { readonly redact?: true },
  why = 'it is about a report, which --report names',
): void {
  const wish = options.require === undefined ? wishOptionIn(options) : '--require';
  const other = options.at !== undefined ? '--at' : options.redact ? '--redact' : undefined;
  const unused = wish ?? other ?? (options.root.length > 0 ? '--root' : undefined);
  if (unused !== undefined) throw errors.oddOption(unused, why);
}

/**
 * The report that is to be verified; undefined when there is none.
 * @throws CheckError (usage) for what is of a report without one
 */
export async function evidenceFrom(
  io: Io,
  options: ReportOptions,
  file: LaunchFile | undefined,
): Promise<EvidenceQuestion | undefined> {
  const report = options.report ?? file?.report;
  if (report === undefined) {
    if (options.certificates) throw reportNeeded('certificates');
    refuseWishes(options);
    return undefined;
  }
  const { at, require: wishes, roots } = await readVerification(io, options);
  return {
    ...{ report, at, roots },
    certificates: options.certificates ?? (options.report === undefined ? file?.certificates : undefined),
    require: { ...file?.require, ...wishes },
  };
}

/** Inputs of a measurement of SEV or SEV-ES. */
const OF_MEASUREMENT: readonly InputId[] = [
  'apiMajor',
  'apiMinor',
  'buildId',
  'keys.tik',
  'keys.tek',
  'keys.tk',
];

/** Options that are about a running domain alone. */
const OF_DOMAIN: readonly (readonly [name: string, option: string])[] = [
  ['connection', inputRow('connection').option!],
  ['insecure', '--insecure'],
  ['ignoreConfig', '--ignore-config'],
];

/**
 * Refuses what would play no part in a check by a report, so that nobody thinks it did.
 * @throws CheckError (usage) that names the option
 */
export function refuseUnused(options: ReportOptions): void {
  const given = options as object as Readonly<Record<string, unknown>>;
  const odd = OF_MEASUREMENT.find((id) => given[id] !== undefined);
  if (odd !== undefined)
    throw errors.oddOption(
      inputRow(odd).option!,
      'it is about the measurement of an SEV or SEV-ES guest, and the report has that of an SEV-SNP guest',
    );
  const alone = OF_DOMAIN.find(([name]) => given[name] !== undefined);
  if (alone) throw errors.domainNeeded(alone[1]);
  if (given['secretHeader'] !== undefined) throw errors.noSecretsByDigest();
}

/** All inputs of a launch that is compared with a report. @throws CheckError (usage) for an option of another launch */
export function inputsOfReport(
  options: ReportOptions,
  file: LaunchFile | undefined,
  evidence: EvidenceQuestion,
): ReportInputs {
  if (options.measurement !== undefined)
    throw errors.oddOption(
      inputRow('measurement').option!,
      'the report has the measurement of an SEV-SNP guest, and --launch-digest says what it must be',
    );
  const { firmware = file?.firmware, ...stated } = statedInputs({ ...options, require: undefined }, file);
  const policy = options.policy === undefined ? file?.policy : BigInt(options.policy);
  return {
    ...stated,
    ...evidence,
    firmware,
    title: titleOf(file?.name, options.launch ?? 'command line'),
    launchDigest: options.launchDigest ?? file?.launchDigest,
    features: options.features ?? file?.guestFeatures,
    guestPolicy: policy,
  };
}
