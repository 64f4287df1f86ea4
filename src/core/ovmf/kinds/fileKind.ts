// What a file is that was given as firmware and is something else. Every other part of the program asks here, so
// that a file has one name wherever it turns up.

import { onlyByte } from '../../binary/hex';

/**
 * How a file relates to a launch. `container`: it holds bytes in another form, which a VMM would unpack or convert,
 * so that its own bytes are never measured. `other`: no container, and no firmware. `variables`: a variable
 * store. `foreign`: firmware for a processor other than x86. `part`: an image that does not fill its file, or is not
 * in it whole. `unknown`: nothing that is recognised, which may be any firmware, or a broken image.
 */
export type KindRole = 'container' | 'other' | 'variables' | 'foreign' | 'part' | 'unknown';

/** A kind of file that is not an x86 firmware image. */
export interface FileKind {
  /** A short key for JSON and tests, such as `qcow2`. */
  readonly id: string;
  readonly role: KindRole;
  /** A phrase after "it is", such as `a qcow2 disk image`. */
  readonly words: string;
  /** What to do next, as whole sentences. */
  readonly next: string;
}

/** What to do about a file that holds no image in any form. */
export const OWN_IMAGE = 'Give the firmware image itself, for example OVMF.fd.';

/** What an OVMF image is whose end, where its table belongs, is damaged. */
export const DAMAGED = 'an OVMF image whose end is damaged';

/** Whether what is known of x86 builds, such as where their parts are mapped, is true of a file. */
export const isPartOfX86Build = (kind: FileKind | undefined): boolean =>
  kind === undefined || kind.id === 'variables' || kind.role === 'unknown';

/** The two ends of a file, which overlap in a small one: the first and the last 64 KiB, or more. */
export interface FileEnds {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  readonly fileSize: number;
}

/** OVMF's tables and metadata are in the last pages of an image, and what marks other files is in the first. */
export const END = 64 * 1024;

/** The ends of a file that is in memory. */
export const endsOf = (bytes: Uint8Array): FileEnds => ({
  head: bytes.subarray(0, END),
  tail: bytes.subarray(-END),
  fileSize: bytes.length,
});

/** What a file is, as a whole sentence. @param subject its start, such as the file's name */
export function describeKind({ role, words, next }: FileKind, subject = 'The file'): string {
  const isNone = role === 'container' || role === 'other' ? ', not a firmware image' : '';
  return `${subject} is ${words}${isNone}.${next === '' ? '' : ` ${next}`}`;
}

/** Whether a text of one-byte characters stands at an offset. */
export function holds(bytes: Uint8Array, at: number, text: string): boolean {
  if (at < 0 || bytes.length - at < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Little-endian; undefined outside the bytes. */
export function u32At(bytes: Uint8Array, at: number): number | undefined {
  if (at < 0 || bytes.length - at < 4) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at, true);
}

/** The byte that fills a range of erased or unused flash, 0x00 or 0xff; undefined when it is filled with anything else. */
export function padding(bytes: Uint8Array, from = 0): number | undefined {
  const only = onlyByte(bytes, from);
  return only === 0 || only === 0xff ? only : undefined;
}
