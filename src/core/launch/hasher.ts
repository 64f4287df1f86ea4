// Hash functions as core uses them. They are handed in: Node's own (src/node/hashes.ts) where it runs, core's
// (nobleHashes.ts) where core is alone. Also the constant-time comparison that every verdict uses.

/** A running SHA-256, which can be copied and then continued in several ways. */
export interface Hasher {
  update(bytes: Uint8Array): unknown;
  copy(): Hasher;
  /** The 32 bytes; the hasher cannot be used afterwards. */
  digest(): Uint8Array;
  /**
   * The digest as 32 characters, one per byte: much cheaper than a byte array when there are thousands of digests.
   */
  digest(form: 'binary'): string;
}

/** The hash functions of a runtime. */
export interface Hashes {
  /** SHA-256, 32 bytes. */
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
  /** SHA-384, 48 bytes. */
  readonly sha384: (bytes: Uint8Array) => Uint8Array;
  /** Writes the SHA-384 of bytes to `into`, which may be those bytes: for thousands of pages, without garbage. */
  readonly sha384Into: (bytes: Uint8Array, into: Uint8Array, at: number) => void;
  readonly newSha256: () => Hasher;
  /** Whether two runs of equal length hold the same bytes, in any time: for pages, never for secrets. */
  readonly isSame: (a: Uint8Array, b: Uint8Array) => boolean;
}

/**
 * HMAC-SHA256 of `message` under `key`, 32 bytes. The caller passes it in: one in JavaScript leaves the padded key in memory.
 */
export type Hmac = (key: Uint8Array, message: Uint8Array) => Uint8Array;

/** Whether two values are equal, in time that depends only on their length. */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ (b[i] ?? 0);
  return difference === 0;
}
