// The last 32 bytes of an image (edk2, OvmfPkg/ResetVector/Ia16/ResetVectorVtf0): 12 bytes in which older releases
// have the entry jump of APs, the VTF signature, and the code at 0xfffffff0 that the first vCPU executes.

import { bytesToHex } from '../binary/hex';
import type { Region } from '../binary/region';
import type { FileTail } from './regions';
import { bytesAt, isAtHand, region } from './regions';

/** 'VTF' and NUL, 20 bytes before the end of the file. */
export const VTF_SIGNATURE: readonly number[] = [0x56, 0x54, 0x46, 0x00];

const parts = [
  {
    kind: 'slot',
    name: 'AP jump slot',
    back: 32,
    size: 12,
    doc: 'Zero, or in releases before edk2-stable202311 the jump through which APs enter.',
  },
  {
    kind: 'signature',
    name: 'VTF signature',
    back: 20,
    size: 4,
    doc: 'Marks the end of the volume top file.',
  },
  {
    kind: 'vector',
    name: 'reset vector',
    back: 16,
    size: 16,
    doc: 'The first instructions that the first vCPU executes, at guest-physical 0xfffffff0.',
  },
] as const;

/** Whether a file ends as every x86 image of edk2 does, with or without a table. */
export function isSigned(file: FileTail): boolean {
  if (!isAtHand(file, file.fileSize - 32, 32)) return false;
  return bytesAt(file, file.fileSize - 20, 4).every((b, i) => b === VTF_SIGNATURE[i]);
}

/** The regions after the table; empty for a file that has neither table nor VTF signature. */
export function vectorRegions(file: FileTail, hasTable: boolean): Region[] {
  if (!isAtHand(file, file.fileSize - 32, 32)) return [];
  const signed = isSigned(file);
  if (!hasTable && !signed) return [];
  return parts
    .filter(({ kind }) => kind !== 'signature' || signed)
    .map(({ kind, name, back, size, doc }) => {
      const offset = file.fileSize - back;
      const raw = bytesToHex(bytesAt(file, offset, size));
      const meaning = kind === 'signature' ? '"VTF"' : '';
      const fields = [{ name: 'bytes', offset, size, raw, meaning, doc }];
      return region(kind, name, offset, size, doc, { fields });
    });
}
