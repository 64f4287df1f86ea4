// The x86 branch filter of LZMA-F86 sections (LZMA SDK, Bra86.c; edk2, LzmaCustomDecompressLib/F86GuidedSectionExtraction.c): before
// compression, the relative targets of calls and jumps were made absolute, so that calls of one function look alike.

/** The opcodes of CALL and JMP with a 32-bit displacement, without their lowest bit. */
const BRANCH = 0xe8;
/** Bytes of such an instruction. */
const LENGTH = 5;
/**
 * By which of the last three bytes looked like a branch that was not converted: whether this may be one, and which of its
 * bytes decides.
 */
const MAY_CONVERT = [true, true, true, false, true, false, false, false];
const DECIDING_BYTE = [0, 1, 2, 2, 3, 3, 3, 3];

/** Targets are near: the highest byte only extends the sign. */
const isSign = (byte: number) => byte === 0 || byte === 0xff;

/** Makes the targets of branches relative again, in place. @returns the same bytes */
export function undoX86Filter(bytes: Uint8Array): Uint8Array {
  let skipped = 0;
  let previous = -1;
  for (let at = 0; at + LENGTH <= bytes.length;) {
    if ((bytes[at]! & 0xfe) !== BRANCH) {
      at++;
      continue;
    }
    const distance = at - previous;
    skipped = distance > 3 ? 0 : (skipped << (distance - 1)) & 7;
    previous = at;
    const decides = bytes[at + 4 - DECIDING_BYTE[skipped]!]!;
    const isHidden = skipped !== 0 && (!MAY_CONVERT[skipped] || isSign(decides));
    if (isHidden || !isSign(bytes[at + 4]!)) {
      skipped = ((skipped << 1) & 7) | 1;
      at++;
      continue;
    }
    writeTarget(bytes, at, relative(readTarget(bytes, at), at + LENGTH, skipped));
    at += LENGTH;
  }
  return bytes;
}

const readTarget = (bytes: Uint8Array, at: number) =>
  (bytes[at + 1]! | (bytes[at + 2]! << 8) | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 24)) >>> 0;

function writeTarget(bytes: Uint8Array, at: number, target: number): void {
  bytes[at + 1] = target;
  bytes[at + 2] = target >>> 8;
  bytes[at + 3] = target >>> 16;
  bytes[at + 4] = target & 0x1000000 ? 0xff : 0;
}

/**
 * The distance to a target from the next instruction. Again, inverted, where the deciding byte would look converted: at most
 * once, for then it is the inverse of the target's, which does not.
 */
function relative(absolute: number, next: number, skipped: number): number {
  let target = absolute;
  for (;;) {
    const distance = (target - next) >>> 0;
    const shift = 24 - DECIDING_BYTE[skipped]! * 8;
    if (skipped === 0 || !isSign((distance >>> shift) & 0xff)) return distance;
    target = (distance ^ (2 ** (shift + 8) - 1)) >>> 0;
  }
}
