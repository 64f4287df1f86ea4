// Variable stores (VARS files): one volume of variables, and nothing after it but the padding of a flash chip (UEFI
// PI, volume 3: firmware volume header; edk2, OvmfPkg and ArmVirtPkg *.fdf).

import { guidBytes } from '../../binary/guid';
import { latin1 } from '../../binary/ascii';
import { isZero } from '../../binary/hex';
import { offsetOf } from '../../binary/struct';
import { NVRAM } from '../volumes/guids';
import { BLOCK_MAP_ENTRY, VOLUME_HEADER } from '../volumes/layouts';
import { X86_ONLY } from './foreign';
import { holds, padding, u32At, type FileEnds, type FileKind } from './fileKind';

/** What the variable store of an x86 guest is. */
export const VARIABLES = 'a variable store (VARS), which holds no firmware';

const NV_DATA = latin1(guidBytes(NVRAM));
const GUID_AT = offsetOf(VOLUME_HEADER, 'file_system_guid');
const LENGTH_AT = offsetOf(VOLUME_HEADER, 'fv_length');
const SIGNATURE_AT = offsetOf(VOLUME_HEADER, 'signature');
/** Where the block map, which follows the header, has the size of its first blocks. */
const BLOCK_SIZE_AT = VOLUME_HEADER.size + offsetOf(BLOCK_MAP_ENTRY, 'length');
/** The flash blocks of ArmVirtPkg; those of OvmfPkg have 4 KiB. */
const ARM_BLOCK = 0x40000;

const isOfArm = (head: Uint8Array): boolean => u32At(head, BLOCK_SIZE_AT) === ARM_BLOCK;

/** The length of the volume of variables at the start of a file; undefined when it starts with anything else. */
function storeLength({ head }: Pick<FileEnds, 'head'>): number | undefined {
  const isStore =
    isZero(head.subarray(0, GUID_AT)) && holds(head, GUID_AT, NV_DATA) && holds(head, SIGNATURE_AT, '_FVH');
  if (!isStore) return undefined;
  return u32At(head, LENGTH_AT)! + u32At(head, LENGTH_AT + 4)! * 2 ** 32;
}

/** Whether a file starts with a volume of variables. @param head the start of the file */
export const startsWithVariables = (head: Uint8Array): boolean => storeLength({ head }) !== undefined;

/**
 * Whether a file holds variables and nothing else. In an image of variables and code, code follows the volume.
 * @param whole all of the file; without it, one of x86 that ends where nothing is at hand is none
 */
function isVariableStore(file: FileEnds, whole?: Uint8Array): boolean {
  const length = storeLength(file);
  if (length === undefined) return false;
  const { head, tail, fileSize } = file;
  if (length >= fileSize) return true;
  if (whole) return padding(whole, length) !== undefined;
  const start = fileSize - tail.length;
  const [unseen, from] = [Math.max(length, head.length), Math.max(length - start, 0)];
  // Arm has a flash chip of its own for variables.
  if (unseen < start && !isOfArm(head)) return false;
  return padding(tail, from) !== undefined && (length >= head.length || padding(head, length) !== undefined);
}

/** A variable store; undefined for any other file. */
export function variablesKind(file: FileEnds, whole?: Uint8Array): FileKind | undefined {
  if (!isVariableStore(file, whole)) return undefined;
  const isArm = isOfArm(file.head);
  return {
    id: isArm ? 'arm-variables' : 'variables',
    role: 'variables',
    words: isArm ? 'a variable store (VARS) of an Arm guest, which holds no firmware' : VARIABLES,
    next: isArm ? X86_ONLY : 'Give the matching CODE file.',
  };
}
