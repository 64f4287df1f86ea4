// Hash functions of Node, which are those of OpenSSL and use what the processor has for them.

import { createHash, hash } from 'node:crypto';
import type { Hashes } from '../core/launch/hasher';

/** Hashes what is in memory already. @returns one character per byte */
type OneShot = (algorithm: string, bytes: Uint8Array, form: 'binary') => string;

const byHasher: OneShot = (algorithm, bytes, form) => createHash(algorithm).update(bytes).digest(form);

/**
 * Node's hash functions.
 * @param oneShot makes no object for each hash, which takes as long as to hash a page; undefined where Node has none
 */
export function hashesOf(oneShot: OneShot | undefined): Hashes {
  const digestOf = oneShot ?? byHasher;
  // The memory that was written to last, as a Buffer, which writes such text.
  let last: Uint8Array | undefined;
  let writable = Buffer.alloc(0);
  return {
    sha256: (bytes) => createHash('sha256').update(bytes).digest(),
    sha384: (bytes) => createHash('sha384').update(bytes).digest(),
    sha384Into(bytes, into, at) {
      if (into !== last) {
        last = into;
        writable = Buffer.from(into.buffer as ArrayBuffer, into.byteOffset, into.length);
      }
      // As text, because each array of bytes would be an object with memory of its own.
      writable.write(digestOf('sha384', bytes, 'binary'), at, 48, 'latin1');
    },
    newSha256: () => createHash('sha256'),
    isSame: (a, b) => Buffer.compare(a, b) === 0,
  };
}

/** Node's hash functions. */
export const nodeHashes = hashesOf(hash);
