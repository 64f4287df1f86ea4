// What of the volumes of an image could not be looked at, so that nobody takes a file for absent that may be there.

import { hex } from '../../binary/hex';
import { NVRAM, guidName } from './guids';
import type { VolumeNode, VolumeTree } from './tree';
import { undecoded } from './undecoded';
import { allNodes } from './volumes';

/** A part whose files are unknown. */
export interface Unread {
  /** Which part, and why, a clause. */
  readonly text: string;
  /** False for a section that was left closed because nobody asked for decompression. */
  readonly asked: boolean;
}

/** The first part of an image whose files are unknown; undefined when all were read. */
export function unreadPart(tree: VolumeTree): Unread | undefined {
  const [closed] = undecoded(tree);
  if (closed) {
    const { method, offset, reason, why } = closed;
    const text =
      why === 'limits'
        ? `the bytes at ${hex(offset)} were not read (${reason})`
        : `the ${method} section at ${hex(offset)} was not decoded (${reason})`;
    return { text, asked: why !== 'not-asked' };
  }
  for (const { node } of allNodes(tree)) {
    const hole = node.kind === 'volume' && node.type !== guidName(NVRAM) ? holeIn(node.children) : undefined;
    if (hole) {
      return { text: `the bytes at ${hex(hole.offset)} of ${node.name} could not be read`, asked: true };
    }
  }
  return undefined;
}

/** Bytes among the files of a volume, or the sections of its files, that are no file and no section. */
function holeIn(nodes: readonly VolumeNode[]): VolumeNode | undefined {
  for (const node of nodes) {
    if (node.kind === 'unknown') return node;
    // A nested volume is looked at by itself.
    const inside = node.kind === 'file' || node.kind === 'section' ? holeIn(node.children) : undefined;
    if (inside) return inside;
  }
  return undefined;
}
