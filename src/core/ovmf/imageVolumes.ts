// The firmware volumes of a file, if it is of a kind that has any: in a disk image or a compressed file, what looks
// like a volume lies at places that mean nothing.

import type { Parsed } from '../binary/region';
import type { FileKind } from './kinds/fileKind';
import type { VolumeTree } from './volumes/tree';
import type { ParseVolumesOptions } from './volumes/volumes';
import { parseVolumes } from './volumes/volumes';

/**
 * The volumes of a whole file. Of a part of an image they are shown, but not judged: that it is a part is all that
 * is wrong with them.
 */
export function parseImageVolumes(
  { fileKind }: { readonly fileKind?: FileKind },
  bytes: Uint8Array,
  options: ParseVolumesOptions = {},
): Parsed<VolumeTree> {
  const role = fileKind?.role;
  if (role === 'container' || role === 'other') return { value: { nodes: [], bytes }, findings: [] };
  const parsed = parseVolumes(bytes, options);
  return role === 'part' ? { ...parsed, findings: [] } : parsed;
}
