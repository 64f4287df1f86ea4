// Decompresses one section within the limits of a walk, and lists the sections of a tree that could not be decoded: what they
// hold is unknown, so nobody may conclude that something is absent.

import { byteCount } from '../../binary/hex';
import { Spent } from './budget';
import type { Compression } from './compressions';
import { neededData, statedSize, wrongHeader, wrongRatio } from './compressions';
import type { ByteSpace, NotDecoded, VolumeNode, VolumeTree } from './tree';
import type { Walk } from './walk';

/** A section whose content is unknown. Offset and size are bytes of the file, of the section that holds it if that was decompressed. */
export interface Undecoded extends NotDecoded {
  readonly offset: number;
  readonly size: number;
}

/** The encoded sections of a tree whose content was not read, in file order: what they hold is unknown. */
export function undecoded({ nodes }: Pick<VolumeTree, 'nodes'>): Undecoded[] {
  return nodes.flatMap((node) => undecodedIn(node, undefined));
}

type Place = Pick<Undecoded, 'offset' | 'size'>;

function undecodedIn(node: VolumeNode, anchor: Place | undefined): Undecoded[] {
  const place = anchor ?? { offset: node.offset, size: node.size };
  const inside = node.children.flatMap((child) => undecodedIn(child, anchor));
  const decoded = (node.decoded?.children ?? []).flatMap((child) => undecodedIn(child, place));
  const { offset, size } = place;
  return [...(node.undecoded ? [{ offset, size, ...node.undecoded }] : []), ...inside, ...decoded];
}

/** The section from `at` to `end`, and where in it the compressed stream starts. */
interface Stream {
  readonly space: ByteSpace;
  readonly at: number;
  readonly from: number;
  readonly end: number;
}

/** Decompresses a stream. Notes a finding when that should have been possible. @returns why not, otherwise @throws Spent */
export function open(walk: Walk, compression: Compression, stream: Stream): Uint8Array | NotDecoded {
  const { space, at, from, end } = stream;
  const { name: method } = compression;
  if (!walk.decompress) return { method, why: 'not-asked', reason: 'no decompressor is available' };
  const data = space.bytes.subarray(from, end);
  const fail = (why: 'broken' | 'too-large', reason: string): NotDecoded => {
    const message = `The ${method} data, ${byteCount(end - from)}, cannot be decompressed: ${reason}.`;
    const start = from < end ? from : at;
    walk.note(space, 'section-decompression', start, end - start, message);
    return { method, why, reason };
  };
  const stated = statedSize(compression, data);
  if (stated === undefined) return fail('broken', 'its header states no size');
  const wrong = wrongHeader(compression, data);
  if (wrong !== undefined) return fail('broken', wrong);
  const bloated = wrongRatio(data, stated);
  if (bloated !== undefined) return fail('too-large', bloated);
  const again = walk.openedBefore(compression.method, data);
  if (again) return again;
  const { memory } = walk.budget;
  const needed = neededData(data, Number(stated));
  const held = (stated + BigInt(needed.length)) * BigInt(compression.copies ?? 1);
  if (held > BigInt(memory)) {
    const limit = `which takes ${held} bytes with its data, more than the ${byteCount(memory)} that may still be used`;
    return fail('too-large', `its header states ${stated} bytes, ${limit}`);
  }
  // Also what fails has cost the memory for its size.
  walk.budget.memory -= Number(held);
  const output = attempt(() => walk.decompress?.(compression.method, needed, Number(stated), walk.budget));
  if (output === 'unsupported') {
    const reason = `${method} is not decompressed here`;
    walk.note(space, 'section-undecoded', at, end - at, `The section was not looked at: ${reason}.`);
    return { method, why: 'unsupported', reason };
  }
  if (output !== undefined && 'stopped' in output) {
    // Nothing is wrong with the image.
    const message = `The section was not looked at, because the decompressor was ended: ${output.stopped}.`;
    walk.note(space, 'section-undecoded', at, end - at, message);
    return { method, why: 'stopped', reason: output.stopped };
  }
  if (output?.length !== Number(stated)) return fail('broken', `it is not a valid ${method} stream`);
  walk.opened.push({ method: compression.method, data, output });
  return output;
}

/** The result of a decompressor, or undefined when it throws because the bytes are not its format. @throws Spent */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof Spent) throw error;
    return undefined;
  }
}
