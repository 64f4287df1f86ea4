// Signatures through WebCrypto, which Node and browsers both have.

import type { Verifier } from '../core/report/certificate';
import type { VerifySignature } from '../core/tech/snp/signing';

interface Algorithm {
  readonly name: string;
  readonly hash?: string;
  readonly namedCurve?: string;
  readonly saltLength?: number;
}

/** The part of WebCrypto's SubtleCrypto that is used; its types are another in each runtime. */
export interface Subtle<Key> {
  importKey(
    format: 'spki',
    key: Uint8Array<ArrayBuffer>,
    algorithm: Algorithm,
    isExtractable: boolean,
    uses: 'verify'[],
  ): Promise<Key>;
  verify(
    algorithm: Algorithm,
    key: Key,
    signature: Uint8Array<ArrayBuffer>,
    message: Uint8Array<ArrayBuffer>,
  ): Promise<boolean>;
}

/** A copy in memory of its own, which WebCrypto wants. */
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes);

/** Checks signatures with a runtime's WebCrypto. A key that it refuses has signed nothing. */
export function verifierOf<Key>(subtle: () => Subtle<Key>): Verifier {
  const check =
    (key: Algorithm, algorithm: Algorithm): Verifier['ecdsa'] =>
    async (spki, signature, message) => {
      try {
        const imported = await subtle().importKey('spki', own(spki), key, false, ['verify']);
        return await subtle().verify(algorithm, imported, own(signature), own(message));
      } catch {
        return false;
      }
    };
  return {
    rsaPss: check({ name: 'RSA-PSS', hash: 'SHA-384' }, { name: 'RSA-PSS', saltLength: 48 }),
    ecdsa: check({ name: 'ECDSA', namedCurve: 'P-384' }, { name: 'ECDSA', hash: 'SHA-384' }),
  };
}

/** What a point of P-384 follows in a public key (RFC 5480): the algorithm, and that both coordinates are there. */
const P384_HEAD = Uint8Array.of(
  ...[0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01],
  ...[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04],
);

/** Verifies signatures of ID blocks. A key that is no point of the curve has signed nothing. */
export const signatureVerifier =
  ({ verifier }: { readonly verifier: Verifier }): VerifySignature =>
  ({ key: { x, y }, signature: { r, s }, message }) =>
    verifier.ecdsa(Uint8Array.of(...P384_HEAD, ...x, ...y), Uint8Array.of(...r, ...s), message);
