// An SNP launch as a JSON object of hashes, from which its digest can be computed without the files: dstack's `sev_snp_measurement`.

import { parseExactJson, plainValue } from '../../binary/exactJson';
import { bytesToHex, fromHex, utf8 } from '../../binary/hex';
import { plainText } from '../../binary/plainText';
import { didYouMean, similarName } from '../../binary/similar';
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

/** What is to be said of the object, a sentence. */
export interface InputsRemark {
  readonly text: string;
  /** Somebody may well want it so. */
  readonly isUsual: boolean;
  /** The member that it is about, as the object has it: whatever somebody typed. */
  readonly name?: string;
}

/**
 * Inputs with what is to be said of the object; or the member that is missing or wrong, and what is wanted there, a phrase. No
 * member for a text that is no such object.
 */
export type ReadSnpInputs =
  | { readonly ok: true; readonly inputs: SnpInputs; readonly remarks: readonly InputsRemark[] }
  | { readonly ok: false; readonly member?: string; readonly why: string };

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

/** Reads the object from JSON, whose names are each there once: of two values nobody knows which counts. It never throws. */
export function readSnpInputs(text: string): ReadSnpInputs {
  const json = text.replace(/^\ufeff/, '');
  if (json.trim() === '') return { ok: false, why: 'it is empty' };
  const read = parseExactJson(json);
  if (!('problem' in read)) return inputsFrom(plainValue(read.value));
  const line = json.slice(0, read.at).split('\n').length;
  return { ok: false, why: `it is not JSON (${read.problem}, line ${line})` };
}

/** What a member must be, a phrase. */
const WANTED = {
  ovmf_hash: '96 hexadecimal digits',
  ovmf_sections: 'a list of sections, each with gpa, size and section_type as numbers',
  sev_es_reset_eip: 'a number of 32 bits, in decimal',
  sev_hashes_table_gpa: 'a number of 32 bits, in decimal',
  base_cmdline: 'a text',
  kernel_hash: '64 hexadecimal digits',
  initrd_hash: '64 hexadecimal digits',
  vcpus: 'a number',
  vcpu_type: 'the name of a CPU model of QEMU',
  guest_features: 'a number, in decimal',
} as const;

type Member = keyof typeof WANTED;
const MEMBERS = Object.keys(WANTED) as Member[];

/** Longer names are cut in what is said of them, and more of them are counted. */
const MOST_QUOTED = 128;
const MOST_LISTED = 5;

const isGiven = (value: unknown) => value !== undefined && value !== null && value !== '';

/** What has no effect, and what is not said, with what follows from that. */
function remarksOn(value: Json): readonly InputsRemark[] {
  const remarks: InputsRemark[] = [];
  const warn = (text: string) => remarks.push({ text, isUsual: false });
  const note = (text: string) => remarks.push({ text, isUsual: true });
  const unknown = Object.keys(value).filter((name) => !MEMBERS.some((known) => known === name));
  for (const name of unknown.slice(0, MOST_LISTED)) {
    const meant = didYouMean(similarName(name, MEMBERS));
    const text = `"${plainText(name, MOST_QUOTED)}" is no member that is known, and has no effect.${meant}`;
    remarks.push({ text, isUsual: false, name });
  }
  if (unknown.length > MOST_LISTED)
    warn(`${unknown.length - MOST_LISTED} more members are not known, and have no effect.`);
  const is = (member: Member) => isGiven(value[member]);
  const idle = (['base_cmdline', 'initrd_hash'] as const).filter(is);
  const without = 'kernel_hash is missing: the digest is of a launch without kernel hashes';
  if (!is('kernel_hash')) {
    if (idle.length === 0) note(`${without}.`);
    else warn(`${without}, and ${idle.join(' and ')} ${idle.length > 1 ? 'have' : 'has'} no effect.`);
  } else {
    if (!is('base_cmdline'))
      warn('base_cmdline is missing: the kernel is measured with an empty command line.');
    if (!is('initrd_hash')) note('initrd_hash is missing: the kernel is measured without an initrd.');
  }
  if (!is('guest_features')) note('guest_features is missing: those of the profile count.');
  return remarks;
}

function inputsFrom(value: unknown): ReadSnpInputs {
  if (!isObject(value) || Array.isArray(value)) return { ok: false, why: 'wanted an object' };
  const wrong = (member: Member): ReadSnpInputs => {
    const found = value[member];
    const missing = isGiven(found) ? 'is not' : 'is missing; wanted';
    return { ok: false, member, why: `${missing} ${WANTED[member]}` };
  };
  const firmwareDigest = bytesOf(value['ovmf_hash'], 48);
  if (!firmwareDigest) return wrong('ovmf_hash');
  const sections = sectionsOf(value['ovmf_sections']);
  if (!sections) return wrong('ovmf_sections');
  const { sev_es_reset_eip: resetAddress, sev_hashes_table_gpa: base, base_cmdline: cmdline } = value;
  if (!isWord(resetAddress)) return wrong('sev_es_reset_eip');
  const given = cmdline ?? '';
  // Half of a surrogate pair is no text that any tool measures.
  if (typeof given !== 'string' || /\p{Surrogate}/u.test(given)) return wrong('base_cmdline');
  const text = given.trim();
  const { kernel_hash: ofKernel, initrd_hash: ofInitrd, vcpus, vcpu_type: cpu, guest_features: bits } = value;
  const kernel = bytesOf(ofKernel, 32);
  if (isGiven(ofKernel) && !kernel) return wrong('kernel_hash');
  // Where there is a kernel, its table is measured there.
  if (!isWord(base) && (isGiven(base) || kernel)) return wrong('sev_hashes_table_gpa');
  const initrd = bytesOf(ofInitrd, 32);
  if (isGiven(ofInitrd) && !initrd) return wrong('initrd_hash');
  if (isGiven(vcpus) && !isWord(vcpus)) return wrong('vcpus');
  if (isGiven(cpu) && typeof cpu !== 'string') return wrong('vcpu_type');
  if (isGiven(bits) && !(typeof bits === 'number' && Number.isSafeInteger(bits) && bits >= 0))
    return wrong('guest_features');
  const inputs: SnpInputs = {
    image: { sevMetadata: { sections }, hashArea: { base: isWord(base) ? base : 0 } },
    cmdline: text,
    firmwareDigest,
    resetAddress,
    vcpus: isWord(vcpus) ? vcpus : undefined,
    cpu: typeof cpu === 'string' && cpu !== '' ? cpu : undefined,
    features: typeof bits === 'number' ? BigInt(bits) : undefined,
    kernelDigests: kernel && (({ sha256 }) => ({ kernel, initrd, cmdline: sha256(cmdlineBytes(text)) })),
  };
  return { ok: true, inputs, remarks: remarksOn(value) };
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
