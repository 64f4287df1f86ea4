// Whether firmware enforces the kernel hashes. edk2's BlobVerifierLibSevHashes looks up the entries of kernel, initrd and
// command line in the table of hashes, so it contains their GUIDs; BlobVerifierLibNull, which generic builds link, does not.

import { guidBytes, guidText } from '../../binary/guid';
import { hex } from '../../binary/hex';
import type { Finding } from '../../binary/region';
import type { GuestArea } from '../areaChecks';
import { HASH_BLOCK } from '../entries';
import type { OvmfTable } from '../guidedTable';
import { findEntry } from '../guidedTable';
import { HASH_ENTRIES } from '../hashEntries';
import { DXE_CORE } from './layouts';
import { DXEFV } from './guids';
import { volumeFinding } from './rules';
import type { VolumeNode, VolumeTree } from './tree';
import { unreadPart } from './unread';
import { allNodes } from './volumes';

/** What a table of hashes has an entry for. */
export type Blob = keyof typeof HASH_ENTRIES;

/**
 * What the DXE volume verifies against its hash; a verifier of edk2 has all three. Undefined when that is unknown: no such
 * volume was found, or none verifies a kernel while a part of the image could not be read, in which a verifier may be.
 */
export function verifiedBlobs(tree: VolumeTree): readonly Blob[] | undefined {
  const spaces = [...allNodes(tree)].flatMap(({ node, bytes }) =>
    isDxeVolume(node) ? spacesOf(node, bytes) : [],
  );
  const found = (Object.entries(HASH_ENTRIES) as [Blob, string][]).flatMap(([blob, guid]) =>
    spaces.some((space) => holdsGuid(space, guid)) ? [blob] : [],
  );
  if (found.includes('kernel')) return found;
  return spaces.length === 0 || unreadPart(tree) ? undefined : found;
}

/** Whether the DXE volume verifies kernels against their hashes; undefined when that is unknown. */
export const verifiesKernelHashes = (tree: VolumeTree): boolean | undefined =>
  verifiedBlobs(tree)?.includes('kernel');

/** The bytes of a volume, and of what is decompressed in it. */
function spacesOf(volume: VolumeNode, bytes: Uint8Array): Uint8Array[] {
  const inside = [...allNodes({ nodes: [volume], bytes })].flatMap(({ node }) => node.decoded?.bytes ?? []);
  return [bytes.subarray(volume.offset, volume.offset + volume.size), ...inside];
}

function isDxeVolume({ kind, guid, children }: VolumeNode): boolean {
  return kind === 'volume' && (guid === DXEFV || children.some((file) => file.typeCode === DXE_CORE));
}

function holdsGuid(bytes: Uint8Array, guid: string): boolean {
  const needle = guidBytes(guid);
  for (let at = bytes.indexOf(needle[0]!); at >= 0; at = bytes.indexOf(needle[0]!, at + 1)) {
    if (at + needle.length > bytes.length) return false;
    if (bytes[at + 1] === needle[1] && guidText(bytes, at) === guid) return true;
  }
  return false;
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
