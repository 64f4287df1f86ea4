// Options that several commands share, and how their values are parsed: numbers in decimal or 0x form.

import { InvalidArgumentError, Option, type Command } from 'commander';
import * as errors from './errors';
import { parseUnsigned } from '../core/binary/hex';
import {
  cpuByName,
  guessRequest,
  needsOf,
  requestLike,
  withoutHostChange,
  type Needs,
  type Role,
  type VmsaRequest,
} from '../core/vmsa/launch/generate';
import { CPU_ID_LIMITS, type CpuId } from '../core/vmsa/launch/signature';
import { bestOf, identify } from '../core/vmsa/compare/identify';
import type { PartOfPage } from '../core/vmsa/part';
import { findProfile, PROFILES, type KnownProfile, type ProfileId } from '../core/vmsa/launch/profiles';
import { snpPolicy } from '../core/tech/snp/errors';
import { SVSM_PARTS, svsmImage, svsmPart, type SvsmImage } from '../core/vmsa/launch/svsm';
import type { VmsaPage } from '../core/vmsa/vmsaPage';
import type { Io } from '../app/io';
import { readFirmware } from '../app/firmware';
import { resetAddressOf } from '../app/launch';

/** Parses a guest policy of 32 bits; one of 64 bits is refused for what it is. */
export function policyNumber(text: string): number {
  const value = parseUnsigned(text);
  if (value !== undefined && value > 0xffffffffn && value < 2n ** 64n)
    throw new InvalidArgumentError(snpPolicy(value).message);
  return number(0xffffffff)(text);
}

/** Parses an unsigned number from `least` to `most`. */
export const number =
  (most: number, least = 0) =>
  (text: string): number => {
    const value = parseUnsigned(text);
    if (value === undefined || value < BigInt(least) || value > BigInt(most)) {
      throw new InvalidArgumentError(`It must be a number from ${least} to ${most}, in decimal or 0x form.`);
    }
    return Number(value);
  };

/** The CPU of a guest, as given by options. */
export interface CpuOptions {
  readonly family?: number;
  readonly model?: number;
  readonly stepping?: number;
  readonly cpuModel?: string;
}

/** The name that an option's value has: `svsmEntry` of `--svsm-entry`. */
type CamelCase<S extends string> = S extends `${infer A}-${infer B}` ? `${A}${Capitalize<CamelCase<B>>}` : S;
type SvsmOption = CamelCase<(typeof SVSM_PARTS)[number]['option']>;
type SvsmOptions = Readonly<Partial<Record<SvsmOption, number>>>;

/** The option of each value of an SVSM image, as its value is named. */
const SVSM_OPTIONS = SVSM_PARTS.map(({ id, option }) => ({
  part: id,
  name: option.replaceAll(/-./g, ([, letter]) => letter!.toUpperCase()) as SvsmOption,
}));

/** Everything that determines a generated page. */
export interface PageOptions extends CpuOptions, SvsmOptions {
  readonly cpu?: number;
  readonly userspace?: 'qemu' | 'krun';
  readonly firmware?: string;
  readonly resetAddress?: number;
  readonly profile?: ProfileId;
}

/** An hour. */
const MOST_SECONDS = 3600;

/** The option for a host's timeout, in seconds; its value is in milliseconds. */
export function timeoutOption(): Option {
  const seconds = number(MOST_SECONDS, 1);
  return new Option(
    '--timeout <seconds>',
    'wait so long for the connection and for each answer (10 unless given)',
  ).argParser((text: string) => 1000 * seconds(text));
}

/** The option for a launch profile. */
export function profileOption(): Option {
  return new Option('--profile <name>', 'profile of generated pages').choices(PROFILES.map((p) => p.id));
}

/** The option that selects a vCPU in a file with pages of several. */
export function vcpuOption(): Option {
  return new Option('--vcpu <number>', 'which page of a file with several, from 0').argParser(number(0xffff));
}

/** Adds the options that describe a vCPU: its index, its CPU and where it starts. */
export function addVcpuOptions(command: Command): Command {
  return command
    .option('--cpu <number>', 'index of the vCPU: 0 is the boot processor', number(0xffff))
    .option('--family <number>', 'CPU family with the extended part', number(CPU_ID_LIMITS.family))
    .option('--model <number>', 'CPU model with the extended part', number(CPU_ID_LIMITS.model))
    .option('--stepping <number>', 'CPU stepping', number(CPU_ID_LIMITS.stepping))
    .option('--cpu-model <name>', 'QEMU CPU model, for example EPYC-Milan')
    .option('--firmware <path>', 'OVMF image, for the reset address of additional vCPUs')
    .option('--reset-address <number>', 'the reset address itself', number(0xffffffff));
}

/** Adds the options that determine a generated page: those of a vCPU, the profile, and the values of an SVSM image. */
export function addPageOptions(command: Command): Command {
  const address = number(Number.MAX_SAFE_INTEGER);
  addVcpuOptions(command).addOption(profileOption());
  for (const { option, doc } of SVSM_PARTS)
    command.option(`--${option} <number>`, `SVSM profiles: ${doc}`, address);
  return command;
}

/**
 * The CPU that the options name; undefined when they name none.
 * @throws CheckError (usage) for an incomplete CPU, two CPUs, or a name that QEMU does not have
 */
export function cpuFrom({ family, model, stepping, cpuModel }: CpuOptions): CpuId | undefined {
  const numbers = [family, model, stepping];
  const given = numbers.filter((n) => n !== undefined).length;
  if (cpuModel !== undefined) {
    if (given > 0) throw errors.twoCpus();
    return cpuByName(cpuModel);
  }
  if (given === 0) return undefined;
  if (family === undefined || model === undefined || stepping === undefined) throw errors.incompleteCpu();
  return { family, model, stepping };
}

/** The role that `--cpu` asks for. */
export function roleFrom(index: number | undefined): Role | undefined {
  return index === undefined ? undefined : index === 0 ? 'bsp' : 'ap';
}

/**
 * The reset address that the options name, if it is needed. A wrong path is reported even if it is not.
 * @throws CheckError when it is given twice, or the image cannot be read or has none
 */
export async function resetAddressFrom(
  io: Io,
  { firmware, resetAddress }: PageOptions,
  isNeeded: boolean,
): Promise<number | undefined> {
  if (firmware !== undefined && resetAddress !== undefined) throw errors.twoResetAddresses();
  if (firmware === undefined) return isNeeded ? resetAddress : undefined;
  const image = await readFirmware(io, firmware);
  return isNeeded ? resetAddressOf(image, firmware) : undefined;
}

/**
 * The SVSM values that the options give, over those of `base`; undefined without an entry.
 * @throws CheckError (usage) for an option whose value the profile's pages do not contain
 */
export function svsmFrom(
  { id }: KnownProfile,
  needs: Needs,
  options: PageOptions,
  base?: SvsmImage,
): SvsmImage | undefined {
  const unused = SVSM_OPTIONS.find(
    ({ part, name }) => options[name] !== undefined && !needs.svsm.includes(part),
  );
  if (unused) throw errors.svsmValueUnused(unused.part, id);
  return svsmImage(
    Object.fromEntries(
      SVSM_OPTIONS.map(({ part, name }) => [part, options[name] ?? base?.[part] ?? svsmPart(part).usual]),
    ),
  );
}

/**
 * A request for a page like the given one, where options override what is guessed from the page.
 * @param part what is known of the page, if not all of it is
 */
export async function requestFrom(
  io: Io,
  page: VmsaPage,
  options: PageOptions,
  part?: PartOfPage,
): Promise<VmsaRequest> {
  const guess = (part && bestOf(identify(page, part))?.request) ?? guessRequest(page);
  const role = roleFrom(options.cpu) ?? guess.role;
  const profile = findProfile(options.profile ?? withoutHostChange(guess).profile)!;
  const like = requestLike(profile, role, page.values);
  const needs = needsOf(profile, role);
  const resetAddress = await resetAddressFrom(io, options, needs.resetAddress);
  return {
    profile: profile.id,
    role,
    cpu: cpuFrom(options) ?? guess.cpu,
    resetAddress: resetAddress ?? like?.resetAddress,
    svsm: svsmFrom(profile, needs, options, like?.svsm),
  };
}

/** The options that ask for a generated page. */
const ASKS: readonly (keyof PageOptions)[] = [
  'cpu',
  'family',
  'model',
  'stepping',
  'cpuModel',
  'firmware',
  'resetAddress',
  'profile',
  ...SVSM_OPTIONS.map(({ name }) => name),
];

/** Whether any option asks for a generated page. */
export function asksForPage(options: PageOptions): boolean {
  return ASKS.some((name) => options[name] !== undefined);
}
