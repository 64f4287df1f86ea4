// Reads launch files, `*.sevlaunch.json`: judges what is asked in them, in sentences that quote nothing of what may be a key,
// and resolves their paths.

import * as v from 'valibot';
import * as errors from './errors';
import * as ioErrors from './ioErrors';
import { CheckError, reworded } from '../core/errors';
import { keyFilter, textsIn } from '../core/check/keyText';
import { firstFailure, judgeLaunch, type LaunchFailure } from '../core/check/judge';
import type { LaunchFile } from '../core/check/launchFile';
import type { LaunchRule } from '../core/check/rules';
import { FILE_ROLES } from './fileRoles';
import type { Io, ReadOptions } from './io';
import type { TextFault } from './launchFaults';
import { PATH_ROWS } from './inputs';
import { LaunchFileSchema } from './launchSchema';
import { shapeProblems } from './launchShape';
import { describeBadByte, describeFault, parseLaunchText, placeInWords, type LaunchText } from './launchText';
import { insteadOfJson } from './otherFile';
import { inputRow } from '../core/launch/inputs';
import { isObject } from '../core/binary/values';
import { badByteIn, textOf, type BadByte } from './text';

/** Resolves a path in a launch file. @param file the launch file, absolute */
export const pathIn = ({ path: paths }: Io, file: string, path: string): string =>
  paths.isAbsolute(path) ? path : paths.resolve(paths.dirname(file), path);

/** What is wrong where a rule about every launch file is broken, phrases. */
const UNFIT: Partial<Record<LaunchRule, string>> = {
  'nothing-to-check':
    'it has neither a recorded "launch", nor a "domain" to ask, nor a "launchDigest" or a "report" to be matched',
  'several-to-check': `wanted no "launch" or "domain" beside it, because a launch file asks one question; to check the measurement in "launch" against a digest that is known, give that with ${inputRow('launchDigest').option!} and the measurement with ${inputRow('measurement').option!} instead, for which no firmware is needed`,
  'firmware-needed': `wanted the image that was launched, found nothing; without it only a "report" can be checked, or a measurement against a digest that is known, with both as options, ${inputRow('launchDigest').option!} and ${inputRow('measurement').option!}`,
  'keys-needed': 'wanted "keys" beside it, because a measurement is checked under the TIK; no keys are given',
  'inlined-key': 'wanted the path of a key file, found what looks like the key itself',
};

/** Why a well-formed file cannot be used as a launch file, as the end of a sentence that names it. */
function unfitness({ rule, member, fail }: LaunchFailure): string {
  const said = UNFIT[rule];
  if (said === undefined) return fail.message;
  // What is asked of a domain depends on it, and a report may be of its guest.
  const what =
    rule === 'several-to-check' && member[0] === 'report'
      ? said.replace(' or "domain"', '')
      : rule === 'keys-needed' && member[0] === 'domain'
        ? `${said}; a domain of SEV-SNP needs none, which "technology": "snp" says`
        : said;
  return member.length === 0 ? what : `${member.join('.')}: ${what}`;
}

function failureOf(text: string, path: string, fault: TextFault): CheckError {
  if (fault.rule === 'not-json') return errors.notJson(path, fault.offset, placeInWords(text, fault));
  const { why, advice } = describeFault(text, fault);
  return errors.unfitLaunchText(path, fault, why, advice);
}

/**
 * Parses the text of a launch file.
 * @param path of the file, absolute: paths in it are relative to it, and messages name it
 * @throws CheckError (usage) that names the first problem and its place
 */
export function parseLaunchFile(io: Io, text: string, path: string): LaunchFile {
  const read = parseLaunchText(text);
  try {
    return launchFileOf(io, read, path);
  } catch (error) {
    // A key may be anywhere in it, as the name of a member, too.
    throw error instanceof CheckError ? reworded(error, keyFilter(textsIn(read.value))) : error;
  }
}

function launchFileOf(io: Io, { text, value, faults }: LaunchText, path: string): LaunchFile {
  if (faults[0]) throw failureOf(text, path, faults[0]);
  const [problem] = shapeProblems(value);
  if (problem) {
    const { member, why } = problem;
    throw errors.badLaunchFile(path, `${member.join('.') || 'the top level'}: ${why}`, member);
  }
  const output = v.parse(LaunchFileSchema, value);
  const unfit = firstFailure(judgeLaunch({ given: output }, 'file'));
  if (unfit) throw errors.unfitLaunchFile(path, unfit.fail, unfitness(unfit));
  return withPaths(output, (written) => pathIn(io, path, written));
}

/** A copy of a launch file with other paths. */
function withPaths(file: LaunchFile, change: (path: string) => string): LaunchFile {
  const copy = structuredClone(file) as object as Record<string, unknown>;
  for (const { member } of PATH_ROWS) {
    const name = member.at(-1)!;
    const around = member.length === 1 ? copy : copy[member[0]!];
    if (!isObject(around)) continue;
    const written = around[name];
    if (typeof written === 'string') around[name] = change(written);
    else if (Array.isArray(written)) around[name] = written.map(change);
  }
  return copy;
}

/** The text of a launch file on disk as editors show it, with U+FFFD for what is not UTF-8. */
export interface LaunchSource {
  readonly text: string;
  readonly badByte: BadByte | undefined;
}

/** The bytes of a launch file on disk. @param path absolute @throws CheckError when it cannot be read or is too large */
const launchBytes = (io: Io, path: string, options?: ReadOptions): Promise<Uint8Array> =>
  ioErrors.unlessTooLarge(io.read(path, 'launch', options), () =>
    errors.launchFileTooLarge(path, FILE_ROLES.launch.most),
  );

/** A launch file on disk, whatever is in it. @param path absolute @throws CheckError when it cannot be read or is too large */
export async function readLaunchSource(io: Io, path: string, options?: ReadOptions): Promise<LaunchSource> {
  const bytes = await launchBytes(io, path, options);
  return { text: textOf(bytes), badByte: badByteIn(bytes) };
}

/** The text of a launch file on disk. @param path absolute @throws CheckError when it cannot be read, is too large, another file or not UTF-8 */
export async function readLaunchText(io: Io, path: string, options?: ReadOptions): Promise<string> {
  const bytes = await launchBytes(io, path, options);
  const instead = insteadOfJson(bytes);
  if (instead !== undefined) throw errors.notLaunchJson(path, instead);
  const text = textOf(bytes);
  const badByte = badByteIn(bytes);
  if (!badByte) return text;
  const { why, advice } = describeBadByte(text, badByte);
  throw errors.notUtf8(path, why, advice, badByte.offset);
}

/**
 * Reads a launch file from disk.
 * @param path absolute
 * @throws CheckError when it cannot be read or is not a launch file
 */
export async function readLaunchFile(io: Io, path: string, options?: ReadOptions): Promise<LaunchFile> {
  return parseLaunchFile(io, await readLaunchText(io, path, options), path);
}
