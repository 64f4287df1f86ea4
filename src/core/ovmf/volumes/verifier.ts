// Whether firmware enforces the kernel hashes that it is given. edk2's BlobVerifierLibSevHashes looks for the entry of the kernel in the
// table of hashes and so carries its GUID; BlobVerifierLibNull, which generic builds link, does not.

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
import { allNodes } from './volumes';

/** The entry of the kernel in the table of hashes (edk2, BlobVerifierSevHashes.c; QEMU, target/i386/sev.c). */
const KERNEL_ENTRY = '4de79437-abd2-427f-b835-d5b172d2045b';
const needle = guidBytes(KERNEL_ENTRY);

/** Whether the DXE volume compares kernels with their hashes; undefined when there is none that could be looked into. */
export function verifiesKernelHashes(tree: VolumeTree): boolean | undefined {
  const volumes = [...allNodes(tree)].filter(({ node }) => isDxeVolume(node));
  if (volumes.length === 0) return undefined;
  return volumes.some(({ node, bytes }) => holdsNeedle(bytes.subarray(node.offset, node.offset + node.size)));
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

/** The finding of `kernel-hashes-unverified`, pinned to the entry of the hash area; none without an area that can be used. */
export function checkVerifier(
  { table, hashArea }: { readonly table?: OvmfTable; readonly hashArea?: GuestArea },
  tree: VolumeTree,
): Finding[] {
  const entry = findEntry(table, HASH_BLOCK);
  if (!entry || !hashArea || hashArea.base === 0 || hashArea.size === 0) return [];
  if (verifiesKernelHashes(tree) !== false) return [];
  const where = `${hex(hashArea.size)} bytes at ${hex(hashArea.base, 8)}`;
  const message = `There is a kernel hash area, ${where}, but no file of the DXE volume has the GUID of the kernel's hash: kernel, initrd and command line are measured, and whatever they are is started.`;
  return [volumeFinding('kernel-hashes-unverified', entry.offset, entry.data.length, message)];
}
