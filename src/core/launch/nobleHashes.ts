// Core's own hash functions, in JavaScript: for pages, and wherever core is used alone.

import { sha256, sha384 } from '@noble/hashes/sha2.js';
import { isSameBytes } from '../binary/hex';
import type { Hasher, Hashes } from './hasher';

const hasherOf = (hash: ReturnType<typeof sha256.create>): Hasher => {
  function digest(): Uint8Array;
  function digest(form: 'binary'): string;
  function digest(form?: 'binary'): Uint8Array | string {
    const bytes = hash.digest();
    return form ? String.fromCharCode(...bytes) : bytes;
  }
  return { update: (bytes) => hash.update(bytes), copy: () => hasherOf(hash.clone()), digest };
};

/** The hash functions of @noble/hashes. */
export const nobleHashes: Hashes = {
  sha256: (bytes) => sha256(bytes),
  sha384: (bytes) => sha384(bytes),
  sha384Into: (bytes, into, at) => into.set(sha384(bytes), at),
  newSha256: () => hasherOf(sha256.create()),
  isSame: isSameBytes,
};
