// The options that select the launch, named as in virt-qemu-sev-validate: shared by the commands that check a
// launch and that explain one. An option overrides the launch file.

import type { Command } from 'commander';
import * as errors from './errors';
import { refuseUnfit } from '../core/check/judge';
import { inlinedKey } from '../core/check/errors';
import { looksLikeKey } from '../core/check/keyText';
import type { KeyPaths, LaunchFile } from '../core/check/launchFile';
import { MAX_VCPUS } from '../core/launch/inputKinds';
import type { ProfileId } from '../core/vmsa/launch/profiles';
import { CPU_ID_LIMITS } from '../core/vmsa/launch/signature';
import { waysToGive } from '../app/inputs';
import { ownerInputsOf, titleOf, type LaunchInputs } from '../app/launch';
import { cpuFrom, number, policyNumber, profileOption } from './options';

/** The parsed options that describe one launch, by commander's names. */
export interface LaunchOptions {
  readonly measurement?: string;
  readonly apiMajor?: number;
  readonly apiMinor?: number;
  readonly buildId?: number;
  readonly policy?: number;
  readonly firmware?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly cmdline?: string;
  readonly numCpus?: number;
  readonly vmsaCpu0?: string;
  readonly vmsaCpu1?: string;
  readonly cpuFamily?: number;
  readonly cpuModel?: number | string;
  readonly cpuStepping?: number;
  readonly profile?: ProfileId;
  readonly tik?: string;
  readonly tek?: string;
  readonly tk?: string;
  readonly launch?: string;
}

/** Adds the options, in two groups. */
export function addLaunchOptions(command: Command): Command {
  return command
    .optionsGroup('What the host reported:')
    .option('-m, --measurement <base64>', 'launch measurement and nonce')
    .option('--api-major <number>', 'SEV API major version', number(0xff))
    .option('--api-minor <number>', 'SEV API minor version', number(0xff))
    .option('--build-id <number>', 'SEV firmware build', number(0xff))
    .option('--policy <number>', 'guest policy', policyNumber)
    .optionsGroup("The owner's inputs:")
    .option('-f, --firmware <path>', 'firmware image')
    .option('-k, --kernel <path>', 'kernel')
    .option('-r, --initrd <path>', 'initrd')
    .option('-e, --cmdline <text>', 'kernel command line, exactly as booted')
    .option('-n, --num-cpus <number>', 'number of vCPUs', number(MAX_VCPUS))
    .option('-0, --vmsa-cpu0 <path>', 'VMSA page of the boot processor')
    .option('-1, --vmsa-cpu1 <path>', 'VMSA page of every other vCPU')
    .option('--cpu-family <number>', "CPU family of the guest's CPU", number(CPU_ID_LIMITS.family))
    .option('--cpu-model <number>', "CPU model of the guest's CPU, or the name of a QEMU model", numberOrName)
    .option('--cpu-stepping <number>', "CPU stepping of the guest's CPU", number(CPU_ID_LIMITS.stepping))
    .addOption(profileOption())
    .option('--tik <path>', 'transport integrity key, 16 bytes')
    .option('--tek <path>', 'transport encryption key, 16 bytes')
    .option('--tk <path>', 'TEK and TIK in one file of 32 bytes');
}

function numberOrName(text: string): number | string {
  return /^[0-9]/.test(text) ? number(CPU_ID_LIMITS.model)(text) : text;
}

/** A value that an option or the launch file must provide. @throws CheckError (usage) that names the option */
export function needed<T>(value: T | undefined, option: string): T {
  if (value === undefined) throw errors.optionNeeded(option);
  return value;
}

/** The owner's inputs without her keys; an option overrides the launch file. */
export function statedInputs(options: LaunchOptions, file: LaunchFile | undefined) {
  const base = file && ownerInputsOf(file, options.launch!);
  return {
    firmware: options.firmware ?? base?.firmware,
    kernel: options.kernel ?? base?.kernel,
    initrd: options.initrd ?? base?.initrd,
    cmdline: options.cmdline ?? base?.cmdline,
    vcpus: options.numCpus ?? base?.vcpus,
    profile: options.profile ?? base?.profile,
    ...vcpuState(options, base),
  };
}

/** The same with her keys. @throws CheckError (usage) when there are none */
export function ownerInputs(options: LaunchOptions, file: LaunchFile | undefined) {
  // Before the keys, because an owner of an SNP guest has none.
  refuseUnfit({ given: { launch: { policy: options.policy } } }, 'digest', waysToGive);
  const keys = keysFrom(options) ?? file?.keys;
  if (!keys) throw errors.keysNeeded();
  return { ...statedInputs(options, file), keys };
}

/** All inputs of a recorded launch. @throws CheckError (usage) that names the option for a missing input */
export function recordedInputs(options: LaunchOptions, file: LaunchFile | undefined): LaunchInputs {
  const owner = ownerInputs(options, file);
  const recorded = file?.launch;
  const measurement = needed(options.measurement ?? recorded?.measurement, '--measurement');
  const platform = {
    apiMajor: needed(options.apiMajor ?? recorded?.apiMajor, '--api-major'),
    apiMinor: needed(options.apiMinor ?? recorded?.apiMinor, '--api-minor'),
    buildId: needed(options.buildId ?? recorded?.buildId, '--build-id'),
    policy: needed(options.policy ?? recorded?.policy, '--policy'),
  };
  const firmware = needed(owner.firmware, '--firmware');
  return {
    ...owner,
    title: titleOf(file?.name, options.launch ?? 'command line'),
    measurement,
    platform,
    firmware,
  };
}

/** What keys are given by. */
type KeyOptions = Pick<LaunchOptions, 'tk' | 'tik' | 'tek'>;

/** Rejects both forms of keys at once, and a key where its path belongs, before a message names it. */
export function checkKeyOptions({ tk, tik, tek }: KeyOptions): void {
  for (const [name, path] of Object.entries({ tk, tik, tek }))
    if (path !== undefined && looksLikeKey(path))
      throw inlinedKey(`--${name}`, 'other users and the history of your shell may have it');
  if (tk !== undefined && (tik !== undefined || tek !== undefined)) throw errors.twoKeyForms();
}

function keysFrom(options: KeyOptions): KeyPaths | undefined {
  checkKeyOptions(options);
  const { tk, tik, tek } = options;
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
  const { cpuFamily, cpuModel, cpuStepping, vmsaCpu0, vmsaCpu1 } = options;
  const cpu = cpuFrom({
    ...(cpuFamily !== undefined && { family: cpuFamily }),
    ...(cpuStepping !== undefined && { stepping: cpuStepping }),
    ...(typeof cpuModel === 'number' && { model: cpuModel }),
    ...(typeof cpuModel === 'string' && { cpuModel }),
  });
  const files = vmsaCpu0 !== undefined || vmsaCpu1 !== undefined;
  // Contradictions are judged with all other inputs when the check starts.
  if (cpu ?? files) return { cpu, vmsa: files ? { bsp: vmsaCpu0, ap: vmsaCpu1 } : undefined };
  return { cpu: base?.cpu, vmsa: base?.vmsa };
}
