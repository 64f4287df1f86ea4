// What signs and verifies with keys of P-384: handed in by the runtime, as hash functions are.

import type { P384Point, P384Signature } from './idBlock';

/** A private key that signs, until it is cleared. */
export interface SigningKey {
  readonly point: P384Point;
  /** Signs SHA-384 of a message, with the nonce of RFC 6979. */
  readonly sign: (message: Uint8Array) => P384Signature;
  readonly clear: () => void;
}

/** A key, or what its file is instead, a phrase in which nothing of the file stands. */
export type SigningKeyRead =
  { readonly ok: true; readonly key: SigningKey } | { readonly ok: false; readonly found: string };

/** Reads a private key from the bytes of its file. */
export type ReadSigningKey = (bytes: Uint8Array) => SigningKeyRead;

/** A signature to be verified: of `message`, hashed by SHA-384. */
export interface SignedMessage {
  readonly key: P384Point;
  readonly signature: P384Signature;
  readonly message: Uint8Array;
}

/** Verifies a signature; with a key that is no point of the curve, none is right. */
export type VerifySignature = (signed: SignedMessage) => Promise<boolean>;
