// The options that select the launch, named as in virt-qemu-sev-validate: shared by the commands that check a
// launch and that explain one. An option overrides the launch file.

import type { Command } from 'commander';
import * as errors from './errors';
import { refuseUnfit } from '../core/check/judge';
import { inlinedKey } from '../core/check/errors';
import { looksLikeKey } from '../core/check/keyText';
import type { KeyPaths, LaunchFile, ReportedLaunch } from '../core/check/launchFile';
import {
  inputRow,
  INPUTS,
  MEMBER_IDS,
  pickInputs,
  REPORTED_IDS,
  type InputId,
  type InputRow,
  type InputValues,
  type TechnologyId,
} from '../core/launch/inputs';
import { isSnpPolicy } from '../core/tech/snp/policy';
import { waysToGive } from '../app/inputs';
import { anyStatedInputs, digestInputs, titleOf, type DigestInputs, type LaunchInputs } from '../app/launch';
import type { KnownDigestInputs } from '../app/knownDigest';
import { addInputs, type InputUse } from './inputOptions';
import { cpuFrom } from './options';

/** The parsed options that describe one launch, by the names of inputs. */
export interface LaunchOptions extends InputValues {
  readonly launch?: string;
}

const ROWS: readonly InputRow[] = INPUTS;
const SEV: readonly TechnologyId[] = ['sev', 'sev-es'];
/** What is matched in place of a measurement, for which commands have options of their own. */
const DIGEST: InputId = 'launchDigest';
/** What is asked of a running domain, and not said of a launch. */
const OF_DOMAIN = 'domain';

/** The inputs of a launch that a measurement is of, which the host reports or the owner gives. */
const optionsOf = (isReported: boolean): InputUse[] =>
  ROWS.filter(
    ({ id, option, member = [], technologies, from }) =>
      option !== undefined &&
      id !== DIGEST &&
      member.length > 0 &&
      member[0] !== OF_DOMAIN &&
      technologies.some((id) => SEV.includes(id)) &&
      (from === 'host') === isReported,
  ).map(({ id }) => ({ id: id as InputId, ...(id === 'cpu' && { as: null }) }));

/** The inputs that only an SNP launch has, and that both a launch file and the command line can give. */
export const OF_SNP: readonly InputId[] = ROWS.filter(
  ({ option, member, technologies }) =>
    option !== undefined && member !== undefined && !technologies.some((id) => SEV.includes(id)),
).map(({ id }) => id as InputId);

/** Adds the options, in two groups, under all their names. */
export function addLaunchOptions(command: Command): Command {
  command.optionsGroup('What the host reported:');
  addInputs(command, optionsOf(true)).optionsGroup("The owner's inputs:");
  return addInputs(command, [...optionsOf(false), { id: 'cpu.signature', as: null }]);
}

/** A value that an option must provide. @throws CheckError (usage) that names the option */
export function needed<T>(value: T | undefined, option: string): T {
  if (value === undefined) throw errors.optionNeeded(option);
  return value;
}

/** An input that an option or the launch file must provide. @throws CheckError (usage) that names its option */
export const neededInput = <T>(value: T | undefined, id: InputId): T => needed(value, inputRow(id).option!);

/** The owner's inputs without her keys; an option overrides the launch file. */
export function statedInputs(options: LaunchOptions, file: LaunchFile | undefined) {
  const base = file && anyStatedInputs(file, options.launch!);
  return { ...pickInputs(MEMBER_IDS, options, base), ...vcpuState(options, base) };
}

/** The same with her keys. @throws CheckError (usage) when there are none */
function ownerInputs(options: LaunchOptions, file: LaunchFile | undefined) {
  // Before the keys, because an owner of an SNP guest has none.
  refuseUnfit({ given: { launch: { policy: options.policy } } }, 'digest', waysToGive);
  const keys = keysFrom(options) ?? file?.keys;
  if (!keys) throw errors.keysNeeded();
  return { ...statedInputs(options, file), keys };
}

/**
 * The inputs for a domain, of which only the host can say whether it has a measurement that takes keys.
 * @param needsKeys for what is to be done besides
 * @throws CheckError (usage) when they are needed, or given in part
 */
export function domainInputs(options: LaunchOptions, file: LaunchFile | undefined, needsKeys: boolean) {
  const keys = keysFrom(options) ?? file?.keys;
  const { policy } = options;
  if (!keys && (needsKeys || (policy !== undefined && !isSnpPolicy(policy)))) throw errors.keysNeeded();
  const features = options.features ?? file?.guestFeatures;
  return { ...statedInputs(options, file), keys, features, guestPolicy: file?.policy };
}

/** @throws CheckError (usage) for an option that would play no part */
function refuseSnpOptions(options: LaunchOptions, why: string): void {
  const given = OF_SNP.find((id) => options[id] !== undefined);
  if (given) throw errors.oddOption(inputRow(given).option!, why);
}

/** All inputs of a recorded launch. @throws CheckError (usage) that names the option for a missing input */
export function recordedInputs(options: LaunchOptions, file: LaunchFile | undefined): LaunchInputs {
  refuseSnpOptions(options, 'it is for launches of SEV-SNP, which have no such measurement');
  const owner = ownerInputs(options, file);
  const reported = pickInputs(REPORTED_IDS, options, file?.launch);
  for (const id of REPORTED_IDS) neededInput(reported[id], id);
  const { measurement, ...platform } = reported as ReportedLaunch;
  const firmware = neededInput(owner.firmware, 'firmware');
  return {
    ...owner,
    title: titleOf(file?.name, options.launch ?? 'command line'),
    measurement,
    platform,
    firmware,
  };
}

/** All inputs of a launch that is to have a digest. @throws CheckError (usage) that names the option for the firmware */
export function inputsOfDigest(
  options: LaunchOptions,
  file: LaunchFile | undefined,
  launchDigest: Uint8Array,
): DigestInputs {
  const base = file
    ? digestInputs({ ...file, firmware: options.firmware ?? file.firmware }, launchDigest, options.launch!)
    : { title: 'command line', launchDigest };
  const stated = statedInputs(options, file);
  return {
    ...base,
    ...stated,
    firmware: neededInput(stated.firmware ?? file?.firmware, 'firmware'),
    features: options.features ?? file?.guestFeatures,
  };
}

/** What is loaded, in whose place a launch digest is. */
const LOADED = optionsOf(false)
  .map(({ id }) => id)
  .filter((id) => inputRow(id).kind !== 'key');

/** A measurement and the launch digest that it is to be of. @throws CheckError (usage) that names an option that is missing, or one too many */
export function measuredDigest(
  options: LaunchOptions,
  file: LaunchFile | undefined,
  launchDigest: Uint8Array,
): KnownDigestInputs {
  const given = LOADED.find((id) => options[id] !== undefined);
  if (given)
    throw errors.oddOption(inputRow(given).option!, 'a launch digest is in place of all that is loaded');
  const reported = pickInputs(REPORTED_IDS, options, file?.launch);
  for (const id of REPORTED_IDS) neededInput(reported[id], id);
  const { measurement, ...platform } = reported as ReportedLaunch;
  refuseUnfit({ given: { launch: { policy: platform.policy } } }, 'digest', waysToGive);
  const keys = measuringKeys(options) ?? file?.keys;
  if (!keys) throw errors.keysNeeded();
  const title = titleOf(file?.name, options.launch ?? 'command line');
  return { title, launchDigest, measurement, platform, keys };
}

/** The keys for a measurement, for which the TEK is not needed; undefined when none are given. @throws CheckError (usage) */
export function measuringKeys(options: KeyOptions): KeyPaths | undefined {
  checkKeyOptions(options);
  const { 'keys.tk': tk, 'keys.tik': tik, 'keys.tek': tek } = options;
  if (tk !== undefined) return { tk };
  return tik === undefined ? undefined : { tik, tek };
}

/** What keys are given by. */
type KeyOptions = Pick<InputValues, KeyId>;
type KeyId = 'keys.tk' | 'keys.tik' | 'keys.tek';
const KEYS: readonly KeyId[] = ['keys.tk', 'keys.tik', 'keys.tek'];

/** Rejects both forms of keys at once, and a key where its path belongs, before a message names it. */
export function checkKeyOptions(options: KeyOptions): void {
  for (const id of KEYS)
    if (options[id] !== undefined && looksLikeKey(options[id]))
      throw inlinedKey(inputRow(id).option, 'other users and the history of your shell may have it');
  const { 'keys.tk': tk, 'keys.tik': tik, 'keys.tek': tek } = options;
  if (tk !== undefined && (tik !== undefined || tek !== undefined)) throw errors.twoKeyForms();
}

function keysFrom(options: KeyOptions): KeyPaths | undefined {
  checkKeyOptions(options);
  const { 'keys.tk': tk, 'keys.tik': tik, 'keys.tek': tek } = options;
  if (tk !== undefined) return { tk };
  if (tik === undefined && tek === undefined) return undefined;
  if (tik === undefined || tek === undefined) throw errors.keysNeeded();
  return { tik, tek };
}

/** The CPU or the VMSA files, from the options if they name either, otherwise from the launch file. */
function vcpuState(
  options: LaunchOptions,
  base: Pick<LaunchInputs, 'cpu' | 'vmsa'> | undefined,
): Pick<LaunchInputs, 'cpu' | 'vmsa'> {
  const { 'vmsa.bsp': bsp, 'vmsa.ap': ap } = options;
  const cpu = cpuFrom(options);
  const files = bsp !== undefined || ap !== undefined;
  // Contradictions are judged with all other inputs when the check starts.
  if (cpu ?? files) return { cpu, vmsa: files ? { bsp, ap } : undefined };
  return { cpu: base?.cpu, vmsa: base?.vmsa };
}
