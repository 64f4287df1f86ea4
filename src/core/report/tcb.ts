// How TCBs compare. Every part is one byte in every layout, so that they are compared byte by byte, never as one number of 64 bits.

import { leaves } from '../binary/struct';
import { TCB_LAYOUTS, type TcbLayout } from './products';

/** A part of a TCB that is lower than it should be. */
export interface LowerPart {
  /** Its name, or `byte 6` where the layout is not known. */
  readonly name: string;
  readonly found: number;
  readonly least: number;
}

/** The name of a byte of a TCB. */
function partName(at: number, layout: TcbLayout | undefined): string {
  const leaf =
    layout && leaves(TCB_LAYOUTS[layout]).find(({ offset, size }) => at >= offset && at < offset + size);
  return leaf?.row.type === 'u8' ? leaf.path : `byte ${at}`;
}

/** The parts in which a TCB is below another. Both have 8 bytes. */
export function lowerParts(found: Uint8Array, least: Uint8Array, layout: TcbLayout | undefined): LowerPart[] {
  return Array.from(found).flatMap((byte, at) =>
    byte < least[at]! ? [{ name: partName(at, layout), found: byte, least: least[at]! }] : [],
  );
}

/** The parts in which two TCBs differ. */
export function otherParts(a: Uint8Array, b: Uint8Array, layout: TcbLayout | undefined): string[] {
  return Array.from(a).flatMap((byte, at) => (byte === b[at] ? [] : [partName(at, layout)]));
}

/** What is lower in words: `snp is 5, below 8; microcode is 68, below 115`. */
export const describeLower = (parts: readonly LowerPart[]): string =>
  parts.map(({ name, found, least }) => `${name} is ${found}, below ${least}`).join('; ');
