// Reads launch files, `*.sevlaunch.json`. The schema here is the one table of their members, which the compiler
// checks against the types in core; VS Code's JSON schema and the documentation are generated from it.

import * as v from 'valibot';
import * as errors from './errors';
import * as ioErrors from './ioErrors';
import { CheckError, reworded } from '../core/errors';
import { keyFilter, textsIn } from '../core/check/keyText';
import { firstFailure, judgeLaunch, type LaunchFailure } from '../core/check/judge';
import {
  type AskedDomain,
  type KeyPaths,
  type LaunchFile,
  type ReportedLaunch,
  type VmsaFiles,
} from '../core/check/launchFile';
import { MAX_VCPUS } from '../core/launch/inputKinds';
import { findCpuModel } from '../core/vmsa/launch/cpuModels';
import { cpuByName } from '../core/vmsa/launch/generate';
import { SEV_ES_PROFILES } from '../core/vmsa/launch/profiles';
import { CPU_ID_LIMITS, type CpuId } from '../core/vmsa/launch/signature';
import { FILE_ROLES } from './fileRoles';
import type { Io, ReadOptions } from './io';
import type { TextFault } from './launchFaults';
import { describeBadByte, describeFault, parseLaunchText, type LaunchText } from './launchText';
import { badByteIn, textOf, type BadByte } from './text';

/** A schema for each member of a type, and no others. */
type MembersOf<T> = { readonly [N in keyof T]-?: v.GenericSchema<unknown, T[N]> };

const whole = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(most));
const integer = (most: number, text: string) => v.pipe(whole(most), v.description(text));
/** A text that QEMU, libvirt and the system can take whole: they take C strings, which end at a NUL. */
export const NO_NUL = /^[^\0]*$/;
const cString = v.regex(NO_NUL, 'a text without a NUL character');
const file = (text: string) =>
  v.pipe(
    v.string(),
    v.minLength(1),
    cString,
    v.description(`${text} A path, relative to this file or absolute.`),
  );

/** A word of `digits` hexadecimal digits, as a number or as people write it: 5 or "0x5". */
const word = (digits: number, text: string, more = '') =>
  v.pipe(
    v.union(
      [
        whole(16 ** digits - 1),
        v.pipe(v.string(), v.regex(new RegExp(`^0[xX][0-9a-fA-F]{1,${digits}}$`)), v.transform(Number)),
      ],
      `a number, or 0x and at most ${digits} hexadecimal digits as a text${more}`,
    ),
    v.description(text),
  );
const policy = word(
  8,
  'Guest policy, 32 bits (sev-policy), also as "0x5". With bit 2 set the guest is SEV-ES.',
  ' (one of 64 bits is a policy of SEV-SNP)',
);

const cpuNumbers = v.strictObject({
  family: integer(CPU_ID_LIMITS.family, 'CPU family with the extended part added in.'),
  model: integer(CPU_ID_LIMITS.model, 'CPU model with the extended part.'),
  stepping: integer(CPU_ID_LIMITS.stepping, 'CPU stepping.'),
} satisfies MembersOf<CpuId>);

/** The members that name key files. */
const key = {
  tk: file('TEK and TIK in one file of 32 bytes, TEK first.'),
  tik: file('Transport integrity key, 16 bytes.'),
  tek: file('Transport encryption key, 16 bytes; needed for secrets only.'),
};
const keyFiles = v.union(
  [
    v.strictObject({ tk: key.tk } satisfies MembersOf<Extract<KeyPaths, { tk: string }>>),
    v.strictObject({ tik: key.tik, tek: v.optional(key.tek) } satisfies MembersOf<
      Extract<KeyPaths, { tik: string }>
    >),
  ],
  'an object with "tik" and perhaps "tek", or with "tk" alone',
);

const recordedLaunch = v.strictObject({
  measurement: v.pipe(
    v.string(),
    v.description('What the host reported (sev-measurement): base64 of 48 bytes, the HMAC and its nonce.'),
  ),
  apiMajor: word(2, 'SEV API major version of the firmware (sev-api-major).'),
  apiMinor: word(2, 'SEV API minor version of the firmware (sev-api-minor).'),
  buildId: word(2, 'Build of the SEV firmware (sev-build-id).'),
  policy,
} satisfies MembersOf<ReportedLaunch>);

const runningDomain = v.strictObject({
  connection: v.pipe(
    v.string(),
    v.minLength(1),
    cString,
    v.description(
      'The libvirt connection, such as qemu+ssh://user@host/system. It must be one of the forms that run no program; VS Code asks before it is used.',
    ),
  ),
  name: v.pipe(
    v.string(),
    v.minLength(1),
    cString,
    v.description('The domain: its UUID, its name, or its id.'),
  ),
  policy: v.optional(
    v.pipe(
      policy,
      v.description('The guest policy that you asked for, instead of the one that the host reports.'),
    ),
  ),
} satisfies MembersOf<AskedDomain>);

const vmsaFiles = v.strictObject({
  bsp: file('VMSA page of vCPU 0, 4096 bytes.'),
  ap: v.optional(file('VMSA page of every other vCPU, 4096 bytes.')),
} satisfies MembersOf<VmsaFiles>);

/** The shape of a launch file. */
export const LaunchFileSchema = v.strictObject({
  $schema: v.optional(v.string()),
  name: v.optional(v.pipe(v.string(), v.description('What to call this launch in reports.'))),
  firmware: file('The firmware image that QEMU loaded: OVMF.fd, or the CODE image of a split build.'),
  kernel: v.optional(file('The kernel, when the guest boots with kernel hashes.')),
  initrd: v.optional(file('The initrd of that kernel.')),
  cmdline: v.optional(
    v.pipe(v.string(), cString, v.description('The kernel command line, exactly as given to QEMU.')),
  ),
  vcpus: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(1),
      v.maxValue(MAX_VCPUS),
      v.description('Number of vCPUs; needed for SEV-ES.'),
    ),
  ),
  cpu: v.optional(
    v.pipe(
      v.union(
        [
          v.pipe(
            v.string(),
            v.check((name) => findCpuModel(name) !== undefined, 'a CPU model of QEMU, such as EPYC-Milan'),
          ),
          cpuNumbers,
        ],
        'a CPU model of QEMU, such as EPYC-Milan, or an object with family, model and stepping',
      ),
      v.transform((cpu) => (typeof cpu === 'string' ? cpuByName(cpu) : cpu)),
      v.description("The guest's CPU, for generated VMSAs: a QEMU model such as EPYC-Milan, or its numbers."),
    ),
  ),
  profile: v.optional(
    v.pipe(
      v.picklist(SEV_ES_PROFILES.map((p) => p.id)),
      v.description(
        `The launch flavour of generated VMSAs: ${SEV_ES_PROFILES.map((p) => `${p.id} (${p.title})`).join(', ')}.`,
      ),
    ),
  ),
  vmsa: v.optional(v.pipe(vmsaFiles, v.description('VMSA pages from files, instead of generated ones.'))),
  keys: v.pipe(
    keyFiles,
    v.description("The guest owner's keys. Only their paths are here; keys are read when needed."),
  ),
  launch: v.optional(
    v.pipe(recordedLaunch, v.description('What the host reported about the launch, when it was recorded.')),
  ),
  domain: v.optional(
    v.pipe(runningDomain, v.description('The running domain whose host is asked about the launch.')),
  ),
} satisfies MembersOf<LaunchFile>);

/** The schemas of the members of nested objects. */
export const INNER_SCHEMAS = {
  launch: recordedLaunch.entries,
  domain: runningDomain.entries,
  vmsa: vmsaFiles.entries,
  keys: key,
};

// The libraries' own messages quote what they reject, and that may be a key: a key file given by mistake, or a
// key pasted where its path belongs. So messages are built here from places and types.

/** Issue types whose messages are ours: they say what was expected and quote nothing that was found. */
const OURS = ['check', 'regex', 'union'];

/** What the library writes as an inequality, or not at all. */
const LIMITS: Readonly<Record<string, (expected: string) => string>> = {
  integer: () => 'a whole number',
  min_value: (expected) => expected.replace('>=', 'at least '),
  max_value: (expected) => expected.replace('<=', 'at most '),
};

/** A number as it was written; beyond these it was rounded when it was read. */
const numberText = (value: number): string =>
  Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value) : `about ${value.toPrecision(3)}`;

/** What was expected and what kind of value was found: the value of a number, otherwise only the type. */
function complaint({ type: issue, message, expected, input }: v.BaseIssue<unknown>): string {
  if (expected === 'never') return 'there is no such field';
  const type = input === null ? 'null' : Array.isArray(input) ? 'a list' : typeof input;
  const nul = issue === 'regex' && typeof input === 'string' ? input.indexOf('\0') : -1;
  if (nul >= 0) return `wanted ${message}, found one at index ${nul}`;
  const found = input === undefined ? 'nothing' : typeof input === 'number' ? numberText(input) : type;
  const wanted = LIMITS[issue]?.(expected ?? '') ?? (OURS.includes(issue) ? message : expected);
  return `wanted ${wanted ?? 'another value'}, found ${found}`;
}

/** Resolves a path in a launch file. @param file the launch file, absolute */
export const pathIn = ({ path: paths }: Io, file: string, path: string): string =>
  paths.isAbsolute(path) ? path : paths.resolve(paths.dirname(file), path);

/** What is wrong with the shape of a launch file: the member, outermost name first, and why. */
export interface ShapeProblem {
  readonly member: readonly string[];
  readonly why: string;
}

const memberOf = ({ path }: v.BaseIssue<unknown>): readonly string[] =>
  path?.map(({ key: name }) => String(name)) ?? [];

/** Everything that the schema rejects, in schema order. */
export function shapeProblems(json: unknown): ShapeProblem[] {
  // The library takes a list for an object without members, but with those that every list has.
  if (Array.isArray(json))
    return [{ member: [], why: 'wanted an object with the members of a launch, found a list' }];
  const { issues = [] } = v.safeParse(LaunchFileSchema, json);
  return issues.map((issue) => ({
    member: memberOf(issue),
    why: complaint(issue),
  }));
}

/** Why a well-formed file cannot be used as a launch file, as the end of a sentence that names it. */
function unfitness({ rule, member, fail }: LaunchFailure): string {
  if (rule === 'nothing-to-check') return 'it has neither a recorded "launch" nor a "domain" to ask';
  if (rule !== 'inlined-key') return fail.message;
  return `${member.join('.')}: wanted the path of a key file, found what looks like the key itself`;
}

function failureOf(text: string, path: string, fault: TextFault): CheckError {
  if (fault.rule === 'not-json') return errors.notJson(path, fault.offset);
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
  const at = (p: string) => pathIn(io, path, p);
  const maybe = (p: string | undefined) => (p === undefined ? undefined : at(p));
  const { firmware, kernel, initrd, vmsa, keys, ...rest } = output;
  return {
    ...rest,
    firmware: at(firmware),
    kernel: maybe(kernel),
    initrd: maybe(initrd),
    vmsa: vmsa && { bsp: at(vmsa.bsp), ap: maybe(vmsa.ap) },
    keys: 'tk' in keys ? { tk: at(keys.tk) } : { tik: at(keys.tik), tek: maybe(keys.tek) },
  };
}

/** The text of a launch file on disk as editors show it, with U+FFFD for what is not UTF-8. */
export interface LaunchSource {
  readonly text: string;
  readonly badByte: BadByte | undefined;
}

/** A launch file on disk, whatever is in it. @param path absolute @throws CheckError when it cannot be read or is too large */
export async function readLaunchSource(io: Io, path: string, options?: ReadOptions): Promise<LaunchSource> {
  const bytes = await ioErrors.unlessTooLarge(io.read(path, 'launch', options), () =>
    errors.launchFileTooLarge(path, FILE_ROLES.launch.most),
  );
  return { text: textOf(bytes), badByte: badByteIn(bytes) };
}

/** The text of a launch file on disk. @param path absolute @throws CheckError when it cannot be read, is too large or not UTF-8 */
export async function readLaunchText(io: Io, path: string, options?: ReadOptions): Promise<string> {
  const { text, badByte } = await readLaunchSource(io, path, options);
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
