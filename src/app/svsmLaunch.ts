// A launch of an SVSM image whose digest is wanted, from paths: the image lies below the firmware and its variables.

import { decode } from '../core/binary/struct';
import type { FileDigest } from '../core/check/loadedSteps';
import { PAGE_SIZE } from '../core/launch/loads';
import { SVSM_INFO } from '../core/ovmf/entries';
import { parseOvmf, type OvmfImage } from '../core/ovmf/image';
import type { SnpState } from '../core/tech/snp/digest';
import { snp } from '../core/tech/snp/loads';
import {
  afterFirmware,
  readImage,
  snpLaunch,
  type DigestFiles,
  type DigestReading,
  type LaunchStart,
} from './digestLaunch';
import * as errors from './errors';
import { atInput } from './inputs';
import type { Io } from './io';
import { readWhole } from './vmsaFile';

/** An SVSM image, and how much memory is left for variables between it and the firmware: bytes, or the file that has as many. */
export interface SvsmFiles {
  readonly svsm: string;
  readonly varsSize?: number | undefined;
  readonly varsFile?: string | undefined;
}

/** Bytes of memory that are left for variables. @throws CheckError when neither or both are given */
export async function sizeOfVars(io: Io, { varsSize, varsFile }: Omit<SvsmFiles, 'svsm'>): Promise<number> {
  if (varsFile === undefined) {
    if (varsSize === undefined) throw errors.varsNeeded();
    return varsSize;
  }
  if (varsSize !== undefined) throw errors.givenTwice('varsSize');
  return (await atInput('varsFile', () => io.probe(varsFile, 'firmware', { onlyFile: true }))).size;
}

/** An SVSM image as it is loaded. */
export interface SvsmRead {
  readonly bytes: Uint8Array;
  /** Where it is loaded. */
  readonly gpa: bigint;
  /** Where it starts. */
  readonly entry: number;
  readonly image: OvmfImage;
  readonly digest: FileDigest;
}

/**
 * Reads an SVSM image that QEMU loads below the firmware and its variables.
 * @param above size of the firmware, in bytes
 * @throws CheckError when a file cannot be read, or is none that is launched that way
 */
export async function readSvsmImage(io: Io, files: SvsmFiles, above: number): Promise<SvsmRead> {
  const bytes = await atInput('svsm', () => readWhole(io, files.svsm, 'firmware'));
  const base = 2 ** 32 - above - (await sizeOfVars(io, files)) - bytes.length;
  if (bytes.length % PAGE_SIZE !== 0) throw errors.unfitSvsmSize(bytes.length);
  if (base < 0 || base % PAGE_SIZE !== 0) throw errors.unfitSvsmBase(base);
  const image = parseOvmf(bytes).value;
  const offset = svsmEntry(image);
  if (offset === undefined) throw errors.noSvsmEntry(files.svsm);
  const name = io.path.basename(files.svsm);
  const digest = { name, bytes: bytes.length, sha256: io.hashes.sha256(bytes) };
  return { bytes, gpa: BigInt(base), entry: base + offset, image, digest };
}

/** Where an SVSM image starts, from its first byte on; undefined for a file that is none. */
export function svsmEntry({ table }: Pick<OvmfImage, 'table'>): number | undefined {
  const info = table?.entries.find(({ guid, used }) => used && guid === SVSM_INFO.guid);
  if (!info || info.data.length < SVSM_INFO.payload.size) return undefined;
  return decode(SVSM_INFO.payload, info.data).launch_offset;
}

/**
 * An SNP launch of an SVSM image before its first vCPU, as QEMU did it before IGVM files: the image lies below the firmware and its variables,
 * and its own metadata are measured.
 * @throws CheckError when a file cannot be read, or is none that is launched that way
 */
export async function readSvsmLaunch(
  io: Io,
  { firmware }: Pick<DigestFiles, 'firmware'>,
  files: SvsmFiles,
  reading: DigestReading,
): Promise<LaunchStart<SnpState>> {
  const { bytes: above } = await readImage(io, { firmware }, reading);
  const { bytes, gpa, image, entry } = await readSvsmImage(io, files, above.length);
  const contents = { firmware: [above], svsm: { bytes, gpa } };
  const started = { image, contents, before: snp.start(io.hashes), resetAddress: () => entry };
  const launch = snpLaunch(started, afterFirmware(io.hashes, above), reading);
  return { ...launch, svsm: { entry } };
}
