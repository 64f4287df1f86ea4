// Reference values: the launch digests of all launches that a question is about, in a form that a verifier takes.

import * as errors from './errors';
import { jsonText } from '../core/binary/json';
import type { DigestFinding } from '../core/check/digestRules';
import { formRow } from '../core/check/digestForms';
import { MATRIX_PROFILES, matrixRows, type MatrixCpu, type MatrixRow } from '../core/check/matrix';
import {
  filledIn,
  formsOf,
  hasSvn,
  isOfOne,
  partRow,
  partsOf,
  REFERENCE_FILES,
  type ReferencePart,
  type ReferenceQuestion,
} from '../core/check/referenceQuestion';
import { readInput } from '../core/launch/readInput';
import { needsOf } from '../core/vmsa/launch/generate';
import type { KnownProfile } from '../core/vmsa/launch/profiles';
import { parseUnsigned } from '../core/binary/hex';
import { readSevLaunch, readSnpLaunch, type DigestReading, type LaunchStart } from './digestLaunch';
import { readSvsmLaunch } from './svsmLaunch';
import { ALL, cpuList, profilesNamed, vcpuCounts } from './digestSelection';
import { writeTable } from './digestTable';
import type { Content, Io } from './io';
import type { NamedPath } from './outputs';
import { snpInputsOf } from './snpInputs';

/** The launches of a question before their first vCPU. */
export interface References {
  /** How many launches there are. */
  readonly total: number;
  /** Computes them. @throws CheckError for a launch that is impossible */
  readonly rows: () => Iterable<MatrixRow>;
  /** The files that are read. */
  readonly files: readonly NamedPath[];
  /** Writes them in the form of the question. @throws CheckError for a launch that the form cannot say */
  readonly write: (rows: Iterable<MatrixRow>) => Promise<Content>;
}

/** What a question is about, apart from files. */
interface Selection {
  readonly counts: readonly number[];
  readonly cpus: readonly MatrixCpu[];
  readonly profiles: readonly KnownProfile[];
}

/** The guest's SVN. @throws CheckError (usage) */
function svnOf({ format, svn }: ReferenceQuestion): number | undefined {
  if (!hasSvn(format) || svn.trim() === '') return undefined;
  const value = parseUnsigned(svn.trim());
  if (value === undefined || value > 0xffffffffn) throw errors.badSvn(svn);
  return Number(value);
}

function selectionOf({ mode, vcpus, cpus, profile, format }: ReferenceQuestion): Selection {
  if (!formsOf(mode).includes(format)) throw errors.formOfOtherMode(formRow(format).help);
  const counts = vcpuCounts(vcpus);
  const profiles = profile === ALL ? MATRIX_PROFILES[mode] : profilesNamed(profile.split(','), mode);
  const needsCpu = profiles.some((one) => needsOf(one, 'bsp').cpu);
  if (needsCpu && cpus.trim() === '') throw errors.cpuNeeded();
  const listed = cpus.trim() === '' ? [] : cpuList(cpus.trim());
  if (isOfOne(format)) {
    const { help } = formRow(format);
    if (counts.length > 1) throw errors.formOfOneLaunch(help, 'vcpus', `${counts.length} numbers of vCPUs`);
    if (listed.length > 1) throw errors.formOfOneLaunch(help, 'cpu', `${listed.length} CPUs`);
    if (profiles.length > 1) throw errors.formOfOneLaunch(help, 'profile', `${profiles.length} profiles`);
  }
  return { counts, cpus: listed, profiles };
}

/** What is given of the inputs that the mode has, paths from a folder on. */
function givenOf(
  { path }: Io,
  question: ReferenceQuestion,
  folder: string | undefined,
): Partial<Record<ReferencePart, string>> {
  const { mode, format, vcpus } = question;
  const given = partsOf(mode).flatMap((part): [ReferencePart, string][] => {
    const text = question[part];
    // A launch without a command line has an empty one.
    if (text === '') return [];
    if (partRow(part).isFile) return [[part, folder === undefined ? text : path.resolve(folder, text)]];
    return [[part, part === 'cmdline' && isOfOne(format) ? filledIn(text, vcpus.trim()) : text]];
  });
  return Object.fromEntries(given);
}

function readLaunch(
  io: Io,
  mode: ReferenceQuestion['mode'],
  given: ReturnType<typeof givenOf>,
  reading: DigestReading,
): Promise<LaunchStart> {
  const { firmware, kernel, initrd, cmdline, svsm, varsSize, varsFile } = given;
  if (firmware === undefined) throw errors.fileNeeded('firmware', 'the image that the guest starts with');
  const files = { firmware, kernel, initrd, cmdline, isTemplate: true };
  if (mode === 'seves') return readSevLaunch(io, files, reading);
  if (mode === 'snp') return readSnpLaunch(io, files, reading);
  if (svsm === undefined) throw errors.fileNeeded('svsm', 'the SVSM image');
  const size =
    varsSize === undefined
      ? undefined
      : readInput('varsSize', varsSize.trim(), ({ wanted }) => errors.badVarsSize(wanted));
  return readSvsmLaunch(io, { firmware }, { svsm, varsSize: size, varsFile }, reading);
}

/**
 * Reads the files of a question.
 * @param folder that relative paths start in, by default the current one
 * @throws CheckError (usage) for an input that is no such thing, or one that is missing, and when a file cannot be read or is launched by no VMM
 */
export async function readReferences(
  io: Io,
  question: ReferenceQuestion,
  reading: DigestReading,
  folder?: string,
): Promise<References> {
  const { counts, cpus, profiles } = selectionOf(question);
  const svn = svnOf(question);
  const given = givenOf(io, question, folder);
  const { features: typed, cmdline = '' } = given;
  const features =
    typed === undefined ? undefined : readInput('features', typed.trim(), () => errors.badFeatures(typed));
  const launch = await readLaunch(io, question.mode, given, reading);
  const request = { ...launch, profiles, cpus, counts, features };
  const perProfile = profiles.map((profile) => (needsOf(profile, 'bsp').cpu ? cpus.length : 1));
  const { format } = question;
  return {
    total: perProfile.reduce((sum, n) => sum + n * counts.length, 0),
    rows: () => matrixRows(request),
    files: REFERENCE_FILES.flatMap((part) => {
      const path = given[part];
      return path === undefined ? [] : [{ name: partRow(part).label, path }];
    }),
    write: async (rows) =>
      format === 'dstack'
        ? `${jsonText(snpInputsOf(request, { cpu: cpus[0]?.name, cmdline }, reading))}\n`
        : writeTable(rows, { format, svn, turn: () => Promise.resolve() }),
  };
}

/** What was found while reading, each finding once. */
export const onceEach = (findings: readonly DigestFinding[]): readonly DigestFinding[] =>
  findings.filter(({ message }, i) => findings.findIndex((one) => one.message === message) === i);
