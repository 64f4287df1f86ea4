// What every reader of pages returns, and the rule for bytes that could be several pages.

import { isImage } from '../../ovmf/footer';
import { describeArtefact, describeNotVmsa } from './notVmsa';
import { byteCount, hex, isZero } from '../../binary/hex';
import { KERNEL_STRUCT_SIZE, RESERVED_END, VMSA_SIZE } from '../layout/layout';
import { hasRegisters } from '../pageKind';
import { isLaunchPage } from './launchEvidence';
import type { PartOfPage } from '../part';

/** The forms in which VMSAs are passed around. */
export type PageFormat =
  | 'page'
  | 'pages'
  | 'kernel-log'
  | 'hex-dump'
  | 'base64'
  | 'source-code'
  | 'table'
  | 'sevctl-json'
  | 'json'
  | 'vmcb-dump'
  | 'qemu-registers';

/** One page: 4096 bytes, which of a raw file are a view, and what people should know about how they were read. */
export interface SourcePage {
  /** `vCPU 0` or `launch 2, vCPU 0` where the form says or implies it, `page` where it does not. */
  readonly label: string;
  /** Its number among the vCPUs of its launch, where that is known. */
  readonly vcpu?: number;
  readonly bytes: Uint8Array;
  readonly note?: string;
}

/** What a dump says of one vCPU when it lists some fields of the page only. */
export interface PartialPage {
  /** `vCPU 1`. */
  readonly label: string;
  /** 4096 bytes, of which only those of known fields mean anything. */
  readonly bytes: Uint8Array;
  readonly part: PartOfPage;
  /** What people should know about the dump, as sentences. */
  readonly notes: readonly string[];
}

/** The pages in a file, at least one. */
export interface PagesFound {
  readonly format: PageFormat;
  /** The form in words: `kernel log`, `sevctl JSON`. */
  readonly title: string;
  readonly pages: readonly SourcePage[];
}

/**
 * Why a file has no readable page. `format` is set when it has one of the known forms, `partial` when that form lists
 * some fields of each page only.
 */
export interface NotPages {
  readonly reason: string;
  readonly format?: PageFormat;
  readonly partial?: readonly PartialPage[];
}

/** The forms in words. */
const READ_FORMATS: Readonly<Record<PageFormat, string>> = {
  page: 'VMSA page',
  pages: 'VMSA pages one after the other',
  'kernel-log': 'kernel log',
  'hex-dump': 'hex dump',
  base64: 'base64',
  'source-code': 'source code',
  table: 'table of fields',
  'sevctl-json': 'sevctl JSON',
  json: 'JSON of this tool',
  'vmcb-dump': "dump of a VMCB in the kernel's log",
  'qemu-registers': 'register dump of QEMU',
};

/** A form in words. */
export const formatTitle = (format: PageFormat): string => READ_FORMATS[format];

/**
 * The maximum number of pages in a file. Larger guests exist, but nobody keeps their pages in one file, and a
 * longer file that looks like pages is firmware or a disk.
 */
export const MAX_PAGES = 512;

/** The maximum total size of pages, in bytes. */
export const MAX_PAGE_BYTES = MAX_PAGES * VMSA_SIZE;

/** The result for pages that were read. */
export function found(format: PageFormat, pages: readonly SourcePage[]): PagesFound {
  return { format, title: READ_FORMATS[format], pages };
}

/** The result for a form that is recognised but broken. */
export function broken(format: PageFormat, reason: string): NotPages {
  return { format, reason };
}

/** Whether a page can be a vCPU's: its reserved end is zero, and it has registers or was never filled in. */
function couldBePage(page: Uint8Array): boolean {
  return isZero(page.subarray(RESERVED_END)) && (hasRegisters(page) || isZero(page));
}

/** One of the consecutive pages of a file, as a view of its bytes. @param page from 0 */
export function pageAt(bytes: Uint8Array, page: number): Uint8Array {
  // Not subarray(), which of Node's Buffer makes another one.
  return new Uint8Array(bytes.buffer, bytes.byteOffset + page * VMSA_SIZE, VMSA_SIZE);
}

const split = (bytes: Uint8Array): Uint8Array[] =>
  Array.from({ length: bytes.length / VMSA_SIZE }, (_, i) => pageAt(bytes, i));

/**
 * Bytes that are one page or several. A single page may have any content, so that a damaged one can be
 * inspected. Several must each look like a vCPU's: firmware, kernels and disk images can also be a multiple
 * of 4096 bytes, but they lack the 2104 zero bytes at the end of every page and the registers at its start.
 */
export function findBinaryPages(bytes: Uint8Array, format: PageFormat): PagesFound | NotPages {
  if (isImage(bytes) || bytes.length === 0 || bytes.length % VMSA_SIZE !== 0)
    return { reason: describeNotVmsa(bytes) };
  const pages = bytes.length > MAX_PAGE_BYTES ? [] : split(bytes);
  if (pages.length === 1) return found(format, [{ label: 'page', bytes: pages[0]! }]);
  const badPage = pages.findIndex((page) => !couldBePage(page));
  if (pages.length > 0 && badPage < 0 && !isZero(bytes)) {
    return found(
      format,
      pages.map((page, i) => ({ label: `vCPU ${i}`, bytes: page, vcpu: i })),
    );
  }
  return { reason: describeNotVmsa(bytes, badPage < 0 ? undefined : badPage) };
}

/** What cannot be seen in a text without addresses. */
const NO_ADDRESSES = 'It has no addresses: if this was a whole page, lines of it are lost.';

/**
 * Bytes of the size of the kernel's structure from a text without addresses; undefined if they are not those of a vCPU,
 * and so may as well be what is left of a page.
 */
export function structFromText(bytes: Uint8Array, note?: string): SourcePage | undefined {
  if (bytes.length !== KERNEL_STRUCT_SIZE || !isLaunchPage(bytes)) return undefined;
  const page = padded(bytes, 'page', note);
  return { ...page, note: `${page.note!} ${NO_ADDRESSES}` };
}

/** Bytes from a text without addresses: whole pages, or the kernel's structure. Anything else has a hole somewhere. */
export function pagesFromText(bytes: Uint8Array, format: PageFormat, note?: string): PagesFound | NotPages {
  const struct = structFromText(bytes, note);
  if (struct) return found(format, [struct]);
  const artefact = describeArtefact(bytes);
  if (artefact !== undefined) return broken(format, artefact);
  const read = findBinaryPages(bytes, format);
  if (!('reason' in read))
    return { ...read, pages: read.pages.map((page) => (note === undefined ? page : { ...page, note })) };
  const what = `The ${READ_FORMATS[format]} holds ${byteCount(bytes.length)}`;
  return broken(
    format,
    bytes.length % VMSA_SIZE === 0 && bytes.length > 0
      ? `${what}. ${read.reason}`
      : `${what}; a VMSA is one page of ${VMSA_SIZE}, of which Linux uses ${KERNEL_STRUCT_SIZE}. Take the dump again, whole.`,
  );
}

/** A page of which only the start is known, padded with zeros. @param note how its bytes were read */
export function padded(bytes: Uint8Array, label: string, note?: string): SourcePage {
  const page = new Uint8Array(VMSA_SIZE);
  page.set(bytes);
  const notes = [note, bytes.length < VMSA_SIZE ? filledText(bytes.length) : undefined].filter(
    (text) => text !== undefined,
  );
  return { label, bytes: page, ...(notes.length > 0 && { note: notes.join(' ') }) };
}

function filledText(length: number): string {
  const filled = `The dump has ${length} bytes; the rest of the page was filled up with zeros.`;
  return length === KERNEL_STRUCT_SIZE
    ? `${filled} That is the size of the kernel's structure, and a launch has nothing above it.`
    : `${filled} A launch has nothing above ${hex(KERNEL_STRUCT_SIZE, 3)}.`;
}
