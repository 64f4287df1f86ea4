// Runs a launch-measurement check from paths: streams the files, reads the keys, generates or reads the VMSA
// pages, and hands all of it to core. Used by the command line and the extension host.

import * as errors from './errors';
import * as ioErrors from './ioErrors';
import { holdsKey } from '../core/check/keyText';
import { checkLaunch, type HostInput, type VmsaInput } from '../core/check/check';
import { refuseUnfit } from '../core/check/judge';
import type { LaunchFile, LaunchMembers } from '../core/check/launchFile';
import { needsResetAddress, type LaunchQuestion } from '../core/check/question';
import type { Platform } from '../core/tech/sev/evidence';
import { isSevEs } from '../core/tech/sev/policy';
import { MEMBER_IDS, pickInputs, type InputId, type MemberId } from '../core/launch/inputs';
import type { Report } from '../core/launch/report';
import { hashAreaProblem } from '../core/ovmf/areaChecks';
import type { OvmfImage } from '../core/ovmf/image';
import { describeCpuId } from '../core/vmsa/launch/cpuModels';
import { generateVmsa, type Role } from '../core/vmsa/launch/generate';
import { VMSA_SIZE } from '../core/vmsa/layout/layout';
import { sevEsProfile } from '../core/vmsa/launch/profiles';
import { readFirmware, readsOf, type LaunchReads } from './firmware';
import { atInput, PATH_ROWS, waysToGive } from './inputs';
import type { Io, ReadOptions } from './io';
import { checkKeys, withKeys } from './keys';

/** Paths and numbers of one check; what only SEV-ES measures may be absent for plain SEV. */
export interface LaunchInputs extends Pick<LaunchFile, MemberId | 'keys'> {
  readonly title: string;
  readonly measurement: string;
  readonly platform: Platform;
  readonly vmsa?: LaunchMembers['vmsa'];
  /** Inputs named only by the host, not by anyone the owner trusts. */
  readonly fromHost?: readonly HostInput[] | undefined;
}

/** The inputs that a launch file names. @throws CheckError when it records no launch */
export function launchInputs(file: LaunchFile, title: string): LaunchInputs {
  if (!file.launch) throw errors.noRecordedLaunch(title);
  const { measurement, ...platform } = file.launch;
  return { ...ownerInputsOf(file, title), measurement, platform };
}

/** What reports call a launch: the name in its file, unless somebody typed a key there. */
export const titleOf = (name: string | undefined, otherwise: string): string =>
  name === undefined || holdsKey(name) ? otherwise : name;

/** The owner's part of a launch file. @param title for a file without a name */
export function ownerInputsOf(
  file: LaunchFile,
  title: string,
): Omit<LaunchInputs, 'measurement' | 'platform'> {
  const { name, vmsa, keys, firmware } = file;
  return { ...pickInputs(MEMBER_IDS, file), firmware, vmsa, keys, title: titleOf(name, title) };
}

/** What the owner says of what a host reports, too. */
export type StatedPlatform = { readonly [N in keyof Platform]?: Platform[N] | undefined };

/** What the owner states about a domain's launch, whatever its host reports. */
export function statedPlatform({ domain }: LaunchFile): StatedPlatform {
  return domain?.policy === undefined ? {} : { policy: domain.policy };
}

/** Reads a VMSA file. @throws CheckError when it cannot be read or is not one page. */
export async function readVmsa(io: Io, path: string, signal?: AbortSignal): Promise<Uint8Array> {
  const page = await ioErrors.unlessTooLarge(io.read(path, 'page', { signal }), () =>
    errors.wrongVmsaSize(path, undefined),
  );
  if (page.length !== VMSA_SIZE) throw errors.wrongVmsaSize(path, page.length);
  return page;
}

/** The reset address of an image. @throws CheckError that says why there is none */
export function resetAddressOf(image: OvmfImage, path: string): number {
  if (image.resetAddress !== undefined) return image.resetAddress;
  const { fileKind, table } = image;
  const why = fileKind
    ? `it is ${fileKind.words}`
    : table
      ? 'its table has no reset block'
      : 'it has no GUIDed table';
  throw errors.noResetAddress(path, why);
}

/** The pages that the launch measures: from files, which are read whatever the policy says, or generated. */
async function vmsaFor(
  io: Io,
  inputs: LaunchInputs,
  image: OvmfImage,
  signal: AbortSignal | undefined,
): Promise<VmsaInput | undefined> {
  const { cpu, vmsa, vcpus = 1 } = inputs;
  if (vmsa?.bsp !== undefined) {
    const { bsp, ap } = vmsa;
    const { basename } = io.path;
    return {
      bsp: await atInput('vmsa.bsp', () => readVmsa(io, bsp, signal)),
      ap: ap === undefined ? undefined : await atInput('vmsa.ap', () => readVmsa(io, ap, signal)),
      source: 'owner',
      detail: ap === undefined ? basename(bsp) : `${basename(bsp)}, then ${basename(ap)}`,
    };
  }
  const profile = sevEsProfile(inputs.profile);
  if (!cpu || !profile || !isSevEs(inputs.platform.policy)) return undefined;
  const page = (role: Role, resetAddress?: number) =>
    generateVmsa({ profile: profile.id, role, cpu, resetAddress }).bytes;
  const made = {
    source: 'derived' as const,
    detail: `generated for ${describeCpuId(cpu)}; ${profile.title}`,
  };
  if (vcpus < 2) return { bsp: page('bsp'), ...made };
  const address = needsResetAddress(questionOf(inputs))
    ? await atInput('firmware', () => resetAddressOf(image, inputs.firmware))
    : undefined;
  return { bsp: page('bsp'), ap: page('ap', address), ...made };
}

/** Why this firmware cannot measure a kernel, as a sentence; undefined when it can. */
export function kernelUnmeasured(image: OvmfImage): string | undefined {
  const { fileKind } = image;
  const problem = fileKind && fileKind.role !== 'part' ? `it is ${fileKind.words}` : hashAreaProblem(image);
  return problem === undefined
    ? undefined
    : `A kernel is given, but this firmware has no room for kernel hashes (${problem}): QEMU refuses to start it with kernel hashes on, and without them nothing of the kernel is measured.`;
}

/** These inputs in the form that the launch rules judge. */
const questionOf = ({ measurement, platform, ...given }: LaunchInputs): LaunchQuestion => ({
  given: { ...given, launch: { measurement, ...platform } },
});

/** An owner's inputs, some of which may be left for a host to provide. */
type OwnerInputs = Pick<
  LaunchInputs,
  'kernel' | 'initrd' | 'cmdline' | 'vcpus' | 'cpu' | 'vmsa' | 'profile'
> & {
  readonly firmware?: string | undefined;
  readonly platform?: StatedPlatform;
  /** An SNP guest has none. */
  readonly keys?: LaunchInputs['keys'] | undefined;
};

/**
 * Checks an owner's inputs before a host is asked: contradictions, unreadable files, keys and pages of the wrong
 * length. Skips pipes, because they can be read only once.
 * @throws CheckError for the first problem
 */
export async function checkOwnerInputs(io: Io, inputs: OwnerInputs, signal?: AbortSignal): Promise<void> {
  const { platform, ...given } = inputs;
  const question = { given: { ...given, domain: { policy: platform?.policy } } };
  refuseUnfit(question, 'domain', waysToGive);
  const { firmware, kernel, initrd, vmsa, keys } = inputs;
  const look = async (input: InputId, path: string | undefined, read: (path: string) => Promise<unknown>) => {
    if (path !== undefined && (await io.stat(path)).kind !== 'pipe') await atInput(input, () => read(path));
  };
  await look('firmware', firmware, (file) => readFirmware(io, file, { signal }));
  await look('kernel', kernel, (file) => io.probe(file, 'kernel', { signal }));
  await look('initrd', initrd, (file) => io.probe(file, 'initrd', { signal }));
  if (keys) await checkKeys(io, keys, signal);
  await look('vmsa.bsp', vmsa?.bsp, (file) => readVmsa(io, file, signal));
  await look('vmsa.ap', vmsa?.ap, (file) => readVmsa(io, file, signal));
}

/** How a check is watched and stopped, and how its files are read. */
export interface CheckOptions extends ReadOptions {
  readonly reads?: LaunchReads;
  /** Called with the paths of all files that the check reads, before it reads one; what it throws ends the check. */
  readonly admit?: ((paths: readonly string[]) => Promise<void>) | undefined;
}

/** The files that are read for inputs. */
export function filesOf(
  inputs: Partial<Pick<LaunchMembers, 'firmware' | 'kernel' | 'initrd' | 'vmsa' | 'keys'>>,
): string[] {
  const valueAt = (member: readonly string[]) =>
    member.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], inputs);
  return PATH_ROWS.map(({ member }) => valueAt(member)).filter((path) => typeof path === 'string');
}

/** A check that is done: its report, and the image that was measured. */
export interface CheckedFiles {
  readonly report: Report;
  readonly image: OvmfImage;
}

/** Runs a check. @throws CheckError when an input cannot be read, is unsuitable, or contradicts another */
export const runCheck = async (io: Io, inputs: LaunchInputs, options?: CheckOptions): Promise<Report> =>
  (await checkFiles(io, inputs, options)).report;

/** Runs a check, and keeps the image for what comes after it. @throws CheckError as runCheck */
export async function checkFiles(
  io: Io,
  inputs: LaunchInputs,
  options: CheckOptions = {},
): Promise<CheckedFiles> {
  const question = questionOf(inputs);
  const remarks = refuseUnfit(question, 'check', waysToGive);
  await options.admit?.(filesOf(inputs));
  const { reads = readsOf(io) } = options;
  const { image, doubt, hasher, ...firmware } = await atInput('firmware', () =>
    reads.firmware(inputs.firmware, options),
  );
  // Report a wrong key file at once; the keys are read again for the HMAC, so that they are not in memory while
  // gigabytes are streamed.
  const ofKeys = await checkKeys(io, inputs.keys, options.signal);
  const vmsa = await vmsaFor(io, inputs, image, options.signal);
  const maybe = async (input: 'kernel' | 'initrd') => {
    const path = inputs[input];
    return path === undefined ? undefined : atInput(input, () => reads.digest(path, input, options));
  };
  const kernel = await maybe('kernel');
  const initrd = await maybe('initrd');
  const unmeasured = inputs.kernel === undefined ? undefined : kernelUnmeasured(image);
  const ofFirmware = [doubt, unmeasured].filter((text) => text !== undefined);
  const warnings = [...ofFirmware, ...remarks, ...ofKeys];
  const report = await withKeys(
    io,
    inputs.keys,
    ({ tik }) => {
      refuseUnfit(question, 'pages', waysToGive);
      const measured = { ...inputs, tik, firmware, firmwareState: hasher, kernel, initrd, vmsa, warnings };
      return checkLaunch(measured, io.hashes, io.hmac);
    },
    options.signal,
  );
  return { report, image };
}
