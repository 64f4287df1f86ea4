// The x86 branch filter as encoders apply it (LZMA SDK, Bra86.c), for tests of the decoder: written from the description, for bytes
// in which branches are far enough apart not to disturb one another.

const FAR_APART = 8;

/** Makes the targets of near calls and jumps absolute. @throws RangeError when two opcodes are too close for this encoder */
export function applyX86Filter(bytes: Uint8Array): Uint8Array {
  const output = bytes.slice();
  const view = new DataView(output.buffer);
  const opcodes = [...bytes.keys()].filter((at) => (bytes[at]! & 0xfe) === 0xe8);
  for (const [i, at] of opcodes.entries()) {
    if (i > 0 && at - opcodes[i - 1]! < FAR_APART) throw new RangeError(`two opcodes at ${at}`);
    if (at + 5 > bytes.length || ![0, 0xff].includes(bytes[at + 4]!)) continue;
    // Targets have 25 bits, of which the highest is the sign.
    const target = view.getInt32(at + 1, true) + at + 5;
    view.setInt32(at + 1, (target << 7) >> 7, true);
  }
  return output;
}
