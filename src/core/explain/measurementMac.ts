// HMAC-SHA256 over the 56 bytes of a launch measurement, half a million times a second: RFC 2104 with the
// library's compression function on blocks that are padded only once. A measurement takes three blocks: two
// of the inner hash, one of the outer. Before API 0.17 the first four bytes are missing, and one block is enough.

import { _SHA256 } from '@noble/hashes/sha2.js';
import { checkKeySize } from '../tech/sev/evidence';
import type { Digest } from './vcpuDigests';

/** Words of a prepared key: the states of the inner and the outer hash after the key block. */
export const KEY_WORDS = 16;

const BLOCK = 64;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;
/** Where the launch digest and the nonce are in the message. */
const DIGEST_AT = 8;
const NONCE_AT = 40;
const MESSAGE = 56;
/** The bytes before the policy: context, API version, build. */
const HEAD = 4;
const EARLY_MESSAGE = MESSAGE - HEAD;
/** The first API version in the HMAC, 0.17, as it is in the middle of the first word. */
const FIRST_API = 17;
const DIGEST = 32;

const block = () => new DataView(new ArrayBuffer(BLOCK));

/** SHA-256 block by block. */
class Compression extends _SHA256 {
  protected load(states: Int32Array, at: number): void {
    this.set(
      states[at]!,
      states[at + 1]!,
      states[at + 2]!,
      states[at + 3]!,
      states[at + 4]!,
      states[at + 5]!,
      states[at + 6]!,
      states[at + 7]!,
    );
  }

  protected store(states: Int32Array, at: number): void {
    states[at] = this.A;
    states[at + 1] = this.B;
    states[at + 2] = this.C;
    states[at + 3] = this.D;
    states[at + 4] = this.E;
    states[at + 5] = this.F;
    states[at + 6] = this.G;
    states[at + 7] = this.H;
  }

  /** Stores the state of a new hash after one block, `key` XORed with the `pad` byte, and clears all else that was made of the key. */
  absorbKey(key: Uint8Array, pad: number, states: Int32Array, at: number): void {
    const padded = block();
    for (let i = 0; i < BLOCK; i++) padded.setUint8(i, (key[i] ?? 0) ^ pad);
    this.process(padded, 0);
    // Not as a list, which could not be cleared.
    this.store(states, at);
    new Uint8Array(padded.buffer).fill(0);
    this.roundClean();
    this.destroy();
  }
}

/**
 * Prepares a key: writes its words to `into`, which is then as secret as the key.
 * @param key 16 bytes; @param at index of the first of KEY_WORDS words
 * @throws CheckError (bug) for a key of another size
 */
export function prepareKey(key: Uint8Array, into: Int32Array, at: number): void {
  checkKeySize(at === 0 ? 'TIK' : 'TEK', key);
  new Compression().absorbKey(key, INNER_PAD, into, at);
  new Compression().absorbKey(key, OUTER_PAD, into, at + KEY_WORDS / 2);
}

/** Computes measurements that each differ from the previous one in a few words. */
export class MeasurementMac extends Compression {
  private readonly first = block();
  private readonly second = block();
  private readonly outer = block();
  private readonly early = block();
  private readonly earlyBytes = new Uint8Array(this.early.buffer);
  private readonly afterHead = new Uint8Array(this.first.buffer, HEAD, EARLY_MESSAGE);

  /** @param states keys as prepareKey leaves them */
  constructor(private readonly states: Int32Array) {
    super();
    this.first.setUint8(MESSAGE, 0x80);
    this.second.setUint32(BLOCK - 4, 8 * (BLOCK + MESSAGE));
    this.early.setUint8(EARLY_MESSAGE, 0x80);
    this.early.setUint32(BLOCK - 4, 8 * (BLOCK + EARLY_MESSAGE));
    this.outer.setUint8(DIGEST, 0x80);
    this.outer.setUint32(BLOCK - 4, 8 * (BLOCK + DIGEST));
  }

  /** @param digest of 32 bytes */
  setDigest(digest: Digest): void {
    if (typeof digest === 'string')
      for (let i = 0; i < DIGEST; i++) this.first.setUint8(DIGEST_AT + i, digest.charCodeAt(i));
    else new Uint8Array(this.first.buffer).set(digest, DIGEST_AT);
  }

  setNonce(mnonce: Uint8Array): void {
    new Uint8Array(this.first.buffer).set(mnonce, NONCE_AT);
  }

  /**
   * Computes the measurement, in the way of the API version in `head`.
   * @param head the first four bytes of the message as a big-endian word; @param key index of the key
   * @returns its first four bytes as a signed big-endian word
   */
  compute(head: number, policy: number, key: number): number {
    const { first, outer, states } = this;
    first.setInt32(0, head);
    first.setInt32(4, policy, true);
    this.load(states, key * KEY_WORDS);
    if (((head >>> 8) & 0xffff) < FIRST_API) {
      this.earlyBytes.set(this.afterHead);
      this.process(this.early, 0);
    } else {
      this.process(first, 0);
      this.process(this.second, 0);
    }
    outer.setInt32(0, this.A);
    outer.setInt32(4, this.B);
    outer.setInt32(8, this.C);
    outer.setInt32(12, this.D);
    outer.setInt32(16, this.E);
    outer.setInt32(20, this.F);
    outer.setInt32(24, this.G);
    outer.setInt32(28, this.H);
    this.load(states, key * KEY_WORDS + KEY_WORDS / 2);
    this.process(outer, 0);
    return this.A;
  }

  /** All 32 bytes of the last measurement. */
  result(): Uint8Array {
    const bytes = new DataView(new ArrayBuffer(DIGEST));
    this.get().forEach((word, i) => bytes.setInt32(4 * i, word));
    return new Uint8Array(bytes.buffer);
  }
}
