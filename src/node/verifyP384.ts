// Verifies ECDSA signatures of P-384 through WebCrypto, as browsers have it, too.

import type { VerifySignature } from '../core/tech/snp/signing';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-384' };
/** SEC 1, section 2.3.3: an uncompressed point. */
const UNCOMPRESSED = 4;

/** A key that is no point of the curve verifies nothing. */
export const verifyP384: VerifySignature = async ({ key: { x, y }, signature: { r, s }, message }) => {
  const point = Uint8Array.of(UNCOMPRESSED, ...x, ...y);
  try {
    const key = await crypto.subtle.importKey('raw', point, ALGORITHM, false, ['verify']);
    const both = Uint8Array.of(...r, ...s);
    return await crypto.subtle.verify(
      { name: 'ECDSA', hash: 'SHA-384' },
      key,
      both,
      Uint8Array.from(message),
    );
  } catch {
    return false;
  }
};
