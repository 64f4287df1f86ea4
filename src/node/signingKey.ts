// Private keys of P-384 that sign ID blocks, in every form in which OpenSSL writes them without a passphrase. Signatures are those of
// RFC 6979, so that the same inputs give the same bytes. Node's objects and numbers cannot be cleared: sign in a process that ends.

import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { p384 } from '@noble/curves/nist.js';
import { P384_SIZE } from '../core/tech/snp/idBlock';
import type { SigningKeyRead } from '../core/tech/snp/signing';

/** What a file is instead of a private key without a passphrase, by what stands in it. */
const PEM_KINDS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/, 'a private key under a passphrase'],
  [/-----BEGIN PUBLIC KEY-----/, 'a public key'],
  [/-----BEGIN CERTIFICATE-----/, 'a certificate'],
  [/-----BEGIN OPENSSH PRIVATE KEY-----/, 'a private key in the form of OpenSSH'],
];

/** The first of these that OpenSSL reads. */
function keyIn(bytes: Buffer): KeyObject | undefined {
  const isPem = bytes.includes('-----BEGIN ');
  const readers = isPem
    ? [() => createPrivateKey(bytes)]
    : (['pkcs8', 'sec1'] as const).map((type) => () => createPrivateKey({ key: bytes, format: 'der', type }));
  for (const read of readers)
    try {
      return read();
    } catch {
      // Another form, perhaps. What OpenSSL says of it may quote the file.
    }
  return undefined;
}

/** Whether bytes are a public key in DER. */
function isPublic(bytes: Buffer): boolean {
  try {
    return createPublicKey({ key: bytes, format: 'der', type: 'spki' }).type === 'public';
  } catch {
    return false;
  }
}

/** Identifiers of encryption with a passphrase, PKCS#5 (RFC 8018, appendix A.3 and A.4) and PKCS#12 (RFC 7292, appendix C), in DER without their ends. */
const ENCRYPTIONS = ['2a864886f70d0105', '2a864886f70d010c01'];
/** Before it are the heads of two sequences, of the identifier, and perhaps longer lengths. */
const MOST_HEADS = 14;

/** Whether bytes are an encrypted PKCS#8 key in DER (RFC 5208, 6), which begins with how it is encrypted. */
const isEncrypted = (bytes: Buffer): boolean =>
  bytes[0] === 0x30 &&
  ENCRYPTIONS.some((digits) => {
    const at = bytes.subarray(0, MOST_HEADS + digits.length / 2).indexOf(Buffer.from(digits, 'hex'));
    return at > 0;
  });

function whatElse(bytes: Buffer): string {
  if (bytes.length === 0) return 'empty';
  if (isEncrypted(bytes)) return 'a private key under a passphrase';
  const text = bytes.toString('latin1');
  const known = PEM_KINDS.find(([pattern]) => pattern.test(text))?.[1];
  return known ?? (isPublic(bytes) ? 'a public key' : 'no private key in PEM or DER');
}

/** Reads a private key of P-384 from the bytes of its file: SEC1 or PKCS#8, PEM or DER. */
export function readSigningKey(file: Uint8Array): SigningKeyRead {
  const bytes = Buffer.from(file.buffer as ArrayBuffer, file.byteOffset, file.length);
  const key = keyIn(bytes);
  if (!key) return { ok: false, found: whatElse(bytes) };
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve !== 'secp384r1')
    return {
      ok: false,
      found: `a private key of ${curve === undefined ? (key.asymmetricKeyType ?? 'another kind').toUpperCase() : `the curve ${curve}`}`,
    };
  const { x, y, d } = key.export({ format: 'jwk' });
  const number = (text: string | undefined) => new Uint8Array(Buffer.from(text!, 'base64url'));
  const secret = number(d);
  return {
    ok: true,
    key: {
      point: { x: number(x), y: number(y) },
      sign(message) {
        // Random by no library's default: RFC 6979.
        const both = p384.sign(message, secret, { extraEntropy: false, lowS: false, format: 'compact' });
        return { r: both.slice(0, P384_SIZE), s: both.slice(P384_SIZE) };
      },
      clear: () => secret.fill(0),
    },
  };
}
