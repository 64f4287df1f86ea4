// The file as a whole, before any of its tables is read: whether it is x86 firmware, and if not, what else. The
// first reason decides, and says all there is to say.

import { guidText } from '../../binary/guid';
import { byteCount, hex, type IsSame } from '../../binary/hex';
import type { Finding } from '../../binary/region';
import { AFTER_TABLE, LEAST_FILE } from '../guidedTable';
import type { FileTail } from '../regions';
import { bytesAt, isAtHand } from '../regions';
import type { OvmfRule } from '../rules';
import { ovmfFinding } from '../rules';
import {
  describeKind,
  endsOf,
  OWN_IMAGE,
  padding,
  type FileEnds,
  type FileKind,
  type KindRole,
} from './fileKind';
import { foreignKind } from './foreign';
import { cutFront, doubledImage, misplacedImage, misplacedVolumes } from './misplaced';
import { variablesKind } from './variables';

/** Tells the kind of a file that is no firmware in any form by its ends. */
export type KindOf = (ends: FileEnds) => FileKind | undefined;

/** What is known of a file as a whole. */
export interface FileJudgement {
  /** What it is, when it is no x86 firmware image. */
  readonly kind?: FileKind;
  readonly findings: readonly Finding[];
}

/**
 * Judges a file by its two ends, and by all of it where all of it is at hand.
 * @param isX86 whether it ends like an x86 image of edk2
 * @param options.head the start of the file, if `file` is only its end
 * @param options.kindOf tells files of other kinds apart
 * @param options.isSame compares as the runtime does
 */
export function judgeFile(
  file: FileTail,
  isX86: boolean,
  {
    head,
    kindOf,
    isSame,
  }: { readonly head?: Uint8Array; readonly kindOf?: KindOf; readonly isSame?: IsSame | undefined },
): FileJudgement {
  const isWhole = file.offset === 0;
  const start = head ?? (isWhole ? file.bytes : undefined);
  const ends = isWhole
    ? endsOf(file.bytes)
    : start && { head: start, tail: file.bytes, fileSize: file.fileSize };
  const first = ends && kindOf?.(ends);
  if (first) return ofKind(first, file);
  const none = noImage(file, start);
  if (none) return none;
  if (isX86) {
    const cut = cutFront(file, isSame);
    if (cut) return { kind: CUT, findings: [cut] };
    const doubled = doubledImage(file);
    return doubled ? { kind: DOUBLED, findings: [doubled] } : { findings: [] };
  }
  const kind = ends && (variablesKind(ends, isWhole ? file.bytes : undefined) ?? foreignKind(ends));
  if (kind) return ofKind(kind, file);
  const found = misplacedImage(file) ?? misplacedVolumes(file);
  if (!found) return { kind: UNKNOWN, findings: [noTable(file)] };
  return { kind: found.rule === 'cut-image' ? CUT : MISPLACED, findings: [found] };
}

const MISPLACED: FileKind = {
  id: 'misplaced',
  role: 'part',
  words: 'an OVMF image that does not end where its file does',
  next: 'Cut off the rest.',
};
const DOUBLED: FileKind = {
  id: 'doubled',
  role: 'part',
  words: 'an OVMF image, twice',
  next: 'Take one of them.',
};
const CUT: FileKind = {
  id: 'cut',
  role: 'part',
  words: 'a part of a firmware image',
  next: 'Copy or build the image again.',
};
const UNKNOWN: FileKind = {
  id: 'unknown',
  role: 'unknown',
  words: 'no OVMF image that can be recognised',
  next: OWN_IMAGE,
};

const RULE_OF: Readonly<Record<Exclude<KindRole, 'part' | 'unknown'>, OvmfRule>> = {
  container: 'container',
  other: 'other-file',
  foreign: 'other-processor',
  variables: 'variable-store-only',
};

/** A kind of which the table says all. */
function ofKind(kind: FileKind, { fileSize }: FileTail): FileJudgement {
  const rule = RULE_OF[kind.role as keyof typeof RULE_OF];
  return { kind, findings: [ovmfFinding(rule, 0, fileSize, describeKind(kind))] };
}

/**
 * The finding that says why no VMM starts a guest with a file, or why another image is measured than it seems;
 * undefined for a file without such a reason.
 */
export function whyUnfit(
  findings: readonly Finding[],
  { fileKind }: { readonly fileKind?: FileKind },
): Finding | undefined {
  const size: OvmfRule = 'image-size';
  return fileKind ? findings[0] : findings.find(({ rule }) => rule === size);
}

/** A file with no space for any image; undefined for larger ones. */
export function tinyKind(fileSize: number): FileKind | undefined {
  if (fileSize >= LEAST_FILE) return undefined;
  const words = fileSize === 0 ? 'empty' : `only ${byteCount(fileSize)} long`;
  return { id: 'too-small', role: 'other', words, next: 'Copy or build the image again.' };
}

/** The flash chips of QEMU's virt machine of Arm (hw/arm/virt.c, VIRT_FLASH). */
const ARM_FLASH = 2 ** 26;

/** A file in which there is nothing: empty, tiny, or all one byte. */
function noImage(file: FileTail, start: Uint8Array | undefined): FileJudgement | undefined {
  const { bytes, fileSize, offset } = file;
  const tiny = tinyKind(fileSize);
  if (tiny) {
    const message = `The file is ${tiny.words}; a table footer and a reset vector take ${LEAST_FILE} bytes. This is no firmware.`;
    return { kind: tiny, findings: [ovmfFinding('too-small-file', 0, fileSize, message)] };
  }
  const only = padding(bytes);
  // An image with padding behind it has only an end of this kind.
  if (only === undefined || (start && padding(start) !== only)) return undefined;
  const isArm = only === 0 && fileSize === ARM_FLASH;
  const arm = isArm ? ' AAVMF_VARS.fd, the empty variable store of Arm guests, is such a file.' : '';
  const message = `Every byte is ${hex(only, 2)}: erased flash or a file that was never filled, not an image.${arm}`;
  const words = `erased flash, ${hex(only, 2)} throughout`;
  return {
    kind: { id: 'erased', role: 'unknown', words, next: OWN_IMAGE },
    findings: [ovmfFinding('erased', offset, bytes.length, message)],
  };
}

/** That too little of the end of a file was given for a table; undefined when there is enough. */
export function outsideTail(file: FileTail): Finding | undefined {
  const { bytes, fileSize } = file;
  if (isAtHand(file, fileSize - LEAST_FILE, LEAST_FILE)) return undefined;
  const message = `Only the last ${byteCount(bytes.length)} of the file were given; a table footer ends further up.`;
  return ovmfFinding('outside-tail', fileSize - LEAST_FILE, LEAST_FILE, message);
}

function noTable(file: FileTail): Finding {
  const { fileSize } = file;
  const outside = outsideTail(file);
  if (outside) return outside;
  const at = fileSize - AFTER_TABLE - 16;
  const message = `This is not known to be OVMF: there is no table footer at ${hex(at)}, where the GUID is ${guidText(bytesAt(file, at, 16))}, and none elsewhere.`;
  return ovmfFinding('no-table', at, 16, message);
}
