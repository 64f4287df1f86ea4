// The files of a volume (UEFI PI, volume 3, "Firmware File System Format"): consecutive, each aligned to 8
// bytes, with free space after the last.

import { guidText } from '../../binary/guid';
import { byteCount, hex, onlyByte } from '../../binary/hex';
import { decode } from '../../binary/struct';
import { fieldViews } from '../regions';
import { sum8 } from './checksums';
import { guidName } from './guids';
import { FILE_HEADER, FILE_TYPES, LARGE_FILE_HEADER } from './layouts';
import { parseSections } from './sections';
import { BYTES_PER_STEP } from './budget';
import type { Checksums, WalkRange, VolumeNode } from './tree';
import { align, gap, node, u24 } from './tree';
import type { Walk } from './walk';

/** The properties of a volume that its files depend on. */
export interface FileSystem {
  /** Where the volume starts: files are aligned relative to it. */
  readonly start: number;
  /** The value of erased bytes: 0xff or 0. */
  readonly erased: number;
  /** Whether a file may have a 64-bit size. */
  readonly takesLargeFiles: boolean;
  /** Whether a file may end in the inverse of its checksums. */
  readonly hasTails: boolean;
  /** From the volume header; it decides the fixed checksum value of files without a data checksum. */
  readonly revision: number;
}

/** The attribute of a large file, and in FFS1 of a file with a tail. */
const LARGE_FILE = 0x01;
const TAIL = 2;
const HAS_CHECKSUM = 0x40;
const typesByCode = new Map(FILE_TYPES.map((type) => [type.code, type]));
/** Alignments by the three bits of the attributes; those with attribute bit 1 set come after them. */
const ALIGNMENTS = [0, 4, 7, 9, 10, 12, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24].map((power) => 2 ** power);
/** The bits of a file's state, the last one to be set first. */
const STATES: readonly (readonly [number, string])[] = [
  [0x20, 'header invalid'],
  [0x10, 'deleted'],
  [0x08, 'marked for update'],
  [0x04, 'valid'],
  [0x02, 'header valid'],
  [0x01, 'header under construction'],
];

/** The files from `range.at` to the end of the volume, and what is between and after them. */
export function parseFiles(walk: Walk, range: WalkRange, system: FileSystem): VolumeNode[] {
  const { space, end } = range;
  const nodes: VolumeNode[] = [];
  let at = Math.min(align(range.at, system.start, 8), end);
  while (end - at >= FILE_HEADER.size) {
    const here = { ...range, at };
    if (onlyByte(space.bytes, at, at + FILE_HEADER.size) === system.erased) {
      const free = walk.within(here, () => freeSpace(walk, here, system));
      return [...nodes, ...(free ?? walk.unread(here))];
    }
    const part = walk.step(here, () => {
      const file = parseFile(walk, here, system);
      return file ? { file } : { rest: walk.unclaimed(here) };
    });
    if (!part) return [...nodes, ...walk.unread(here)];
    if (!part.file) return [...nodes, ...part.rest];
    nodes.push(part.file);
    const fileEnd = part.file.offset + part.file.size;
    at = Math.min(align(fileEnd, system.start, 8), end);
    nodes.push(...gap(space, fileEnd, at));
  }
  return [...nodes, ...gap(space, at, end)];
}

function freeSpace(walk: Walk, { space, at, end }: WalkRange, { erased, start }: FileSystem): VolumeNode[] {
  const used = walk.runEnd(space.bytes, at, end);
  // Anything here would start at a file boundary.
  const free = used === end ? end : Math.max(start + Math.floor((used - start) / 8) * 8, at);
  const nodes = [node('free', 'free space', at, free - at, `Every byte is ${hex(erased, 2)}.`)];
  if (free === end) return nodes;
  const message = `The free space from ${hex(at)} to ${hex(end)} is not empty: the byte at ${hex(used)} is ${hex(space.bytes[used]!, 2)}.`;
  walk.note(space, 'volume-free-space', used, end - used, message);
  return [...nodes, ...walk.unclaimed({ space, at: free, end })];
}

function parseFile(
  walk: Walk,
  { space, at, end, depth }: WalkRange,
  system: FileSystem,
): VolumeNode | undefined {
  const header = decode(FILE_HEADER, space.bytes, at);
  const isLarge =
    system.takesLargeFiles && (header.attributes & LARGE_FILE) !== 0 && end - at >= LARGE_FILE_HEADER.size;
  const layout = isLarge ? LARGE_FILE_HEADER : FILE_HEADER;
  const size = isLarge
    ? Number(decode(LARGE_FILE_HEADER, space.bytes, at).extended_size)
    : u24(header.size, 0);
  const guid = guidText(header.name);
  if (size < layout.size || size > end - at) {
    const message = `The file ${guid} at ${hex(at)} has a size of ${hex(size)}; ${hex(end - at)} bytes are left and its header takes ${layout.size}.`;
    walk.note(space, 'file-size', at, layout.size, message);
    return undefined;
  }
  const known = typesByCode.get(header.type);
  const body = at + layout.size;
  const hasTail = system.hasTails && (header.attributes & LARGE_FILE) !== 0 && size - layout.size >= TAIL;
  const contentEnd = at + size - (hasTail ? TAIL : 0);
  const checksums = checkFile(walk, { space, at, end: contentEnd, depth }, body, system);
  checkAlignment(walk, { space, at: body, end: contentEnd, depth }, header.attributes, system);
  const content: WalkRange = { space, at: body, end: contentEnd, depth: depth + 1 };
  const sections = known?.hasSections ? parseSections(walk, content) : [];
  const tail = hasTail
    ? [node('padding', 'tail', contentEnd, TAIL, 'The inverse of the checksums in the header.')]
    : [];
  const children = [...sections, ...tail];
  const type = known?.name ?? `type ${hex(header.type, 2)}`;
  const name = header.type === 0xf0 ? 'padding' : (nameIn(children) ?? guidName(guid) ?? guid);
  const state = stateOf(header.state, system.erased);
  const meanings = { name: guid, type, size: byteCount(size), state };
  const doc = `A file: ${type}${state === 'valid' ? '' : `, ${state}`}.`;
  return node('file', name, at, size, doc, {
    guid,
    type,
    typeCode: header.type,
    checksums,
    fields: fieldViews(layout, space, at, meanings),
    children,
  });
}

function checkFile(
  walk: Walk,
  { space, at, end }: WalkRange,
  body: number,
  { revision }: FileSystem,
): Checksums {
  const { bytes } = space;
  const { data_checksum, attributes, state } = decode(FILE_HEADER, bytes, at);
  const headerSum = (sum8(bytes, at, body) - data_checksum - state) & 0xff;
  if (headerSum !== 0) {
    const message = `The bytes of the file header at ${hex(at)} add up to ${hex(headerSum, 2)}, not to 0: firmware skips the file.`;
    walk.note(space, 'file-header-checksum', at + 0x10, 1, message);
  }
  const header = headerSum === 0 ? 'ok' : 'bad';
  const hasChecksum = (attributes & HAS_CHECKSUM) !== 0;
  const fixed = revision === 1 ? 0x5a : 0xaa;
  if (hasChecksum) walk.budget.charge((end - body) / BYTES_PER_STEP.sum);
  const wanted = hasChecksum ? -sum8(bytes, body, end) & 0xff : fixed;
  if (data_checksum === wanted) return { header, data: hasChecksum ? 'ok' : 'none' };
  const message = `The data checksum of the file at ${hex(at)} is ${hex(data_checksum, 2)}, not ${hex(wanted, 2)}: firmware may reject the file.`;
  walk.note(space, 'file-data-checksum', at + 0x11, 1, message);
  return { header, data: 'bad' };
}

function checkAlignment(walk: Walk, body: WalkRange, attributes: number, { start }: FileSystem): void {
  const wanted = ALIGNMENTS[((attributes >> 3) & 7) + (attributes & 2 ? 8 : 0)]!;
  const at = body.at - start;
  if (at % wanted === 0 || body.at === body.end) return;
  const message = `The content of the file starts at ${hex(at)} of its volume, which is no multiple of ${hex(wanted)}.`;
  walk.note(body.space, 'file-alignment', body.at, body.end - body.at, message);
}

/** The text of the user interface section, even when it is inside an encapsulation section. */
function nameIn(sections: readonly VolumeNode[]): string | undefined {
  for (const section of sections) {
    if (section.kind !== 'section') continue;
    if (section.type === 'user interface' && section.name !== '') return section.name;
    // The files of a nested volume have their own names.
    const inside = section.type === 'volume image' ? undefined : nameIn(section.children);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

function stateOf(state: number, erased: number): string {
  const written = state ^ erased;
  return STATES.find(([bit]) => (written & bit) !== 0)?.[1] ?? 'not written';
}
