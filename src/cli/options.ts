// Options that several commands take, and how their values are read: numbers in decimal or 0x form.

import { InvalidArgumentError, Option, type Command } from 'commander';
import * as errors from '../core/errors';
import { cpuByName, guessRequest, type Role, type VmsaRequest } from '../core/vmsa/generate';
import { CPU_ID_LIMITS, type CpuId } from '../core/vmsa/signature';
import { PROFILES, type ProfileId } from '../core/vmsa/profiles';
import { decode } from '../core/struct';
import { VMSA } from '../core/vmsa/layout';
import { readFirmware, resetAddressOf } from '../files/launch';

/** Reads an unsigned number of at most `most`. */
export const number =
  (most: number) =>
  (text: string): number => {
    const value = /^(0x[0-9a-f]+|[0-9]+)$/i.test(text) ? Number(text) : Number.NaN;
    if (!Number.isSafeInteger(value) || value > most) {
      throw new InvalidArgumentError(`It must be a number from 0 to ${most}, in decimal or 0x form.`);
    }
    return value;
  };

/** The CPU of a guest as options give it. */
export interface CpuOptions {
  readonly family?: number;
  readonly model?: number;
  readonly stepping?: number;
  readonly cpuModel?: string;
}

/** Everything that chooses a generated page. */
export interface PageOptions extends CpuOptions {
  readonly cpu?: number;
  readonly userspace?: string;
  readonly firmware?: string;
  readonly profile?: ProfileId;
}

/** The option for a launch flavour. */
export function profileOption(): Option {
  return new Option('--profile <name>', 'launch flavour of generated pages').choices(
    PROFILES.map((p) => p.id),
  );
}

/** Adds the options that choose a vCPU: its index, its CPU and where it starts. */
export function addVcpuOptions(command: Command): Command {
  return command
    .option('--cpu <number>', 'index of the vCPU: 0 is the boot processor', number(0xffff))
    .option('--family <number>', 'CPU family with the extended part', number(CPU_ID_LIMITS.family))
    .option('--model <number>', 'CPU model with the extended part', number(CPU_ID_LIMITS.model))
    .option('--stepping <number>', 'CPU stepping', number(CPU_ID_LIMITS.stepping))
    .option('--cpu-model <name>', 'QEMU CPU model, for example EPYC-Milan')
    .option('--firmware <path>', 'OVMF image, for the reset address of additional vCPUs');
}

/**
 * The CPU that the options name, or undefined when they name none.
 * @throws CheckError (usage) for half a CPU, two CPUs, or a name that QEMU does not have
 */
export function cpuFrom({ family, model, stepping, cpuModel }: CpuOptions): CpuId | undefined {
  const numbers = [family, model, stepping];
  const given = numbers.filter((n) => n !== undefined).length;
  if (cpuModel !== undefined) {
    if (given > 0) throw errors.twoCpus();
    return cpuByName(cpuModel);
  }
  if (given === 0) return undefined;
  if (family === undefined || model === undefined || stepping === undefined) throw errors.halfCpu();
  return { family, model, stepping };
}

/** The role that `--cpu` asks for. */
export function roleFrom(index: number | undefined): Role | undefined {
  return index === undefined ? undefined : index === 0 ? 'bsp' : 'ap';
}

/**
 * The reset address of the image that the options name, for an AP. The boot processor needs none, but a path that is
 * wrong is told all the same.
 * @throws CheckError when the image cannot be read, or has no reset address for an AP
 */
export async function resetAddressFrom({ firmware }: PageOptions, role: Role): Promise<number | undefined> {
  if (firmware === undefined) return undefined;
  const image = await readFirmware(firmware);
  return role === 'ap' ? resetAddressOf(image, firmware) : undefined;
}

/** A request for a page like this one, with what the options say instead of what the page looks like. */
export async function requestLike(page: Uint8Array, options: PageOptions): Promise<VmsaRequest> {
  const guess = guessRequest(decode(VMSA, page));
  const role = roleFrom(options.cpu) ?? guess.role;
  return {
    profile: options.profile ?? 'sev-es',
    role,
    cpu: cpuFrom(options) ?? guess.cpu,
    resetAddress: (await resetAddressFrom(options, role)) ?? (role === 'ap' ? guess.resetAddress : undefined),
  };
}

/** Whether any option asks for a generated page. */
export function asksForPage(options: PageOptions): boolean {
  return Object.keys(options).some((name) =>
    ['cpu', 'family', 'model', 'stepping', 'cpuModel', 'firmware', 'profile'].includes(name),
  );
}
