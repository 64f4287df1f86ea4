// Whether firmware enforces the kernel hashes. edk2's BlobVerifierLibSevHashes looks up the entries of kernel, initrd and
// command line in the table of hashes, so it contains their GUIDs; BlobVerifierLibNull, which generic builds link, does not.

import { finder, latin1 } from '../../binary/ascii';
import { guidBytes } from '../../binary/guid';
import { hex } from '../../binary/hex';
import type { Finding } from '../../binary/region';
import type { GuestArea } from '../areaChecks';
import { HASH_BLOCK } from '../entries';
import type { OvmfTable } from '../guidedTable';
import { findEntry } from '../guidedTable';
import { HASH_ENTRIES } from '../hashEntries';
import { Budget, Spent } from './budget';
import { DXE_CORE } from './layouts';
import { DXEFV } from './guids';
import { volumeFinding } from './rules';
import type { VolumeNode, VolumeTree } from './tree';
import { unreadPart } from './unread';
import { allNodes } from './volumes';

/** What a table of hashes has an entry for. */
export type Blob = keyof typeof HASH_ENTRIES;

/** Three searches through all that a walk may hold, with a margin for bytes that search slowly. */
const MOST_STEPS = 30_000_000;
const FINDERS = (Object.entries(HASH_ENTRIES) as [Blob, string][]).map(
  ([blob, guid]) => [blob, finder(latin1(guidBytes(guid)))] as const,
);

/**
 * What the DXE volume verifies against its hash; a verifier of edk2 has all three. Undefined when that is unknown: no such
 * volume was found, or none verifies a kernel while a part of the image could not be read, in which a verifier may be.
 */
export function verifiedBlobs(tree: VolumeTree): readonly Blob[] | undefined {
  const spaces = dxeSpaces(tree);
  const budget = new Budget(MOST_STEPS);
  try {
    const found = FINDERS.flatMap(([blob, find]) =>
      spaces.some((space) => find(space, 0, budget) >= 0) ? [blob] : [],
    );
    if (found.includes('kernel')) return found;
    return spaces.length === 0 || unreadPart(tree) ? undefined : found;
  } catch (error) {
    if (error instanceof Spent) return undefined;
    throw error;
  }
}

/** Whether the DXE volume verifies kernels against their hashes; undefined when that is unknown. */
export const verifiesKernelHashes = (tree: VolumeTree): boolean | undefined =>
  verifiedBlobs(tree)?.includes('kernel');

/** The bytes of the outermost DXE volumes, and of what is decompressed in them: each is in one space. */
function dxeSpaces({ nodes, bytes }: VolumeTree): Uint8Array[] {
  return nodes.flatMap((node) => {
    if (!isDxeVolume(node)) {
      const { children, decoded } = node;
      return [
        ...dxeSpaces({ nodes: children, bytes }),
        ...(decoded ? dxeSpaces({ nodes: decoded.children, bytes: decoded.bytes }) : []),
      ];
    }
    const inside = [...allNodes({ nodes: [node], bytes })].flatMap((one) => one.node.decoded?.bytes ?? []);
    return [bytes.subarray(node.offset, node.offset + node.size), ...inside];
  });
}

function isDxeVolume({ kind, guid, children }: VolumeNode): boolean {
  return kind === 'volume' && (guid === DXEFV || children.some((file) => file.typeCode === DXE_CORE));
}

/**
 * The finding that kernel hashes are not verified, or that it is unknown whether they are, placed at the hash area's entry;
 * none without a usable area, and none about sections that nobody asked to decompress.
 */
export function checkVerifier(
  { table, hashArea }: { readonly table?: OvmfTable; readonly hashArea?: GuestArea },
  tree: VolumeTree,
): Finding[] {
  const entry = findEntry(table, HASH_BLOCK);
  if (!entry || !hashArea || hashArea.base === 0 || hashArea.size === 0) return [];
  const verifies = verifiesKernelHashes(tree);
  const unread = unreadPart(tree);
  if (verifies === undefined && unread?.asked) {
    const message = `Whether kernel hashes are enforced is unknown: the verifier may be where nothing could be read, as ${unread.text}.`;
    return [volumeFinding('kernel-hashes-unknown', entry.offset, entry.data.length, message)];
  }
  if (verifies !== false) return [];
  const where = `${hex(hashArea.size)} bytes at ${hex(hashArea.base, 8)}`;
  const message = `Kernel hashes (${where}) are measured but not enforced: this build has no hash verifier, so the guest boots whatever kernel the host supplies.`;
  return [volumeFinding('kernel-hashes-unverified', entry.offset, entry.data.length, message)];
}
