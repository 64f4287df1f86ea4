// An SNP launch as a JSON object of hashes, from which its digest can be computed without the files: dstack's `sev_snp_measurement`.

import { bytesToHex, fromHex, utf8 } from '../../binary/hex';
import type { Hashes } from '../../launch/hasher';
import { cmdlineBytes, type HashTable } from '../../launch/kernelHashes';
import type { LaunchImage } from '../../launch/loads';
import { SEV_METADATA } from '../../ovmf/metadataLayout';

/** A launch without its files. */
export interface SnpInputs {
  readonly image: LaunchImage;
  /** The digest of the firmware pages, 48 bytes. */
  readonly firmwareDigest: Uint8Array;
  /** What is hashed for a kernel; undefined without one. */
  readonly kernelDigests: ((hashes: Pick<Hashes, 'sha256'>) => HashTable) | undefined;
  /** Without the white space at its ends, which dstack removes before it boots with it. */
  readonly cmdline: string;
  readonly resetAddress: number;
  readonly vcpus?: number | undefined;
  /** A CPU model of QEMU. */
  readonly cpu?: string | undefined;
  readonly features?: bigint | undefined;
}

/** Inputs, or the member that is missing or wrong; no member for a text that is no JSON. */
export type ReadSnpInputs =
  { readonly ok: true; readonly inputs: SnpInputs } | { readonly ok: false; readonly member?: string };

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const isWord = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32;

/** Bytes in hexadecimal; undefined for a text that is not as many. */
function bytesOf(value: unknown, size: number): Uint8Array | undefined {
  const bytes = typeof value === 'string' ? fromHex(value) : undefined;
  return bytes?.length === size ? bytes : undefined;
}

const MOST_SECTIONS = 256;

/** The sections of the metadata; undefined where one is none. */
function sectionsOf(value: unknown): NonNullable<LaunchImage['sevMetadata']>['sections'] | undefined {
  if (!Array.isArray(value) || value.length > MOST_SECTIONS) return undefined;
  const sections = value.flatMap((section: unknown) => {
    const { gpa, size, section_type: type } = isObject(section) ? section : {};
    if (!isWord(gpa) || !isWord(size) || !isWord(type)) return [];
    const name = SEV_METADATA.types.find((known) => known.type === type)?.name ?? '';
    return [{ name, type, gpa, size, offset: 0 }];
  });
  return sections.length === value.length ? sections : undefined;
}

/** Reads the object from JSON. It never throws. */
export function readSnpInputs(text: string): ReadSnpInputs {
  try {
    return inputsFrom(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false };
    throw error;
  }
}

function inputsFrom(value: unknown): ReadSnpInputs {
  const wrong = (member: string): ReadSnpInputs => ({ ok: false, member });
  if (!isObject(value)) return wrong('ovmf_hash');
  const firmwareDigest = bytesOf(value['ovmf_hash'], 48);
  if (!firmwareDigest) return wrong('ovmf_hash');
  const sections = sectionsOf(value['ovmf_sections']);
  if (!sections) return wrong('ovmf_sections');
  const {
    sev_es_reset_eip: resetAddress,
    sev_hashes_table_gpa: base = 0,
    base_cmdline: cmdline = '',
  } = value;
  if (!isWord(resetAddress)) return wrong('sev_es_reset_eip');
  if (!isWord(base)) return wrong('sev_hashes_table_gpa');
  // Half of a surrogate pair is no text that any tool measures.
  if (typeof cmdline !== 'string' || /\p{Surrogate}/u.test(cmdline)) return wrong('base_cmdline');
  const { kernel_hash: ofKernel, initrd_hash: ofInitrd, vcpus, vcpu_type: cpu, guest_features: bits } = value;
  const isGiven = (hash: unknown) => hash !== undefined && hash !== null && hash !== '';
  const kernel = bytesOf(ofKernel, 32);
  if (isGiven(ofKernel) && !kernel) return wrong('kernel_hash');
  const initrd = bytesOf(ofInitrd, 32);
  if (isGiven(ofInitrd) && !initrd) return wrong('initrd_hash');
  if (vcpus !== undefined && !isWord(vcpus)) return wrong('vcpus');
  if (cpu !== undefined && typeof cpu !== 'string') return wrong('vcpu_type');
  if (bits !== undefined && !(typeof bits === 'number' && Number.isSafeInteger(bits) && bits >= 0))
    return wrong('guest_features');
  const inputs: SnpInputs = {
    image: { sevMetadata: { sections }, hashArea: { base } },
    cmdline: cmdline.trim(),
    ...{ firmwareDigest, resetAddress, vcpus, cpu, features: bits === undefined ? undefined : BigInt(bits) },
    kernelDigests:
      kernel && (({ sha256 }) => ({ kernel, initrd, cmdline: sha256(cmdlineBytes(cmdline.trim())) })),
  };
  return { ok: true, inputs };
}

/** A launch as such an object. */
export interface SnpInputsToWrite {
  readonly image: LaunchImage;
  readonly firmwareDigest: Uint8Array;
  readonly kernelDigests: HashTable | undefined;
  readonly cmdline: string;
  readonly resetAddress: number;
  readonly vcpus: number;
  readonly cpu: string;
  readonly features: bigint;
}

/** The object. */
export function snpInputsJson(launch: SnpInputsToWrite) {
  const { image, firmwareDigest, kernelDigests, cmdline, resetAddress, vcpus, cpu, features } = launch;
  const sections = image.sevMetadata?.sections ?? [];
  const { kernel, initrd } = kernelDigests ?? {};
  return {
    ovmf_sections: sections.map(({ gpa, size, type }) => ({ gpa, size, section_type: type })),
    ...(kernel && { base_cmdline: cmdline, kernel_hash: bytesToHex(kernel) }),
    ...(initrd && { initrd_hash: bytesToHex(initrd) }),
    ovmf_hash: bytesToHex(firmwareDigest),
    sev_hashes_table_gpa: image.hashArea?.base ?? 0,
    sev_es_reset_eip: resetAddress,
    ...{ vcpus, vcpu_type: cpu, guest_features: Number(features) },
  };
}

/** Whether dstack, which trims it, would boot with another command line. */
export const isTrimmed = (cmdline: string): boolean => utf8(cmdline).length !== utf8(cmdline.trim()).length;
