// Whether firmware enforces the kernel hashes. edk2's BlobVerifierLibSevHashes looks up the kernel's entry in
// the table of hashes, so it contains that GUID; BlobVerifierLibNull, which generic builds link, does not.

import { guidBytes, guidText } from '../../binary/guid';
import { hex } from '../../binary/hex';
import type { Finding } from '../../binary/region';
import type { GuestArea } from '../areaChecks';
import { HASH_BLOCK } from '../entries';
import type { OvmfTable } from '../guidedTable';
import { findEntry } from '../guidedTable';
import { DXE_CORE } from './layouts';
import { DXEFV } from './guids';
import { volumeFinding } from './rules';
import type { VolumeNode, VolumeTree } from './tree';
import { undecoded } from './undecoded';
import { allNodes } from './volumes';

/** The kernel's entry in the table of hashes (edk2, BlobVerifierSevHashes.c; QEMU, target/i386/sev.c). */
const KERNEL_ENTRY = '4de79437-abd2-427f-b835-d5b172d2045b';
const needle = guidBytes(KERNEL_ENTRY);

/**
 * Whether the DXE volume verifies kernels against their hashes. Undefined when that is unknown: no such volume was found, or
 * none with a verifier while a section of the image could not be decoded, in which one may be.
 */
export function verifiesKernelHashes(tree: VolumeTree): boolean | undefined {
  const volumes = [...allNodes(tree)].filter(({ node }) => isDxeVolume(node));
  if (volumes.some(({ node, bytes }) => hasVerifier(node, bytes))) return true;
  return volumes.length === 0 || undecoded(tree).length > 0 ? undefined : false;
}

/** Whether the bytes of a volume, or of what is decompressed in it, hold the entry's GUID. */
function hasVerifier(volume: VolumeNode, bytes: Uint8Array): boolean {
  const inside = [...allNodes({ nodes: [volume], bytes })].flatMap(({ node }) => node.decoded?.bytes ?? []);
  return [bytes.subarray(volume.offset, volume.offset + volume.size), ...inside].some(holdsNeedle);
}

function isDxeVolume({ kind, guid, children }: VolumeNode): boolean {
  return kind === 'volume' && (guid === DXEFV || children.some((file) => file.typeCode === DXE_CORE));
}

function holdsNeedle(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(needle[0]!); at >= 0; at = bytes.indexOf(needle[0]!, at + 1)) {
    if (at + needle.length > bytes.length) return false;
    if (bytes[at + 1] === needle[1] && guidText(bytes, at) === KERNEL_ENTRY) return true;
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
  const [first] = undecoded(tree).filter(({ why }) => why !== 'not-asked');
  if (verifies === undefined && first) {
    const message = `Whether kernel hashes are enforced is unknown: the ${first.method} section at ${hex(first.offset)}, which may hold the verifier, was not decoded (${first.reason}).`;
    return [volumeFinding('kernel-hashes-unknown', entry.offset, entry.data.length, message)];
  }
  if (verifies !== false) return [];
  const where = `${hex(hashArea.size)} bytes at ${hex(hashArea.base, 8)}`;
  const message = `There is a kernel hash area, ${where}, but no file of the DXE volume has the GUID of the kernel's hash: kernel, initrd and command line are measured, and whatever they are is started.`;
  return [volumeFinding('kernel-hashes-unverified', entry.offset, entry.data.length, message)];
}
