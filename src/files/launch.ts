// Runs a launch-measurement check from paths: streams the files, reads the keys, makes or reads the VMSA pages,
// and hands all of it to core. The same for the command line and the extension host.

import { createHash, createCipheriv, randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import * as errors from '../core/errors';
import { checkLaunch, type VmsaInput } from '../core/measure/check';
import { parseMeasurement, type Platform } from '../core/measure/measurement';
import { isSevEs } from '../core/measure/policy';
import type { Report } from '../core/measure/report';
import { sealSecrets, type Secret, type SecretPacket } from '../core/measure/secret';
import { parseOvmf, type OvmfImage } from '../core/ovmf/image';
import { describeCpuId } from '../core/vmsa/cpuModels';
import { cpuByName, generateVmsa, type Role } from '../core/vmsa/generate';
import { VMSA_SIZE } from '../core/vmsa/layout';
import { findProfile, type ProfileId } from '../core/vmsa/profiles';
import type { CpuId } from '../core/vmsa/signature';
import { withKeys, type KeyPaths } from './keys';
import type { LaunchFile } from './launchFile';
import { digestFile, readUpTo, type ReadOptions, type StreamedFile } from './read';

/** Paths and numbers of one check; what an SEV-ES launch needs may be missing for plain SEV. */
export interface LaunchInputs {
  readonly title: string;
  readonly measurement: string;
  readonly platform: Platform;
  readonly firmware: string;
  readonly kernel?: string | undefined;
  readonly initrd?: string | undefined;
  readonly cmdline?: string | undefined;
  readonly vcpus?: number | undefined;
  readonly cpu?: CpuId | undefined;
  readonly profile?: ProfileId | undefined;
  readonly vmsa?: { readonly bsp?: string | undefined; readonly ap?: string | undefined } | undefined;
  readonly keys: KeyPaths;
}

/** The inputs that a launch file names. */
export function launchInputs(file: LaunchFile, title: string): LaunchInputs {
  const { launch, cpu, name, ...rest } = file;
  const { measurement, ...platform } = launch;
  return {
    ...rest,
    title: name ?? title,
    measurement,
    platform,
    cpu: typeof cpu === 'string' ? cpuByName(cpu) : cpu,
  };
}

/** Reads a VMSA file. @throws CheckError when it cannot be read or is not one page. */
export async function readVmsa(path: string): Promise<Uint8Array> {
  const page = await readUpTo(path, VMSA_SIZE);
  if (page.length !== VMSA_SIZE)
    throw errors.wrongVmsaSize(path, page.length > VMSA_SIZE ? undefined : page.length);
  return page;
}

/** The OVMF image at a path, from its last 64 KiB. */
export async function readFirmware(path: string, options: ReadOptions = {}): Promise<OvmfImage> {
  const { tail, bytes } = await digestFile(path, options);
  return parseOvmf(tail, { fileSize: bytes }).value;
}

/** The reset address of an image. @throws CheckError saying why there is none. */
export function resetAddressOf(image: OvmfImage, path: string): number {
  if (image.resetAddress !== undefined) return image.resetAddress;
  throw errors.noResetAddress(path, image.table ? 'its table has no reset block' : 'it has no GUIDed table');
}

async function vmsaFor(inputs: LaunchInputs, image: OvmfImage): Promise<VmsaInput | undefined> {
  const { cpu, vmsa, vcpus = 1 } = inputs;
  if (!isSevEs(inputs.platform.policy)) return undefined;
  if (cpu) {
    const profile = findProfile(inputs.profile ?? 'sev-es')!;
    const page = (role: Role, resetAddress?: number) =>
      generateVmsa({ profile: profile.id as ProfileId, role, cpu, resetAddress }).bytes;
    const detail = `generated for ${describeCpuId(cpu)}; ${profile.title}`;
    if (vcpus < 2) return { bsp: page('bsp'), detail };
    return { bsp: page('bsp'), ap: page('ap', resetAddressOf(image, inputs.firmware)), detail };
  }
  if (!vmsa?.bsp) return undefined;
  const { bsp, ap } = vmsa;
  return {
    bsp: await readVmsa(bsp),
    ap: ap === undefined ? undefined : await readVmsa(ap),
    detail: ap === undefined ? basename(bsp) : `${basename(bsp)}, then ${basename(ap)}`,
  };
}

function firmwareWarnings(inputs: LaunchInputs, image: OvmfImage): string[] {
  const area = image.hashArea;
  if (inputs.kernel === undefined || (area && area.base !== 0 && area.size >= 176)) return [];
  return [
    'A kernel is given, but this firmware has no area for kernel hashes: QEMU refuses to start it with kernel hashes on, and without them nothing of the kernel is measured.',
  ];
}

/** A finished check, and the packet with the secrets when some were to be sealed. */
export interface LaunchResult {
  readonly report: Report;
  readonly packet: SecretPacket | undefined;
}

const aes128Ctr = (key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array => {
  const cipher = createCipheriv('aes-128-ctr', key, iv);
  return Buffer.concat([cipher.update(data), cipher.final()]);
};

/**
 * Runs a check.
 * @param secrets read and sealed only after a match: nothing is made for a guest that is not the right one
 * @throws CheckError when an input cannot be read or does not fit
 */
export async function runCheck(
  inputs: LaunchInputs,
  options: ReadOptions = {},
  secrets?: () => Promise<readonly Secret[]>,
): Promise<LaunchResult> {
  const firmware = await digestFile(inputs.firmware, options);
  const image = parseOvmf(firmware.tail, { fileSize: firmware.bytes }).value;
  const vmsa = await vmsaFor(inputs, image);
  const kernel = await maybeDigest(inputs.kernel, options);
  const initrd = await maybeDigest(inputs.initrd, options);
  const warnings = firmwareWarnings(inputs, image);
  // Keys last: they are in memory for the moment of the HMAC, not while gigabytes are streamed.
  return withKeys(inputs.keys, async ({ tik, tek }) => {
    const measured = {
      ...inputs,
      tik,
      firmware,
      firmwareHasher: firmware.hasher,
      kernel,
      initrd,
      vmsa,
      warnings,
    };
    const report = checkLaunch(measured, () => createHash('sha256'));
    if (report.verdict !== 'matches' || !secrets) return { report, packet: undefined };
    if (!tek) throw errors.tekNeeded();
    const { hmac } = parseMeasurement(inputs.measurement);
    return { report, packet: sealSecrets(await secrets(), { tik, tek }, hmac, randomBytes(16), aes128Ctr) };
  });
}

async function maybeDigest(
  path: string | undefined,
  options: ReadOptions,
): Promise<StreamedFile | undefined> {
  return path === undefined ? undefined : digestFile(path, options);
}
