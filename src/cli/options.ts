// Options that several commands share, and how their values are parsed: numbers in decimal or 0x form.

import { isDeepStrictEqual } from 'node:util';
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
import type { CpuId } from '../core/vmsa/launch/signature';
import { bestOf, identify } from '../core/vmsa/compare/identify';
import type { InputValues } from '../core/launch/inputs';
import type { PartOfPage } from '../core/vmsa/part';
import { findProfile, type KnownProfile } from '../core/vmsa/launch/profiles';
import { SVSM_PARTS, svsmImage, svsmPart, type SvsmImage } from '../core/vmsa/launch/svsm';
import { featuresText } from '../core/vmsa/layout/features';
import type { VmsaPage } from '../core/vmsa/vmsaPage';
import type { Io } from '../app/io';
import { readFirmware } from '../app/firmware';
import { resetAddressOf } from '../app/launch';
import { addInputs, addOtherNames } from './inputOptions';

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

/** Masks what of a report names a machine or a guest. */
export const redactOption = (): Option =>
  new Option(
    '--redact',
    'of an attestation report: mask what names a machine or a guest, CHIP_ID and report ids',
  );

/** The inputs that name the CPU of a guest. */
const CPU_IDS = ['cpu', 'cpu.signature', 'cpu.family', 'cpu.model', 'cpu.stepping'] as const;

/** The CPU of a guest, as given by options. */
export type CpuOptions = Pick<InputValues, (typeof CPU_IDS)[number]>;

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
export interface PageOptions
  extends CpuOptions, SvsmOptions, Pick<InputValues, 'firmware' | 'profile' | 'features'> {
  /** Index of the vCPU. */
  readonly index?: number;
  readonly userspace?: 'qemu' | 'krun';
  readonly resetAddress?: number;
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

/** The option that selects a vCPU in a file with pages of several. */
export function vcpuOption(): Option {
  return new Option('--vcpu <number>', 'which page of a file with several, from 0').argParser(number(0xffff));
}

/** The index of a vCPU, whose option has the name that an input has. */
class IndexOption extends Option {
  override attributeName(): string {
    return 'index';
  }
}

/** Adds the options that describe a vCPU: its index, its CPU and where it starts. */
export function addVcpuOptions(command: Command): Command {
  command.addOption(
    new IndexOption('--cpu <number>', 'index of the vCPU: 0 is the boot processor').argParser(number(0xffff)),
  );
  addInputs(command, [
    { id: 'cpu.family', as: '--family', help: 'CPU family with the extended part' },
    { id: 'cpu.model', help: 'QEMU CPU model, for example EPYC-Milan, or its number' },
    { id: 'cpu.stepping', as: '--stepping', help: 'CPU stepping' },
    { id: 'cpu', as: null },
    { id: 'cpu.signature', as: null },
    { id: 'firmware', help: 'OVMF image, for the reset address of additional vCPUs' },
  ]);
  return command.option('--reset-address <number>', 'the reset address itself', number(0xffffffff));
}

const FEATURES_HELP =
  'SEV features, instead of those of the profile: a number, or names such as SNPActive,SecureTSC';

/** The SEV features that are asked for, as a request has them. */
export const featuresFrom = ({ features }: PageOptions): Pick<VmsaRequest, 'features'> =>
  features === undefined ? {} : { features: featuresText(features) };

/** Adds the options that determine a generated page: those of a vCPU, the profile, and the values of an SVSM image. */
export function addPageOptions(command: Command): Command {
  const address = number(Number.MAX_SAFE_INTEGER);
  addInputs(addVcpuOptions(command), [{ id: 'profile' }, { id: 'features', help: FEATURES_HELP }]);
  for (const { option, doc } of SVSM_PARTS)
    command.option(`--${option} <number>`, `SVSM profiles: ${doc}`, address);
  return addOtherNames(command);
}

/** The CPU that numbers or the name of a model give. @throws CheckError (usage) as cpuFrom */
function cpuOfParts(values: CpuOptions): CpuId | undefined {
  const { 'cpu.family': family, 'cpu.model': model, 'cpu.stepping': stepping } = values;
  if (typeof model === 'string') {
    if (family !== undefined || stepping !== undefined) throw errors.twoCpus();
    return cpuByName(model);
  }
  if (family === undefined && model === undefined && stepping === undefined) return undefined;
  if (family === undefined || model === undefined || stepping === undefined) throw errors.incompleteCpu();
  return { family, model, stepping };
}

/**
 * The CPU that the options name: by a model, by numbers, or by its signature; undefined when they name none.
 * @throws CheckError (usage) for two CPUs, an incomplete one, or a name that QEMU does not have
 */
export function cpuFrom(values: CpuOptions): CpuId | undefined {
  const { cpu, 'cpu.signature': signature } = values;
  const [first, ...others] = [cpu, signature, cpuOfParts(values)].filter((one) => one !== undefined);
  if (others.some((other) => !isDeepStrictEqual(other, first))) throw errors.twoCpus();
  return first;
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
  const role = roleFrom(options.index) ?? guess.role;
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
    ...featuresFrom(options),
  };
}

/** The options that ask for a generated page. */
const ASKS: readonly (keyof PageOptions)[] = [
  ...CPU_IDS,
  'index',
  'firmware',
  'resetAddress',
  'profile',
  'features',
  ...SVSM_OPTIONS.map(({ name }) => name),
];

/** Whether any option asks for a generated page. */
export function asksForPage(options: PageOptions): boolean {
  return ASKS.some((name) => options[name] !== undefined);
}
