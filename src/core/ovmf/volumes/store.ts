// The contents of a variables volume (edk2, MdeModulePkg/Include/Guid/VariableFormat.h and SystemNvDataGuid.h):
// the store with its variables, the working block of fault-tolerant writes, and the spare blocks after it.

import { guidText } from '../../binary/guid';
import { byteCount, hex } from '../../binary/hex';
import { decode } from '../../binary/struct';
import { fieldViews } from '../regions';
import { AUTHENTICATED_STORE, PLAIN_STORE, WORKING_BLOCK, guidName } from './guids';
import { AUTHENTICATED_VARIABLE, STORE_HEADER, VARIABLE, WORKING_BLOCK_HEADER } from './layouts';
import type { WalkRange, Variable, VolumeNode, Walk } from './tree';
import { align, alignmentGap, node, unclaimed, utf16 } from './tree';

const START_ID = 0x55aa;
const FORMATTED = 0x5a;
const HEALTHY = 0xfe;
/** Stores and working blocks start at flash blocks, the first right after the header of the volume. */
const STEP = 8;

/** Everything in a variables volume, from the end of its header to its end. */
export function parseStores(walk: Walk, range: WalkRange): VolumeNode[] {
  const { space, end } = range;
  const nodes: VolumeNode[] = [];
  let free = range.at;
  for (let at = range.at; end - at >= STORE_HEADER.size; at += STEP) {
    const read = readerAt(space.bytes, at);
    const part = read && walk.mayRead({ ...range, at }) ? read(walk, { ...range, at }) : undefined;
    if (!part) continue;
    nodes.push(...unclaimed({ space, at: free, end: at }), part);
    free = part.offset + part.size;
    at = align(free, range.at, STEP) - STEP;
    // Spare blocks hold copies of blocks during a write; they are not in use.
    if (part.guid === WORKING_BLOCK) break;
  }
  return [...nodes, ...unclaimed({ space, at: free, end })];
}

type PartReader = (walk: Walk, range: WalkRange) => VolumeNode | undefined;

/** The reader for what starts here. Checks one byte before converting sixteen to text. */
function readerAt(bytes: Uint8Array, at: number): PartReader | undefined {
  if (bytes[at] !== 0x78 && bytes[at] !== 0x16 && bytes[at] !== 0x2b) return undefined;
  const guid = guidText(bytes, at);
  if (guid === AUTHENTICATED_STORE || guid === PLAIN_STORE) return parseStore;
  return guid === WORKING_BLOCK ? parseWorkingBlock : undefined;
}

function parseStore(walk: Walk, { space, at, end, depth }: WalkRange): VolumeNode | undefined {
  const { size, format, state } = decode(STORE_HEADER, space.bytes, at);
  const guid = guidText(space.bytes, at);
  if (size < STORE_HEADER.size || size > end - at) {
    const message = `The variable store at ${hex(at)} has a size of ${hex(size)}; ${hex(end - at)} bytes are left and its header takes ${STORE_HEADER.size}.`;
    walk.note(space, 'store-size', at + 0x10, 4, message);
    return undefined;
  }
  if (format !== FORMATTED || state !== HEALTHY) {
    const message = `The variable store has format ${hex(format, 2)} and state ${hex(state, 2)}, not ${hex(FORMATTED)} and ${hex(HEALTHY)}.`;
    walk.note(space, 'store-state', at + 0x14, 2, message);
  }
  const variables = { space, at: at + STORE_HEADER.size, end: at + size, depth: depth + 1 };
  return node('store', guidName(guid) ?? guid, at, size, 'A store of UEFI variables.', {
    guid,
    fields: fieldViews(STORE_HEADER, space, at, { signature: guid, size: byteCount(size) }),
    children: parseVariables(walk, variables, guid === AUTHENTICATED_STORE),
  });
}

function parseVariables(walk: Walk, range: WalkRange, isAuthenticated: boolean): VolumeNode[] {
  const { space, end } = range;
  const { bytes } = space;
  const least = isAuthenticated ? AUTHENTICATED_VARIABLE.size : VARIABLE.size;
  const nodes: VolumeNode[] = [];
  let at = Math.min(align(range.at, 0, 4), end);
  while (end - at >= least && (bytes[at]! | (bytes[at + 1]! << 8)) === START_ID) {
    const here = { ...range, at };
    const found = walk.mayRead(here) ? parseVariable(walk, here, isAuthenticated) : undefined;
    if (!found) return [...nodes, ...unclaimed(here)];
    nodes.push(found);
    at = Math.min(align(found.offset + found.size, 0, 4), end);
    nodes.push(...alignmentGap(space, found.offset + found.size, at));
  }
  const rest = unclaimed({ space, at, end });
  return [
    ...nodes,
    ...rest.map((part) =>
      part.kind === 'padding' ? { ...part, kind: 'free' as const, name: 'free space' } : part,
    ),
  ];
}

function parseVariable(
  walk: Walk,
  { space, at, end }: WalkRange,
  isAuthenticated: boolean,
): VolumeNode | undefined {
  const layout = isAuthenticated ? AUTHENTICATED_VARIABLE : VARIABLE;
  const header = isAuthenticated
    ? decode(AUTHENTICATED_VARIABLE, space.bytes, at)
    : decode(VARIABLE, space.bytes, at);
  const { name_size, data_size, attributes } = header;
  const size = layout.size + name_size + data_size;
  if (size > end - at) {
    const message = `The variable at ${hex(at)} has ${hex(name_size)} bytes of name and ${hex(data_size)} of value; ${hex(end - at)} bytes are left.`;
    walk.note(space, 'variable-size', at, layout.size, message);
    return undefined;
  }
  const name = utf16(space.bytes, at + layout.size, at + layout.size + name_size);
  const vendor = guidText(header.vendor_guid);
  const state = variableState(header.state);
  const variable: Variable = { name, vendor, attributes, dataSize: data_size, state };
  return node('variable', name, at, size, `A variable: ${state}, ${byteCount(data_size)}.`, {
    guid: vendor,
    variable,
    fields: fieldViews(layout, space, at, { vendor_guid: vendor, state }),
  });
}

/** Bits are cleared as a variable is written (0x7f, then 0x3f), replaced (bit 0) and deleted (bit 1). */
function variableState(state: number): Variable['state'] {
  if (state === 0x3f || state === 0x3e) return 'valid';
  return (state & 0xc0) === 0 ? 'deleted' : 'incomplete';
}

function parseWorkingBlock(walk: Walk, { space, at, end }: WalkRange): VolumeNode | undefined {
  if (end - at < WORKING_BLOCK_HEADER.size) return undefined;
  const queue = decode(WORKING_BLOCK_HEADER, space.bytes, at).write_queue_size;
  const room = BigInt(end - at - WORKING_BLOCK_HEADER.size);
  if (queue > room) {
    const message = `The working block at ${hex(at)} has a queue of ${hex(queue)} bytes; ${hex(room)} are left.`;
    walk.note(space, 'store-size', at + 0x18, 8, message);
    return undefined;
  }
  const size = WORKING_BLOCK_HEADER.size + Number(queue);
  return node(
    'store',
    'FTW working block',
    at,
    size,
    'The record of writes that a power failure must not tear.',
    {
      guid: WORKING_BLOCK,
      fields: fieldViews(WORKING_BLOCK_HEADER, space, at, { signature: WORKING_BLOCK }),
    },
  );
}
