// The three checksums of firmware volumes (UEFI PI, volume 3): sums of bytes, sums of words, and the CRC32 of guided sections.

/** The sum of bytes, modulo 256. */
export function sum8(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum = (sum + bytes[i]!) & 0xff;
  return sum;
}

/** The sum of little-endian words, modulo 65536; an unpaired last byte counts as a word. */
export function sum16(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i += 2) sum += bytes[i]! | (i + 1 < to ? bytes[i + 1]! << 8 : 0);
  return sum & 0xffff;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

/** The CRC32 of IEEE 802.3, as in UEFI's CalculateCrc32. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}
