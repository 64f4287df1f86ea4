// Runs a launch-measurement check from paths: streams the files, reads the keys, generates or reads the VMSA
// pages, and hands all of it to core. Used by the command line and the extension host.

import * as errors from './errors';
import { firmwareNeeded, keysNeeded } from '../core/check/errors';
import { holdsKey } from '../core/check/keyText';
import { checkLaunch } from '../core/check/check';
import type { HostInput, VmsaInput } from '../core/check/loadedSteps';
import { refuseUnfit } from '../core/check/judge';
import type { KeyPaths, LaunchFile, LaunchMembers, VmsaFiles } from '../core/check/launchFile';
import { needsResetAddress, type LaunchQuestion } from '../core/check/question';
import type { Platform } from '../core/tech/sev/evidence';
import { isSevEs } from '../core/tech/sev/policy';
import { MEMBER_IDS, pickInputs, type MemberId } from '../core/launch/inputs';
import type { VmsaPages } from '../core/launch/loads';
import type { Report } from '../core/launch/report';
import type { TraceRow } from '../core/launch/trace';
import { hashAreaProblem } from '../core/ovmf/areaChecks';
import type { OvmfImage } from '../core/ovmf/image';
import { describeCpuId } from '../core/vmsa/launch/cpuModels';
import { generateVmsa, type Role } from '../core/vmsa/launch/generate';
import { sevEsProfile } from '../core/vmsa/launch/profiles';
import { readFirmware, readsOf, type LaunchReads } from './firmware';
import { atInput, namedFiles, waysToGive, type FileMembers, type NamedFile } from './inputs';
import type { Io, ReadOptions } from './io';
import { checkKeys, withKeys } from './keys';
import type { EvidenceQuestion, VerifyEvidence } from './reportEvidence';
import { readLaunchPage, type LaunchPage } from './vmsaFile';

/** Paths and numbers of one check; what only SEV-ES measures may be absent for plain SEV. */
export interface LaunchInputs extends Omit<Pick<LaunchFile, MemberId>, 'firmware'> {
  readonly title: string;
  readonly firmware: string;
  readonly keys: KeyPaths;
  readonly measurement: string;
  readonly platform: Platform;
  readonly vmsa?: LaunchMembers['vmsa'];
  /** Inputs named only by the host, not by anyone the owner trusts. */
  readonly fromHost?: readonly HostInput[] | undefined;
}

/** A launch whose digest is known: needs neither keys nor a platform. */
export interface DigestInputs extends Omit<LaunchInputs, 'measurement' | 'platform' | 'keys' | 'fromHost'> {
  /** 32 bytes; 48 of SEV-SNP. */
  readonly launchDigest: Uint8Array;
  /** SEV features in place of the profile's. */
  readonly features?: bigint | undefined;
  /** Of SEV: decides whether the launch is SEV-ES; without it, it is when a CPU or VMSA files are given. */
  readonly policy?: number | undefined;
  /** Of SNP; no part of the digest. */
  readonly guestPolicy?: bigint | undefined;
}

/** A launch that is compared with the attestation report of its guest; without firmware no measurement is computed. */
export interface ReportInputs
  extends Omit<DigestInputs, 'launchDigest' | 'firmware' | 'policy'>, EvidenceQuestion {
  readonly firmware?: string | undefined;
  /** 48 bytes, which the report must show. */
  readonly launchDigest?: Uint8Array | undefined;
}

/** What is checked without a host: a recorded measurement, a launch digest, or a report. */
export type CheckedInputs = LaunchInputs | DigestInputs | ReportInputs;

/** Whether a launch is checked by a report. */
export const isByReport = (inputs: CheckedInputs): inputs is ReportInputs => 'report' in inputs;

/** The inputs that a launch file names. @throws CheckError when there is nothing in it to be matched */
export function checkedInputs(file: LaunchFile, title: string): CheckedInputs {
  const { report, launchDigest } = file;
  if (report !== undefined) return reportInputs({ ...file, report }, title);
  return launchDigest ? digestInputs(file, launchDigest, title) : launchInputs(file, title);
}

/** The inputs of a launch that is compared with a report. @param title for a file without a name */
export function reportInputs(file: LaunchFile & Pick<ReportInputs, 'report'>, title: string): ReportInputs {
  const { report, certificates, require: wishes, launchDigest, guestFeatures, policy } = file;
  return {
    ...anyStatedInputs(file, title),
    ...{ report, certificates, require: wishes, launchDigest, features: guestFeatures, guestPolicy: policy },
  };
}

/** The inputs of a launch that is to have a digest. @param title for a file without a name */
export function digestInputs(file: LaunchFile, launchDigest: Uint8Array, title: string): DigestInputs {
  const { guestFeatures, policy } = file;
  return { ...statedInputs(file, title), launchDigest, features: guestFeatures, guestPolicy: policy };
}

/** The inputs of a launch that a launch file records. @throws CheckError when it records none */
export function launchInputs(file: LaunchFile, title: string): LaunchInputs {
  if (!file.launch) throw errors.noRecordedLaunch(title);
  const { measurement, ...platform } = file.launch;
  return { ...ownerInputsOf(file, title), measurement, platform };
}

/** What reports call a launch: the name in its file, unless somebody typed a key there. */
export const titleOf = (name: string | undefined, otherwise: string): string =>
  name === undefined || holdsKey(name) ? otherwise : name;

/** The owner's part of a launch file without her keys, with or without firmware. @param title for a file without a name */
export function anyStatedInputs(file: LaunchFile, title: string) {
  const { name, vmsa } = file;
  return { ...pickInputs(MEMBER_IDS, file), vmsa, title: titleOf(name, title) };
}

/** The owner's part of a launch file without her keys. @throws CheckError (usage) without firmware, which only a report can do without */
export function statedInputs(
  file: LaunchFile,
  title: string,
): Omit<LaunchInputs, 'measurement' | 'platform' | 'keys'> {
  const { firmware } = file;
  if (firmware === undefined) throw firmwareNeeded();
  return { ...anyStatedInputs(file, title), firmware };
}

/** The same with her keys. @throws CheckError (usage) when there are none, which only a launch digest can do without */
export function ownerInputsOf(
  file: LaunchFile,
  title: string,
): Omit<LaunchInputs, 'measurement' | 'platform'> {
  const { keys } = file;
  if (!keys) throw keysNeeded();
  return { ...statedInputs(file, title), keys };
}

/** The owner's part of a launch file for a domain, of which only its host can say whether it has a measurement that takes keys. */
export function domainInputsOf(file: LaunchFile, title: string) {
  const { keys, guestFeatures, policy, report, certificates, require: wishes } = file;
  const evidence = report === undefined ? undefined : { report, certificates, require: wishes };
  return { ...statedInputs(file, title), keys, features: guestFeatures, guestPolicy: policy, evidence };
}

/** What the owner says of what a host reports, too. */
export type StatedPlatform = { readonly [N in keyof Platform]?: Platform[N] | undefined };

/** What the owner states about a domain's launch, whatever its host reports. */
export function statedPlatform({ domain }: LaunchFile): StatedPlatform {
  return domain?.policy === undefined ? {} : { policy: domain.policy };
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

/** Pages from files. */
export interface LaunchPages {
  readonly bsp: LaunchPage;
  readonly ap: LaunchPage | undefined;
}

/** Reads the pages that files give, in any form. @throws CheckError as readLaunchPage */
export async function readLaunchPages(
  io: Io,
  { bsp, ap }: VmsaFiles,
  options?: ReadOptions,
): Promise<LaunchPages> {
  return {
    bsp: await atInput('vmsa.bsp', () => readLaunchPage(io, bsp, options)),
    ap: ap === undefined ? undefined : await atInput('vmsa.ap', () => readLaunchPage(io, ap, options)),
  };
}

/** The pages that the launch measures, and what to say about the files that they come from. */
export interface ReadVmsa extends VmsaInput {
  readonly notes?: readonly string[];
}

/** The pages that files give, as a check takes them. @throws CheckError as readLaunchPage */
export async function vmsaFromFiles(io: Io, files: VmsaFiles, options?: ReadOptions): Promise<ReadVmsa> {
  const { bsp, ap } = await readLaunchPages(io, files, options);
  return {
    bsp: bsp.bytes,
    ap: ap?.bytes,
    notes: [...new Set([...bsp.notes, ...(ap?.notes ?? [])])],
    source: 'owner',
    detail: [files.bsp, files.ap]
      .flatMap((path) => (path === undefined ? [] : [io.path.basename(path)]))
      .join(', then '),
  };
}

/** The pages that the launch measures: from files, which are read whatever the policy says, or generated. */
async function vmsaFor(
  io: Io,
  inputs: LaunchInputs,
  image: OvmfImage,
  signal: AbortSignal | undefined,
): Promise<ReadVmsa | undefined> {
  const { cpu, vmsa, vcpus = 1 } = inputs;
  if (vmsa?.bsp !== undefined) return vmsaFromFiles(io, { ...vmsa, bsp: vmsa.bsp }, { signal });
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
type OwnerInputs = FileMembers & {
  readonly platform?: StatedPlatform;
  /** An SNP guest has none. */
  readonly keys?: LaunchInputs['keys'] | undefined;
  /** Only an SNP guest has these. */
  readonly evidence?: EvidenceQuestion | undefined;
  readonly guestPolicy?: bigint | undefined;
};

/** Looks at a file that is named before it is needed. @throws CheckError when it cannot be read or is unsuitable */
async function lookAt(io: Io, { id, kind, role, path }: NamedFile, options: ReadOptions): Promise<void> {
  if (kind === 'page') await readLaunchPage(io, path, options);
  else if (id === 'firmware') await readFirmware(io, path, options);
  else await io.probe(path, role, options);
}

/**
 * Checks an owner's inputs before a host is asked: contradictions, unreadable files, keys and pages of the wrong
 * length. Skips pipes, because they can be read only once.
 * @throws CheckError for the first problem
 */
export async function checkOwnerInputs(io: Io, inputs: OwnerInputs, signal?: AbortSignal): Promise<void> {
  const { platform, evidence, guestPolicy: policy, ...given } = inputs;
  const domain = { policy: platform?.policy };
  const question = { given: { ...given, report: evidence?.report, policy, domain } };
  refuseUnfit(question, 'domain', waysToGive);
  const look = async (kind: NamedFile['kind']) => {
    for (const file of namedFiles(inputs).filter((one) => one.kind === kind))
      if ((await io.stat(file.path)).kind !== 'pipe')
        await atInput(file.id, () => lookAt(io, file, { signal }));
  };
  await look('file');
  if (inputs.keys) await checkKeys(io, inputs.keys, signal);
  await look('page');
}

/** How a check is watched and stopped, and how its files are read. */
export interface CheckOptions extends ReadOptions {
  readonly reads?: LaunchReads;
  /** Called with the paths of all files that the check reads, before it reads one; what it throws ends the check. */
  readonly admit?: ((paths: readonly string[]) => Promise<void>) | undefined;
  /** Verifies attestation reports; needed where there is one. */
  readonly verifyEvidence?: VerifyEvidence | undefined;
  /** Called with each step of a launch that is checked against a launch digest. */
  readonly onStep?: (step: TraceRow) => void;
  /** Called with the pages of the vCPUs, where they are measured. */
  readonly onPages?: (pages: VmsaPages) => void;
}

/** The files that are read for inputs. */
export const filesOf = (inputs: FileMembers): string[] => namedFiles(inputs).map(({ path }) => path);

/** A check that is done: its report, and the image that was measured. */
export interface CheckedFiles {
  readonly report: Report;
  readonly image: OvmfImage;
}

/**
 * Checks a measurement, and keeps the image for what comes after it.
 * @throws CheckError when an input cannot be read, is unsuitable, or contradicts another
 */
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
  if (vmsa) options.onPages?.({ bsp: vmsa.bsp, ap: vmsa.ap, count: inputs.vcpus ?? 1 });
  const maybe = async (input: 'kernel' | 'initrd') => {
    const path = inputs[input];
    return path === undefined ? undefined : atInput(input, () => reads.digest(path, input, options));
  };
  const kernel = await maybe('kernel');
  const initrd = await maybe('initrd');
  const unmeasured = inputs.kernel === undefined ? undefined : kernelUnmeasured(image);
  const ofFirmware = [doubt, unmeasured].filter((text) => text !== undefined);
  const warnings = [...ofFirmware, ...remarks, ...ofKeys, ...(vmsa?.notes ?? [])];
  const report = await withKeys(
    io,
    inputs.keys,
    ({ tik }) => {
      refuseUnfit(question, 'pages', waysToGive);
      const measured = {
        ...inputs,
        svsm: undefined,
        tik,
        firmware,
        firmwareState: hasher,
        kernel,
        initrd,
        vmsa,
        warnings,
      };
      return checkLaunch(measured, io.hashes, io.hmac);
    },
    options.signal,
  );
  return { report, image };
}
