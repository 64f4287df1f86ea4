// Hash functions as core sees them. Core brings its own; outside of it large files go through Node's, which is
// handed in. Also the constant-time comparison that every verdict uses.

import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';

/** A running SHA-256. */
export interface Hasher {
  update(bytes: Uint8Array): unknown;
  /** The 32 bytes; the hasher is spent afterwards. */
  digest(): Uint8Array;
}

/** A running hash that can be copied, as Node's. */
export interface CopyableHasher extends Hasher {
  copy(): CopyableHasher;
}

/** A running SHA-256 that can be gone on from in more than one way, as Node's. */
export interface ForkableHasher {
  update(bytes: Uint8Array): unknown;
  copy(): ForkableHasher;
  /** The digest as 32 characters, each of them a byte: a string costs less than bytes, when there are thousands in a moment. */
  digest(form: 'binary'): string;
}

/** A running SHA-256 that needs nothing but core. */
export function newHasher(): Hasher {
  return sha256.create();
}

/** SHA-256 of bytes, 32 bytes. */
export function sha256Of(bytes: Uint8Array): Uint8Array {
  return sha256(bytes);
}

/** HMAC-SHA256 of `message` under `key`, 32 bytes. */
export function hmacOf(key: Uint8Array, message: Uint8Array): Uint8Array {
  return hmac(sha256, key, message);
}

/** Whether two values are the same, in time that depends on their length only. */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ (b[i] ?? 0);
  return difference === 0;
}
