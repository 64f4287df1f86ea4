// The guest owner's side of a SEV launch, as `sevctl session` does it: keys for one guest, wrapped for one platform.
// SEV API specification 2.2.2 (key derivation), 6.2 (LAUNCH_START) and appendix C.1 (certificate).

import { createCipheriv, createECDH, createHmac, randomBytes } from 'node:crypto';

/** A 2084-byte certificate: version and API, usage, algorithm, then the public key; the signatures start at 1044. */
const CERTIFICATE_SIZE = 2084;
const AT = {
  version: 0,
  apiMajor: 4,
  usage: 8,
  algorithm: 12,
  curve: 16,
  x: 20,
  y: 92,
  signatures: [1044, 1564],
};
const USAGE_PDH = 0x1003;
const USAGE_INVALID = 0x1000;
const ALGORITHM_ECDH = 3;
const CURVE_P384 = 2;
/** Bytes of a coordinate; a certificate has 72 for each, little endian. */
const COORDINATE = 48;

/** What an owner keeps (the two keys, 16 bytes each), and what goes into the domain's XML (both base64). */
export interface Session {
  readonly tik: Buffer;
  readonly tek: Buffer;
  readonly dhCert: string;
  readonly session: string;
}

const hmac = (key: Uint8Array, ...parts: Uint8Array[]): Buffer =>
  createHmac('sha256', key).update(Buffer.concat(parts)).digest();

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** 16 bytes from a key of any length: NIST SP 800-108 in counter mode with HMAC-SHA256, one block. */
export function deriveKey(key: Uint8Array, label: string, context: Uint8Array = Buffer.alloc(0)): Buffer {
  return hmac(key, u32(1), Buffer.from(`${label}\0`), context, u32(128)).subarray(0, 16);
}

/** The uncompressed point of a certificate's key. */
function pointOf(certificate: Buffer): Buffer {
  const coordinate = (at: number) => Buffer.from(certificate.subarray(at, at + COORDINATE)).reverse();
  return Buffer.concat([Buffer.of(4), coordinate(AT.x), coordinate(AT.y)]);
}

/** The owner's certificate for an uncompressed point. It is not signed, because the platform reads only the key. */
function certificateOf(point: Buffer): Buffer {
  const certificate = Buffer.alloc(CERTIFICATE_SIZE);
  certificate.writeUInt32LE(1, AT.version);
  certificate.writeUInt8(1, AT.apiMajor);
  certificate.writeUInt32LE(USAGE_PDH, AT.usage);
  certificate.writeUInt32LE(ALGORITHM_ECDH, AT.algorithm);
  certificate.writeUInt32LE(CURVE_P384, AT.curve);
  const coordinate = (from: number) => Buffer.from(point.subarray(from, from + COORDINATE)).reverse();
  certificate.set(coordinate(1), AT.x);
  certificate.set(coordinate(1 + COORDINATE), AT.y);
  for (const at of AT.signatures) certificate.writeUInt32LE(USAGE_INVALID, at);
  return certificate;
}

/**
 * Makes keys for one guest.
 * @param pdh the platform's Diffie-Hellman certificate, 2084 bytes
 * @param policy the guest's policy, which the platform compares
 */
export function makeSession(pdh: Buffer, policy: number): Session {
  const owner = createECDH('secp384r1');
  const point = owner.generateKeys();
  const [tek, tik, nonce, iv] = [randomBytes(16), randomBytes(16), randomBytes(16), randomBytes(16)];
  const master = deriveKey(owner.computeSecret(pointOf(pdh)), 'sev-master-secret', nonce);
  const wrapped = createCipheriv('aes-128-ctr', deriveKey(master, 'sev-kek'), iv).update(
    Buffer.concat([tek, tik]),
  );
  const session = Buffer.concat([
    nonce,
    wrapped,
    iv,
    hmac(deriveKey(master, 'sev-kik'), wrapped),
    hmac(tik, u32(policy)),
  ]);
  return { tik, tek, dhCert: certificateOf(point).toString('base64'), session: session.toString('base64') };
}
