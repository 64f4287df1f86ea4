// Hash functions as core uses them. Core has its own; large files are hashed by Node's, which the caller
// passes in. Also the constant-time comparison that every verdict uses.

import { sha256 } from '@noble/hashes/sha2.js';

/** A running SHA-256. */
export interface Hasher {
  update(bytes: Uint8Array): unknown;
  /** The 32 bytes; the hasher cannot be used afterwards. */
  digest(): Uint8Array;
}

/** A running hash that can be copied, such as Node's. */
export interface CopyableHasher extends Hasher {
  copy(): CopyableHasher;
}

/** A running SHA-256 that can be copied and then continued in several ways, such as Node's. */
export interface ForkableHasher {
  update(bytes: Uint8Array): unknown;
  copy(): ForkableHasher;
  /**
   * The digest as 32 characters, one per byte: much cheaper than a byte array when there are thousands of digests.
   */
  digest(form: 'binary'): string;
}

/** A running SHA-256 of core's own. */
export function newHasher(): Hasher {
  return sha256.create();
}

/** SHA-256 of bytes, 32 bytes. */
export function sha256Of(bytes: Uint8Array): Uint8Array {
  return sha256(bytes);
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
