// A launch whose digest is wanted, from paths: the firmware and the files of a direct kernel boot, into the state
// before its first vCPU.

import * as errors from './errors';
import * as snpErrors from '../core/tech/snp/errors';
import { digestFinding, type DigestFinding } from '../core/check/digestRules';
import { refuseSnp } from '../core/check/imageDigests';
import { refuseUnfit } from '../core/check/judge';
import { snpVmmOf, type MatrixRequest } from '../core/check/matrix';
import { filledIn, VCPUS_PLACE } from '../core/check/referenceQuestion';
import type { Hashes } from '../core/launch/hasher';
import { cmdlineBytes, encodeHashTable, type HashTable } from '../core/launch/kernelHashes';
import { firmwareLoads, type LaunchContents, type LaunchImage } from '../core/launch/loads';
import type { OvmfImage } from '../core/ovmf/image';
import type { SevState } from '../core/tech/sev/digest';
import { sevEs } from '../core/tech/sev/loads';
import { snpState, type SnpState } from '../core/tech/snp/digest';
import { snpFindings } from '../core/tech/snp/findings';
import { snp } from '../core/tech/snp/loads';
import type { KnownProfile } from '../core/vmsa/launch/profiles';
import type { SnpInputs } from '../core/tech/snp/inputs';
import { foldAll } from '../core/tech/technology';
import { firmwareOf } from './firmware';
import { atInput, waysToGive } from './inputs';
import type { Io, ReadOptions } from './io';
import { kernelUnmeasured, resetAddressOf } from './launch';
import { readWhole } from './vmsaFile';

/** The files of a launch, and the command line of its kernel; or the SHA-256 of these, 32 bytes each. */
export interface DigestFiles {
  readonly firmware: string;
  readonly kernel?: string | undefined;
  readonly initrd?: string | undefined;
  readonly cmdline?: string | undefined;
  /** The command line is a template, in which `{vcpus}` stands for the number of vCPUs. */
  readonly isTemplate?: boolean | undefined;
  readonly kernelDigest?: Uint8Array | undefined;
  readonly initrdDigest?: Uint8Array | undefined;
  /** Of the command line and one NUL. */
  readonly cmdlineDigest?: Uint8Array | undefined;
}

/** How files are read, and who hears what speaks against one that has a digest all the same. */
export interface DigestReading extends ReadOptions {
  readonly find: (finding: DigestFinding) => void;
}

/** What is launched before the first vCPU, for those who want more of it than a digest. */
export interface MeasuredLaunch<State = unknown> {
  readonly image: LaunchImage;
  /** Without vCPUs; without firmware where only its digest is known. */
  readonly contents: LaunchContents;
  /** The state before the first of these loads. */
  readonly before: State;
  /** That of the firmware pages, 48 bytes, with SNP. */
  readonly firmwareDigest?: Uint8Array;
  /** Whose table is measured. */
  readonly kernelDigests?: HashTable | undefined;
}

/** The part of a table's request that comes from files. */
export type LaunchStart<State = unknown> = Pick<
  MatrixRequest<State>,
  'technology' | 'resetAddress' | 'startOf' | 'startVaries' | 'svsm'
> &
  MeasuredLaunch<State>;

/** The SHA-256 of kernel, initrd and command line, which are in the table of kernel hashes; undefined without a kernel. */
async function digestsOf(io: Io, files: DigestFiles, reading: ReadOptions): Promise<HashTable | undefined> {
  const { kernel, kernelDigest, initrd, initrdDigest, cmdline, cmdlineDigest } = files;
  for (const [id, text, digest] of [
    ['kernel', kernel, kernelDigest],
    ['initrd', initrd, initrdDigest],
    ['cmdline', cmdline, cmdlineDigest],
  ] as const)
    if (text !== undefined && digest !== undefined) throw errors.givenTwice(id);
  const given = {
    kernel: kernel ?? kernelDigest,
    initrd: initrd ?? initrdDigest,
    cmdline: cmdline ?? cmdlineDigest,
  };
  const texts = Object.entries(given).map(([id, value]) => [id, value === undefined ? value : '']);
  refuseUnfit({ given: Object.fromEntries(texts) as Record<string, string> }, 'digest', waysToGive);
  if (given.kernel === undefined) return undefined;
  const digest = async (role: 'kernel' | 'initrd', path: string) =>
    (await atInput(role, () => io.digest(path, role, reading))).sha256;
  return {
    kernel: kernel === undefined ? kernelDigest! : await digest('kernel', kernel),
    initrd: initrd === undefined ? initrdDigest : await digest('initrd', initrd),
    cmdline: cmdlineDigest ?? io.hashes.sha256(cmdlineBytes(cmdline ?? '')),
  };
}

/** What is measured for a kernel; nothing without one. */
interface KernelTable {
  readonly kernelDigests?: HashTable;
  /** The 176 bytes. */
  readonly kernelHashes?: Uint8Array;
  /** The same for a number of vCPUs, where the command line is a template. */
  readonly kernelHashesFor?: (vcpus: number) => Uint8Array;
}

async function kernelTable(
  io: Io,
  files: DigestFiles,
  reading: ReadOptions,
  image: OvmfImage,
): Promise<KernelTable> {
  const digests = await digestsOf(io, files, reading);
  if (!digests) return {};
  // sev-snp-measure digests launches that no VMM would start; such a value is worse than none.
  if (kernelUnmeasured(image) !== undefined) throw snpErrors.noHashArea();
  const { cmdline, isTemplate } = files;
  const kernelHashesFor = (vcpus: number) => {
    const filled = filledIn(cmdline!, String(vcpus));
    return encodeHashTable({ ...digests, cmdline: io.hashes.sha256(cmdlineBytes(filled)) });
  };
  return {
    kernelDigests: digests,
    kernelHashes: encodeHashTable(digests),
    ...(isTemplate && cmdline?.includes(VCPUS_PLACE) && { kernelHashesFor }),
  };
}

/** The state of an SNP launch after its firmware. @throws CheckError when no SNP launch can load it */
export function afterFirmware(hashes: Hashes, bytes: Uint8Array): SnpState {
  const refusal = refuseSnp(bytes.length);
  if (refusal) throw errors.noSnpDigest(refusal.message);
  return foldAll(snp, snp.start(hashes), firmwareLoads([bytes]));
}

/** An image that is read whole. @throws CheckError when it cannot be read, or is a container */
export const readImage = (
  io: Io,
  { firmware: path }: Pick<DigestFiles, 'firmware'>,
  { find }: Pick<DigestReading, 'find'>,
) =>
  atInput('firmware', async () => {
    const bytes = await readWhole(io, path, 'firmware');
    const name = io.path.basename(path);
    if (bytes.length === 0) throw errors.emptyFirmware(name);
    const { image, doubt, flashOnly } = firmwareOf(name, bytes, io.hashes);
    if (doubt !== undefined) find(digestFinding('firmware-unfit', doubt));
    return { bytes, image, flashOnly };
  });

/** The digest of the firmware pages alone, 48 bytes. @throws CheckError when it cannot be read, or has none */
export async function ovmfHash(
  io: Io,
  { firmware }: Pick<DigestFiles, 'firmware'>,
  reading: DigestReading,
): Promise<Uint8Array> {
  const { bytes } = await readImage(io, { firmware }, reading);
  return snp.digest(afterFirmware(io.hashes, bytes));
}

/**
 * An SEV or SEV-ES launch before its first vCPU.
 * @throws CheckError when a file cannot be read, or no VMM launches such an image that way
 */
export async function readSevLaunch(
  io: Io,
  files: DigestFiles,
  reading: DigestReading,
): Promise<LaunchStart<SevState> & { readonly state: SevState }> {
  const { firmware } = files;
  const { content, hasher, image, doubt } = await atInput('firmware', async () => {
    const read = await io.readDigested(firmware, 'firmware', reading);
    return { ...read, ...firmwareOf(read.name, read.content) };
  });
  if (doubt !== undefined) reading.find(digestFinding('firmware-unfit', doubt));
  const { kernelHashes, kernelDigests, kernelHashesFor } = await kernelTable(io, files, reading, image);
  const after = (table: Uint8Array | undefined) =>
    foldAll(sevEs, hasher, sevEs.loads({ kernelHashes: table }, image));
  const state = after(kernelHashes);
  return {
    technology: sevEs,
    resetAddress: () => resetAddressOf(image, firmware),
    image,
    contents: { firmware: [content], kernelHashes },
    before: sevEs.start(io.hashes),
    kernelDigests,
    state,
    startOf: (_profile, vcpus) => (kernelHashesFor ? after(kernelHashesFor(vcpus)) : state),
    startVaries: kernelHashesFor !== undefined,
  };
}

/** An SNP launch that goes on after its firmware, whose sections are judged. */
export function snpLaunch(
  launch: Pick<LaunchStart<SnpState>, 'image' | 'contents' | 'before' | 'resetAddress' | 'kernelDigests'>,
  loaded: SnpState,
  { find }: Pick<DigestReading, 'find'>,
  kernelHashesFor?: KernelTable['kernelHashesFor'],
): LaunchStart<SnpState> {
  const { image, contents } = launch;
  for (const finding of snpFindings(image)) find(finding);
  const startOf = (profile: KnownProfile, vcpus: number) => {
    const kernelHashes = kernelHashesFor?.(vcpus) ?? contents.kernelHashes;
    const rest = { ...contents, kernelHashes, firmware: [], vmm: snpVmmOf(profile) };
    return foldAll(snp, loaded, snp.loads(rest, image));
  };
  const startVaries = kernelHashesFor !== undefined;
  return { ...launch, technology: snp, firmwareDigest: snp.digest(loaded), startOf, startVaries };
}

/**
 * An SNP launch before its first vCPU.
 * @param firmwareDigest of the firmware pages, 48 bytes; computed when it is not given
 * @throws CheckError when a file cannot be read, or no VMM launches such an image that way
 */
export async function readSnpLaunch(
  io: Io,
  files: DigestFiles,
  reading: DigestReading,
  firmwareDigest?: Uint8Array,
): Promise<LaunchStart<SnpState>> {
  const { firmware } = files;
  const { bytes, image, flashOnly } = await readImage(io, { firmware }, reading);
  if (flashOnly !== undefined) reading.find(digestFinding('bios-size', flashOnly));
  const loaded = firmwareDigest ? snpState(io.hashes, firmwareDigest) : afterFirmware(io.hashes, bytes);
  const { kernelHashes, kernelDigests, kernelHashesFor } = await kernelTable(io, files, reading, image);
  const resetAddress = () => resetAddressOf(image, firmware);
  const contents = { kernelHashes, ...(!firmwareDigest && { firmware: [bytes] }) };
  const before = firmwareDigest ? loaded : snp.start(io.hashes);
  const launch = { image, contents, before, resetAddress, kernelDigests };
  return snpLaunch(launch, loaded, reading, kernelHashesFor);
}

/** The same without any file. @param inputs of dstack or ours */
export function snpLaunchFrom(
  { hashes }: Io,
  inputs: SnpInputs,
  reading: DigestReading,
): LaunchStart<SnpState> {
  const { image, firmwareDigest, kernelDigests, resetAddress } = inputs;
  const kernelHashes = kernelDigests && encodeHashTable(kernelDigests(hashes));
  const loaded = snpState(hashes, firmwareDigest);
  const launch = {
    image,
    contents: { kernelHashes },
    before: loaded,
    kernelDigests: kernelDigests?.(hashes),
  };
  return snpLaunch({ ...launch, resetAddress: () => resetAddress }, loaded, reading);
}
