// Firmware for processors other than x86, such as QEMU_EFI.fd and AAVMF_CODE.fd: known by the code of its first
// phase, which is not compressed, or by the branch at its start (edk2, ArmVirtPkg/*.fdf: the flash starts at 0).

import { finder } from '../../binary/ascii';
import { holds, u32At, type FileEnds, type FileKind } from './fileKind';
import { offsetOf } from '../../binary/struct';
import { VOLUME_HEADER } from '../volumes/layouts';

/** Where IMAGE_FILE_MACHINE_* is not one of x86 (PE/COFF specification, "Machine types"). */
const PROCESSORS: Readonly<Record<number, readonly [id: string, name: string]>> = {
  0xaa64: ['aarch64', 'AArch64 (64-bit Arm)'],
  0x1c2: ['arm', '32-bit Arm'],
  0x5064: ['riscv64', 'RISC-V (64-bit)'],
  0x6264: ['loongarch64', 'LoongArch (64-bit)'],
};
const X86: readonly number[] = [0x14c, 0x8664];

/** What to do about a file of another architecture. */
export const X86_ONLY = 'SEV and TDX exist on x86 only: give the OVMF image of an x86 build.';

const findVolume = finder('_FVH');
const SIGNATURE_AT = offsetOf(VOLUME_HEADER, 'signature');

/** The machine of the first executable after `from`; sections, and so executables, start at multiples of 4. */
function firstMachine(head: Uint8Array, from: number): number | undefined {
  for (let at = from - (from % 4); at + 6 <= head.length; at += 4) {
    const machine = holds(head, at, 'VZ') ? at + 2 : holds(head, at, 'PE\0\0') ? at + 4 : undefined;
    const value = machine === undefined ? undefined : head[machine]! | (head[machine + 1]! << 8);
    if (value !== undefined && (X86.includes(value) || PROCESSORS[value])) return value;
  }
  return undefined;
}

/** The machine that executes the first word of the file: B of AArch64, B of Arm, both with the volume behind it. */
function machineOfBranch(head: Uint8Array): number | undefined {
  const word = u32At(head, 0) ?? 0;
  if (word >>> 26 === 0b000101) return 0xaa64;
  return word >>> 24 === 0xea ? 0x1c2 : undefined;
}

/** Firmware for another processor; undefined for any other file. */
export function foreignKind({ head }: FileEnds): FileKind | undefined {
  const volume = findVolume(head) - SIGNATURE_AT;
  if (volume < 0) return undefined;
  const machine = firstMachine(head, volume) ?? machineOfBranch(head);
  const processor = machine === undefined ? undefined : PROCESSORS[machine];
  if (!processor) return undefined;
  const [id, name] = processor;
  return { id, role: 'foreign', words: `firmware for ${name}`, next: X86_ONLY };
}
