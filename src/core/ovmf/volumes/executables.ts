// The processor that a section's code is for: PE32 images (PE/COFF specification, "MS-DOS stub" and "COFF
// file header") and TE images (UEFI PI, volume 1, "TE image header").

import { hex } from '../../binary/hex';
import type { FieldView } from '../../binary/region';

/** IMAGE_FILE_MACHINE_* of the processors that UEFI supports, named as in edk2 build targets. */
const MACHINES: Readonly<Record<number, string>> = {
  0x14c: 'IA32',
  0x8664: 'X64',
  0xaa64: 'AARCH64',
  0x1c2: 'ARM',
  0xebc: 'EBC',
  0x5064: 'RISCV64',
  0x6264: 'LOONGARCH64',
};

/** The processor of a machine code, or the code in hexadecimal for one that UEFI does not have. */
export const machineName = (machine: number): string => MACHINES[machine] ?? hex(machine, 4);

const MZ = 0x5a4d;
const PE = 0x4550;
const VZ = 0x5a56;
/** The offset of the PE header's position in a DOS header. */
const E_LFANEW = 0x3c;

/** The offset of the u16 machine field, in code that starts at `at` and ends before `end`. */
function machineAt(view: DataView, at: number, end: number): number | undefined {
  if (end - at < 4) return undefined;
  const signature = view.getUint16(at, true);
  if (signature === VZ) return at + 2;
  const hasStub = signature === MZ && end - at >= E_LFANEW + 4;
  const header = hasStub ? at + view.getUint32(at + E_LFANEW, true) : at;
  if (header > end - 6 || view.getUint32(header, true) !== PE) return undefined;
  return header + 4;
}

/** The machine of an executable: its code, and the field that holds it. */
export interface ExecutableMachine {
  readonly machine: number;
  readonly field: FieldView;
}

/**
 * The machine of a PE32 or TE image.
 * @param at where the image starts in `bytes`
 * @param end where its section ends
 * @returns undefined when there is no header, or no space for one
 */
export function machineOf(bytes: Uint8Array, at: number, end: number): ExecutableMachine | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const offset = machineAt(view, at, Math.min(end, bytes.length));
  if (offset === undefined) return undefined;
  const machine = view.getUint16(offset, true);
  const meaning = MACHINES[machine] ?? '';
  const doc = 'the processor of the code';
  return { machine, field: { name: 'machine', offset, size: 2, raw: hex(machine, 4), meaning, doc } };
}
