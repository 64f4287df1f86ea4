// Makes a failing input shorter and plainer as long as it fails in the same way: takes out blocks, halves of blocks, and
// so on to single bytes, then sets what is left to zero where that changes nothing.

/** Tries that are made at most. */
const MOST_TRIES = 4000;

/** @param fails whether an input still fails in the same way */
export async function reduce(
  input: Uint8Array,
  fails: (input: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let best = input;
  let tries = 0;
  const attempt = async (changed: Uint8Array) => {
    if (tries++ > MOST_TRIES || !(await fails(changed))) return false;
    best = changed;
    return true;
  };
  for (let block = input.length >> 1; block > 0; block >>= 1) {
    for (let at = 0; at < best.length && tries < MOST_TRIES;) {
      const shorter = new Uint8Array([...best.subarray(0, at), ...best.subarray(at + block)]);
      if (!(await attempt(shorter))) at += block;
    }
  }
  for (let block = best.length >> 1; block > 0; block >>= 1) {
    for (let at = 0; at < best.length && tries < MOST_TRIES; at += block) {
      if (best.subarray(at, at + block).some((byte) => byte !== 0))
        await attempt(best.slice().fill(0, at, at + block));
    }
  }
  return best;
}
