// Reads the firmware volumes of an image, or of a section that contains some (UEFI PI, volume 3, "Firmware
// Volumes"): a volume is wherever the signature is in a plausible header.

import { guidText } from '../../binary/guid';
import { byteCount, hex } from '../../binary/hex';
import type { FieldView, Parsed } from '../../binary/region';
import { decode } from '../../binary/struct';
import { fieldViews } from '../regions';
import { sum16 } from './checksums';
import { parseFiles } from './files';
import { FFS1, FFS2, FFS3, NVRAM, WORKING_BLOCK, guidName } from './guids';
import { BLOCK_MAP_ENTRY, EXT_HEADER, VOLUME_HEADER } from './layouts';
import { codeAfter, nextVolume } from './signature';
import { copyIn, liveStartOf, noteLost } from './spare';
import { parseStores } from './store';
import { BYTES_PER_STEP, Budget, PRICE } from './budget';
import type { Decompress, WalkRange, Variable, VolumeNode, VolumeTree } from './tree';
import { node } from './tree';
import { Walk } from './walk';

const ERASE_POLARITY = 0x800;
/** What becomes of variables (edk2, OvmfPkg/QemuFlashFvbServicesRuntimeDxe/FwBlockService.c, InitializeVariableFvHeader). */
const ERASES =
  'OVMF erases a variables volume whose header is not valid or has another length than in its build.';

/** Options of parseVolumes. */
export interface ParseVolumesOptions {
  /** Decompresses sections; without it they stay opaque. */
  readonly decompress?: Decompress;
  /** What the walk may cost, for several that share it; each has its own by default. */
  readonly budget?: Budget;
}

/**
 * The tree of all volumes in a whole file. It never throws on content; whatever is wrong becomes a finding.
 * Findings about decompressed bytes are placed at the section of the file that contains them.
 */
export function parseVolumes(bytes: Uint8Array, options: ParseVolumesOptions = {}): Parsed<VolumeTree> {
  const walk = new Walk(options.decompress, options.budget ?? new Budget(), volumesIn);
  const space = { bytes, offset: 0, fileSize: bytes.length };
  const nodes = volumesIn(walk, { space, at: 0, end: bytes.length, depth: 0 });
  return { value: { nodes, bytes }, findings: walk.allFindings(bytes.length) };
}

/** A node and the bytes that its offset refers to. */
export interface PlacedNode {
  readonly node: VolumeNode;
  readonly bytes: Uint8Array;
}

/** All nodes of a tree in depth-first order, including those inside decompressed sections. */
export function* allNodes({ nodes, bytes }: VolumeTree): Generator<PlacedNode> {
  for (const one of nodes) {
    yield { node: one, bytes };
    yield* allNodes({ nodes: one.children, bytes });
    if (one.decoded) yield* allNodes({ nodes: one.decoded.children, bytes: one.decoded.bytes });
  }
}

/** The variables of all stores, in file order, including deleted ones, but not copies of them in a spare block. */
export function variablesOf({ nodes }: Pick<VolumeTree, 'nodes'>): Variable[] {
  return nodes.flatMap(({ spare, variable, children, decoded }) =>
    spare
      ? []
      : [
          ...(variable ? [variable] : []),
          ...variablesOf({ nodes: [...children, ...(decoded?.children ?? [])] }),
        ],
  );
}

function volumesIn(walk: Walk, range: WalkRange): VolumeNode[] {
  const nodes: VolumeNode[] = [];
  let free = range.at;
  let from = range.at;
  for (;;) {
    const [rest, next] = [
      { ...range, at: free },
      { ...range, at: from },
    ];
    const found = walk.within(rest, () => ({ at: nextVolume(walk, next) }));
    if (!found) return [...nodes, ...walk.unread(rest)];
    if (found.at === undefined) break;
    const here = { ...range, at: found.at };
    const parts = walk.step(rest, () => {
      const live = liveStartOf(here, rest.at);
      const before = walk.unclaimed({ ...rest, end: live ?? here.at });
      const lost = live === undefined ? [] : lostStore(walk, { ...range, at: live, end: here.at });
      return [...before, ...lost, parseVolume(walk, here, live !== undefined)];
    });
    if (!parts) return [...nodes, ...walk.unread(rest)];
    nodes.push(...parts);
    const volume = parts.at(-1)!;
    free = from = volume.offset + volume.size;
  }
  const rest = { ...range, at: free };
  return [...nodes, ...(walk.within(rest, () => walk.unclaimed(rest)) ?? walk.unread(rest))];
}

/** What is left in front of a copy of it in a spare block. */
function lostStore(walk: Walk, range: WalkRange): VolumeNode[] {
  const parts = parseStores(walk, range);
  noteLost(walk, range, parts, false);
  return parts;
}

/** The volume whose header is at `range.at`. A copy in a spare block has the header of the volume that is twice as long. */
function parseVolume(walk: Walk, { space, at, end, depth }: WalkRange, isCopy = false): VolumeNode {
  const header = decode(VOLUME_HEADER, space.bytes, at);
  const isVariables = guidText(header.file_system_guid) === NVRAM;
  const length = isCopy ? header.fv_length / 2n : header.fv_length;
  const fits = length <= BigInt(end - at) && length >= BigInt(VOLUME_HEADER.size);
  // Variables hold no volumes with code: what starts behind a wrong length is not theirs.
  const room = (!fits && isVariables && !isCopy ? codeAfter(walk, { space, at, end, depth }) : end) - at;
  const size = fits ? Number(length) : room;
  if (!fits) {
    const message = `The volume at ${hex(at)} has a length of ${hex(header.fv_length)}; there are ${hex(room)} bytes.${isVariables ? ` ${ERASES}` : ''}`;
    walk.note(space, 'volume-size', at + 0x20, 8, message);
  }
  const volume = { space, at, end: at + size, depth };
  const guid = guidText(header.file_system_guid);
  const blocks = blockMap(walk, volume, fits);
  const ext = extHeader(walk, volume);
  const content = { space, at: Math.max(blocks.end, ext.end), end: at + size, depth: depth + 1 };
  const meanings = { file_system_guid: guidName(guid) ?? guid, fv_length: byteCount(size) };
  const type = guidName(guid) ?? 'unknown file system';
  const name = ext.name === undefined ? type : (guidName(ext.name) ?? ext.name);
  const [shown, doc] = isCopy
    ? [
        `copy of ${name} in the spare block`,
        'A copy of the start of the variables volume, which is not in use.',
      ]
    : [name, `A firmware volume: ${type}.`];
  return node('volume', shown, at, size, doc, {
    guid: ext.name ?? guid,
    type,
    checksums: { header: checkHeader(walk, volume), data: 'none' },
    fields: [...fieldViews(VOLUME_HEADER, space, at, meanings), ...blocks.fields, ...ext.fields],
    children: parseContent(walk, content, volume, guid),
    ...(isCopy && { spare: true }),
  });
}

function parseContent(walk: Walk, content: WalkRange, volume: WalkRange, guid: string): VolumeNode[] {
  const { space, at } = volume;
  const { attributes, revision } = decode(VOLUME_HEADER, space.bytes, at);
  if (guid === NVRAM) return parseVariablesVolume(walk, content, volume);
  if (guid === FFS1 || guid === FFS2 || guid === FFS3) {
    const erased = attributes & ERASE_POLARITY ? 0xff : 0;
    const features = { takesLargeFiles: guid === FFS3, hasTails: guid === FFS1 };
    return parseFiles(walk, content, { start: at, erased, revision, ...features });
  }
  walk.note(space, 'volume-file-system', at + 0x10, 16, `The volume has the unknown file system ${guid}.`);
  return walk.unclaimed(content);
}

function parseVariablesVolume(walk: Walk, content: WalkRange, volume: WalkRange): VolumeNode[] {
  const copyAt = copyIn(volume);
  if (copyAt === undefined || copyAt < content.at) return parseStores(walk, content);
  const live = { ...content, end: copyAt };
  const parts = parseStores(walk, live);
  if (!parts.some(({ kind, guid }) => kind === 'store' && guid !== WORKING_BLOCK))
    noteLost(walk, live, parts, true);
  const copy = { ...content, at: copyAt };
  return [...parts, ...(walk.step(copy, () => [parseVolume(walk, copy, true)]) ?? walk.unread(copy))];
}

function checkHeader(walk: Walk, { space, at, end }: WalkRange): 'ok' | 'bad' {
  const { header_length, file_system_guid } = decode(VOLUME_HEADER, space.bytes, at);
  if (header_length < VOLUME_HEADER.size || header_length > end - at) {
    const message = `The header of the volume at ${hex(at)} has a length of ${hex(header_length)}; the volume has ${hex(end - at)} bytes.`;
    walk.note(space, 'volume-header-length', at + 0x30, 2, message);
    return 'bad';
  }
  walk.budget.charge(header_length / BYTES_PER_STEP.sum);
  const sum = sum16(space.bytes, at, at + header_length);
  if (sum === 0) return 'ok';
  const message = `The words of the volume header at ${hex(at)} add up to ${hex(sum, 4)}, not to 0${guidText(file_system_guid) === NVRAM ? `. ${ERASES}` : ': firmware ignores the volume.'}`;
  walk.note(space, 'volume-header-checksum', at + 0x32, 2, message);
  return 'bad';
}

interface HeaderPart {
  readonly fields: readonly FieldView[];
  /** Where the next part starts. */
  readonly end: number;
}

/** The block map, up to its all-zero entry or the end of the header. */
function blockMap(walk: Walk, { space, at, end }: WalkRange, checksLength: boolean): HeaderPart {
  const { header_length, fv_length } = decode(VOLUME_HEADER, space.bytes, at);
  const start = at + VOLUME_HEADER.size;
  const stop = Math.min(Math.max(at + header_length, start), end);
  const fields: FieldView[] = [];
  let length = 0n;
  let isEnded = false;
  walk.budget.charge((stop - start) * PRICE.blockMapByte);
  for (let entry = start; stop - entry >= BLOCK_MAP_ENTRY.size && !isEnded; entry += BLOCK_MAP_ENTRY.size) {
    const { num_blocks, length: each } = decode(BLOCK_MAP_ENTRY, space.bytes, entry);
    isEnded = num_blocks === 0 && each === 0;
    length += BigInt(num_blocks) * BigInt(each);
    const index = (entry - start) / BLOCK_MAP_ENTRY.size;
    // No flash has this many different block sizes, so further entries add nothing.
    if (index < 4) {
      for (const view of fieldViews(BLOCK_MAP_ENTRY, space, entry)) {
        fields.push({ ...view, name: `block_map[${index}].${view.name}` });
      }
    }
  }
  if (start < stop && checksLength && (!isEnded || length !== fv_length)) {
    const state = isEnded ? '' : ', and no entry of zeros ends them';
    const message = `The blocks of the volume add up to ${hex(length)} bytes, its length is ${hex(fv_length)}${state}.`;
    walk.note(space, 'volume-block-map', start, stop - start, message);
  }
  return { fields, end: stop };
}

function extHeader(walk: Walk, { space, at, end }: WalkRange): HeaderPart & { readonly name?: string } {
  const { ext_header_offset } = decode(VOLUME_HEADER, space.bytes, at);
  if (ext_header_offset === 0) return { fields: [], end: at };
  const start = at + ext_header_offset;
  const hasRoom = ext_header_offset >= VOLUME_HEADER.size && end - start >= EXT_HEADER.size;
  const size = hasRoom ? decode(EXT_HEADER, space.bytes, start).ext_header_size : 0;
  if (size < EXT_HEADER.size || size > end - start) {
    const message = `The extended header at ${hex(ext_header_offset)} of the volume, ${hex(size)} bytes, does not fit into the volume of ${hex(end - at)}.`;
    walk.note(space, 'volume-ext-header', at + 0x34, 2, message);
    return { fields: [], end: at };
  }
  const name = guidText(space.bytes, start);
  return { name, fields: fieldViews(EXT_HEADER, space, start, { fv_name: name }), end: start + size };
}
