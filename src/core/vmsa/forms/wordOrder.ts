// Which byte of a word comes first, where programs differ: xxd prints memory as it is, xxd -e, debuggers and od print
// little-endian numbers. The characters beside the words prove it; otherwise the page tells, or the dump is refused.

import { likelier } from './launchEvidence';
import type { ByteOrder, LineForm } from './dumpLine';

/** The same bytes, read both ways. */
export interface BothOrders {
  readonly memory: Uint8Array;
  readonly littleEndian: Uint8Array;
  /** The lines whose characters contradict the bytes, for each order. */
  readonly contradictions?: { readonly memory: number; readonly littleEndian: number };
  /** Bytes in a word. */
  readonly unit: number;
  readonly form?: Pick<LineForm, 'order' | 'programs'>;
}

/** Reverses the bytes of each word; a last word that is shorter is a word, too. */
export function reverseWords(bytes: readonly number[], unit: number): number[] {
  return bytes.map((_, i) => {
    const start = i - (i % unit);
    return bytes[Math.min(start + unit, bytes.length) - 1 - (i - start)]!;
  });
}

/** Whether the characters at a place cannot be those of the bytes: a printable byte stands for itself. */
export function contradicts(text: Uint8Array, at: number, bytes: readonly number[]): boolean {
  return bytes.some((b, i) => {
    const c = text[at + i]!;
    const isPrintable = b > 0x20 && b < 0x7f;
    return isPrintable ? c !== b : c > 0x2f && c < 0x7f;
  });
}

const ORDERS: Readonly<Record<ByteOrder, string>> = {
  memory: 'in the order of memory',
  'little-endian': 'as little-endian numbers',
};

/** The bytes of a dump of words and how they were read, or why that cannot be decided. */
export function chooseOrder(
  both: BothOrders,
): { readonly bytes: Uint8Array; readonly note?: string } | { readonly problem: string } {
  const { memory, littleEndian, contradictions, unit, form } = both;
  if (unit === 1 || memory.every((b, i) => b === littleEndian[i])) return { bytes: memory };
  const read = (order: ByteOrder, why: string) => ({
    bytes: order === 'memory' ? memory : littleEndian,
    note: `The words of ${unit} bytes were read ${ORDERS[order]}: ${why}.`,
  });
  if (contradictions && (contradictions.memory === 0) !== (contradictions.littleEndian === 0)) {
    if (contradictions.memory === 0) return { bytes: memory };
    return read('little-endian', 'the characters beside them show it');
  }
  const order = form?.order;
  const likely = likelier(memory, littleEndian);
  if (likely !== undefined) {
    const found = likely === 'first' ? 'memory' : 'little-endian';
    return read(found, 'only so do EFER, CR0 and the segments make sense');
  }
  if (order !== undefined) return read(order, `that is how they are printed by ${form!.programs}`);
  return {
    problem: `Its words of ${unit} bytes can be little-endian numbers or bytes in the order of memory, and nothing in it tells which. Print single bytes, for example with "xxd -g 1".`,
  };
}
