// The contents of a variables volume (edk2, MdeModulePkg/Include/Guid/VariableFormat.h and SystemNvDataGuid.h): the store
// with its variables, and the working block of fault-tolerant writes (FTW). The spare block after them is read in spare.ts.

import { guidText } from '../../binary/guid';
import { byteCount, hex } from '../../binary/hex';
import { decode } from '../../binary/struct';
import { fieldViews } from '../regions';
import { AUTHENTICATED_STORE, PLAIN_STORE, WORKING_BLOCK, guidName } from './guids';
import { STORE_HEADER, WORKING_BLOCK_HEADER } from './layouts';
import { PRICE } from './budget';
import type { WalkRange, VolumeNode } from './tree';
import { align, node } from './tree';
import type { Walk } from './walk';
import { parseVariables } from './variables';

const FORMATTED = 0x5a;
const HEALTHY = 0xfe;
/** Stores and working blocks start at flash blocks, the first right after the header of the volume. */
const STEP = 8;

/** Everything in a variables volume, from the end of its header to its end or its spare block. */
export function parseStores(walk: Walk, range: WalkRange): VolumeNode[] {
  const { space, end } = range;
  const nodes: VolumeNode[] = [];
  let free = range.at;
  for (let at = range.at; ;) {
    const from = at;
    const found = walk.within({ space, at: free, end }, () => nextPart(walk, { ...range, at: from }));
    if (!found) return [...nodes, ...walk.unread({ ...range, at: free })];
    const { read, at: start } = found;
    if (!read) break;
    const here = { ...range, at: start };
    const parts = walk.step(here, () => {
      const part = read(walk, here);
      return part ? [...walk.unclaimed({ space, at: free, end: start }), part] : [];
    });
    if (!parts) return [...nodes, ...walk.unread({ ...range, at: free })];
    const part = parts.at(-1);
    at = start + STEP;
    if (!part) continue;
    nodes.push(...parts);
    free = part.offset + part.size;
    at = align(free, range.at, STEP);
    // What follows are spare blocks, which are not in use.
    if (part.guid === WORKING_BLOCK) break;
  }
  const rest = { ...range, at: free };
  return [...nodes, ...(walk.within(rest, () => walk.unclaimed(rest)) ?? walk.unread(rest))];
}

/** How many places are looked at for the price of one. */
const PLACES = 512;

/** The next place where a part may start, and its reader; none where no part follows. @throws Spent */
function nextPart(
  walk: Walk,
  { space, at, end }: WalkRange,
): { readonly at: number; readonly read?: PartReader } {
  for (let place = at, n = 0; end - place >= STORE_HEADER.size; place += STEP, n++) {
    if (n % PLACES === 0) walk.budget.charge(PLACES);
    const read = readerAt(walk, space.bytes, place);
    if (read) return { at: place, read };
  }
  return { at: end };
}

type PartReader = (walk: Walk, range: WalkRange) => VolumeNode | undefined;

/** The reader for what starts here. Checks one byte before converting sixteen to text. */
function readerAt(walk: Walk, bytes: Uint8Array, at: number): PartReader | undefined {
  if (bytes[at] !== 0x78 && bytes[at] !== 0x16 && bytes[at] !== 0x2b) return undefined;
  walk.budget.charge(PRICE.guid);
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
