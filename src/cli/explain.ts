// `sevscope explain`: why a launch measurement or launch digest differs from the expected one. Takes the options
// of `validate`.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import * as appErrors from '../app/errors';
import * as errors from './errors';
import type { ExplainResult, Explanation, Remaining } from '../core/explain/explanation';
import { grouped, NO_VERDICT, WEIGHT_TEXTS } from '../core/explain/exportExplanation';
import type { LaunchFile } from '../core/check/launchFile';
import { MAX_VCPUS } from '../core/launch/inputKinds';
import { VMM_PROFILES } from '../core/launch/inputs';
import { TRAITS } from '../core/tech/traits';
import type { ExplainedDigest } from '../app/explainThreads';
import { explainLaunch } from '../tasks/explain';
import type { Io } from '../app/io';
import { measurementsInFolder } from '../app/launchesInFolder';
import { readLaunchFile } from '../app/launchFile';
import { editRows } from './explainEdits';
import { explainLines } from './explainLines';
import { notesOn, type VerifiedReport } from '../core/check/checkReport';
import { addInputs, addOtherNames } from './inputOptions';
import { readKnownDigest } from './knownDigest';
import { saysNoLaunch, waysToExplain } from './launchNeeds';
import {
  addLaunchOptions,
  inputsOfDigest,
  needed,
  neededInput,
  recordedInputs,
  statedInputs,
  type LaunchOptions,
} from './launchOptions';
import { number } from './options';
import { evidenceFrom } from './reportInputs';
import { addVerification, type VerificationOptions } from './wishOptions';
import { columns, printJson, type Output } from './output';

interface ExplainCommandOptions extends Omit<LaunchOptions, 'require'>, VerificationOptions {
  readonly knownDigest?: Uint8Array;
  readonly resetAddress?: number;
  readonly beside?: true;
  readonly maxCpus?: number;
  readonly json?: true;
  readonly quiet?: true;
}

/** Adds the command; `exit` receives 1 when nothing explains it. */
export function addExplainCommand(
  io: Io,
  program: Command,
  out: Output,
  exit: (status: number) => void,
): void {
  const command = program
    .command('explain')
    .description(
      'find out why a launch measurement does not match; exit status 0 if that is explained, 1 if not',
    )
    .argument('[line]', "or what a line of a host's log means, such as one with fw_error=; - reads a log")
    .option('-q, --quiet', 'print nothing; only the exit status counts')
    .option('--json', 'print the answer as JSON')
    .option('--launch <path>', 'launch file (*.sevlaunch.json); other options override what is in it');
  addInputs(command, [
    {
      id: 'launchDigest',
      help: 'explain this launch digest, for which no keys are needed',
      whyNot: (found) => appErrors.badLaunchDigest(found).message,
    },
    { id: 'vmm', as: null },
    { id: 'features' },
    { id: 'svsm' },
    { id: 'varsSize' },
    { id: 'varsFile' },
    { id: 'report', help: 'explain the measurement of this attestation report' },
    { id: 'certificates' },
  ])
    .option(
      '--known-digest <digest>',
      'digest of the same SNP launch with --num-cpus vCPUs, from which those with more follow, without firmware',
      readKnownDigest,
    )
    .option('--reset-address <number>', 'where additional vCPUs start, without firmware', number(0xffffffff))
    .option('--beside', 'try other images and backups in the folder of the firmware, too')
    .option('--max-cpus <number>', 'try up to so many vCPUs (256 unless given)', number(MAX_VCPUS, 1));
  addOtherNames(addLaunchOptions(addVerification(command))).action(
    async (line: string | undefined, options: ExplainCommandOptions) => {
      exit(await (line === undefined ? explain(io, options, out) : explainLines(io, line, options, out)));
    },
  );
}

/** Runs the search and prints its answer. @returns the exit status */
async function explain(io: Io, options: ExplainCommandOptions, out: Output): Promise<number> {
  const path = options.launch === undefined ? undefined : resolve(options.launch);
  const file = path === undefined ? undefined : await readLaunchFile(io, path);
  const evidence = options.measurement === undefined ? await verifiedReport(io, options, file) : undefined;
  const digest =
    options.launchDigest ??
    evidence?.report.values.measurement ??
    (options.measurement === undefined ? file?.launchDigest : undefined);
  if (!digest && options.knownDigest)
    throw errors.digestNeeds('--launch-digest', 'the digest to be explained from --known-digest');
  if (saysNoLaunch(options)) throw errors.launchNeeded('explained', waysToExplain());
  // A report is no input of the search: its measurement is what is explained.
  const given = { ...options, report: undefined, certificates: undefined, require: undefined };
  const inputs = digest
    ? digestInputs(given, digest, file)
    : recordedInputs({ ...given, report: options.report, certificates: options.certificates }, file);
  const found = await explainLaunch(io, inputs, {
    onProgress: (progress) =>
      progress.kind === 'reading'
        ? out.onProgress?.(`reading ${progress.name}`, progress.done, progress.total)
        : out.onProgress?.(progress.title, progress.tried, progress.total),
    searchFolder: options.beside,
    maxVcpus: options.maxCpus,
    otherMeasurements: path === undefined ? [] : await measurementsInFolder(io, path),
  });
  const result = evidence && !options.launchDigest ? { ...found, notes: notesOn(evidence) } : found;
  if (options.json) printJson(out, result);
  else printAnswer(result, options, out);
  return result.outcome === 'not explained' ? 1 : 0;
}

/** The report whose measurement is to be explained, if there is one; where a digest is named, that is. */
async function verifiedReport(
  io: Io,
  options: ExplainCommandOptions,
  file: LaunchFile | undefined,
): Promise<VerifiedReport | undefined> {
  if (options.launchDigest && options.report === undefined) return undefined;
  if (options.launchDigest)
    throw errors.oddOption('--report', 'its measurement or --launch-digest is to be explained, not both');
  const question = await evidenceFrom(io, options, file);
  if (!question) return undefined;
  const { evidenceReader } = await import('../app/reportEvidence');
  return evidenceReader(io)(question);
}

function digestInputs(
  options: LaunchOptions & Pick<ExplainCommandOptions, 'knownDigest' | 'resetAddress'>,
  digest: Uint8Array,
  file: LaunchFile | undefined,
): ExplainedDigest {
  const stated = file ? inputsOfDigest(options, file, digest) : statedInputs(options, file);
  const features = options.features ?? file?.guestFeatures;
  if (digest.length !== SNP_DIGEST)
    for (const [id, option] of [
      ['knownDigest', '--known-digest'],
      ['resetAddress', '--reset-address'],
    ] as const)
      if (options[id] !== undefined) throw errors.oddOption(option, 'it is for launch digests of SEV-SNP');
  const isKnown = options.knownDigest !== undefined;
  if (isKnown && stated.vcpus === undefined)
    throw errors.digestNeeds('--num-cpus', 'how many vCPUs are in --known-digest');
  // Where an SVSM image starts follows from the size of the firmware.
  const needsFirmware = !isKnown || stated.svsm !== undefined;
  if (isKnown && !needsFirmware && stated.firmware === undefined)
    needed(options.resetAddress, '--reset-address');
  const ofVmm = stated.svsm === undefined && options.vmm ? VMM_PROFILES[options.vmm] : undefined;
  return {
    ...stated,
    title: file?.name ?? options.launch ?? 'command line',
    firmware: needsFirmware ? neededInput(stated.firmware, 'firmware') : stated.firmware,
    launchDigest: digest,
    knownDigest: options.knownDigest,
    resetAddress: options.resetAddress,
    policy: options.policy ?? file?.launch?.policy,
    profile: options.profile ?? ofVmm ?? stated.profile,
    features,
  };
}

const SNP_DIGEST = TRAITS.snp.digestSize;

/** The options that widen a search. */
const SCOPE_OPTIONS: Readonly<Record<NonNullable<Remaining['scope']>, string>> = {
  beside: '--beside',
  maxVcpus: '--max-cpus',
};

function printAnswer(result: ExplainResult, options: ExplainCommandOptions, out: Output): void {
  const { outcome, summary, explanations, covered, remains, notes = [] } = result;
  const print = (lines: readonly string[]) => lines.forEach((line) => out.line(line));
  for (const note of notes) out.note(`NOTE: ${note}`);
  if (outcome === 'already matches') out.line(`OK: ${summary}`);
  explanations.forEach((explanation, i) =>
    print([...(i > 0 ? [''] : []), ...explanationLines(explanation, options)]),
  );
  if (outcome === 'explained') print(['', NO_VERDICT]);
  if (outcome !== 'not explained') return;
  const rows = covered.map((part) => [part.title, grouped(part.hypotheses), part.detail]);
  const left = remains.map(({ text, scope }) => `  ${text}${scope ? ` Use ${SCOPE_OPTIONS[scope]}.` : ''}`);
  print(['Tried', ...columns(rows, '  '), '', 'What remains possible', ...left]);
  out.note(`NOT EXPLAINED: ${summary}`);
}

function explanationLines(explanation: Explanation, options: ExplainCommandOptions): string[] {
  const { title, changes, weight, evidence, edits } = explanation;
  return [
    title,
    ...columns(
      [
        ...changes.flatMap(({ title: input, why, advice }) => [
          [input, why],
          ['to do', advice],
        ]),
        ['weight', WEIGHT_TEXTS[weight]],
        ['evidence', evidence],
        ...editRows(edits, options, options.launch !== undefined),
      ],
      '  ',
    ),
  ];
}
