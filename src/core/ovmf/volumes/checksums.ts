// The three checksums of firmware volumes (UEFI PI, volume 3): sums of bytes, sums of words, and the CRC32 of guided sections.

/** Shorter runs are added byte by byte: setting up a view of words costs more. */
const LONG_RUN = 256;

/** The sum of bytes, modulo 256. */
export function sum8(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  let i = from;
  if (to - from >= LONG_RUN) {
    // Four at a time, from where words are aligned.
    for (; (bytes.byteOffset + i) % 4 !== 0; i++) sum += bytes[i]!;
    const count = (to - i) >> 2;
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset + i, count);
    for (let k = 0; k < count; k++) {
      const word = words[k]!;
      sum = (sum + (word & 0xff) + ((word >>> 8) & 0xff) + ((word >>> 16) & 0xff) + (word >>> 24)) | 0;
    }
    i += 4 * count;
  }
  for (; i < to; i++) sum += bytes[i]!;
  return sum & 0xff;
}

/** The sum of little-endian words, modulo 65536; an unpaired last byte counts as a word. */
export function sum16(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i += 2) sum += bytes[i]! | (i + 1 < to ? bytes[i + 1]! << 8 : 0);
  return sum & 0xffff;
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

/** The CRC32 of IEEE 802.3, as in UEFI's CalculateCrc32. */
export function crc32(bytes: Uint8Array): number {
  const { length } = bytes;
  let crc = -1;
  // Signed, which engines add faster, and by index, because an iterator takes longer than the sum.
  for (let i = 0; i < length; i++) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}
