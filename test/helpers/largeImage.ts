// Images as large as flash chips, made from a real one: several copies of its volumes in erased flash, and the
// whole image at the end.

/** The distance between copies; larger than any image of Debian's package that fits in between. */
const STEP = 2 ** 22;

/**
 * An image of `size` bytes, a multiple of 4 MiB, that ends like `real`. It has as many copies as fit into an
 * image of 16 MiB.
 */
export function largeImage(real: Uint8Array, size: number): Uint8Array {
  const image = new Uint8Array(size).fill(0xff);
  for (let i = 0; i < 3; i++) image.set(real, i * STEP);
  image.set(real, size - real.length);
  return image;
}
