// The ID block, what its owner demands of an SNP launch, and the ID authentication, who vouches for that: SEV-SNP Firmware ABI,
// SNP_LAUNCH_FINISH (structures of the ID block, of the ID authentication, of a public key and of a signature).

import { fromBase64 } from '../../binary/hex';
import { decode, encode, offsetOf, row, sizeOf, struct, type Values } from '../../binary/struct';
import type { Hashes } from '../../launch/hasher';
import { SNP_POLICY } from './policy';

/** The ID block. */
export const ID_BLOCK = struct('ID block', 96, [
  row(0x00, 'launch_digest', 48, 'the launch digest that the guest must have'),
  row(0x30, 'family_id', 16, "the owner's name for a family of guests"),
  row(0x40, 'image_id', 16, "the owner's name for an image"),
  row(0x50, 'version', 'u32', 'of this structure: 1'),
  row(0x54, 'guest_svn', 'u32', "the guest's security version number"),
  row(0x58, 'policy', 'u64', 'the policy that the guest must have', { bits: SNP_POLICY }),
]);

/** A public key. Its SHA-384 is the ID key digest or the author key digest of an attestation report. */
export const PUBLIC_KEY = struct('public key', 1028, [
  row(0x000, 'curve', 'u32', '2: NIST P-384'),
  row(0x004, 'qx', 72, 'x coordinate of the point, little endian; the upper 24 bytes are zero'),
  row(0x04c, 'qy', 72, 'y coordinate of the point, little endian; the upper 24 bytes are zero'),
  row(0x094, 'reserved_0x94', 880, 'zero'),
]);

/** An ECDSA signature. */
export const SIGNATURE = struct('signature', 512, [
  row(0x000, 'r', 72, 'little endian; the upper 24 bytes are zero'),
  row(0x048, 's', 72, 'little endian; the upper 24 bytes are zero'),
  row(0x090, 'reserved_0x90', 368, 'zero'),
]);

/** The ID authentication. */
export const ID_AUTH = struct('ID authentication', 4096, [
  row(0x000, 'id_key_algorithm', 'u32', '1: ECDSA P-384 with SHA-384'),
  row(0x004, 'author_key_algorithm', 'u32', '1, or 0 without an author key'),
  row(0x008, 'reserved_0x8', 56, 'zero'),
  row(0x040, 'id_block_signature', SIGNATURE, 'of the 96 bytes of the ID block, by the ID key'),
  row(0x240, 'id_key', PUBLIC_KEY, 'public ID key'),
  row(0x644, 'reserved_0x644', 60, 'zero'),
  row(0x680, 'id_key_signature', SIGNATURE, 'of the 1028 bytes of the ID key, by the author key'),
  row(0x880, 'author_key', PUBLIC_KEY, 'public author key'),
  row(0xc84, 'reserved_0xc84', 892, 'zero'),
]);

/** The version of ID blocks, the algorithm of keys, and the curve that the firmware knows. */
export const ID_BLOCK_VERSION = 1;
export const ECDSA_P384 = 1;
export const CURVE_P384 = 2;

/** The policy of an ID block unless one is given: SMT, and the bit that is always set. sev-snp-measure and snpguest have the same. */
export const USUAL_POLICY = 0x30000n;

/** Bytes of a number of P-384: a coordinate, r or s. */
export const P384_SIZE = 48;

/** A point of P-384; 48 bytes each, big endian, as a JSON Web Key has them. */
export interface P384Point {
  readonly x: Uint8Array;
  readonly y: Uint8Array;
}

/** A signature with a key of P-384; 48 bytes each, big endian. */
export interface P384Signature {
  readonly r: Uint8Array;
  readonly s: Uint8Array;
}

/** The fields of an ID block that its owner decides; those that are not given are zero. */
export type IdBlockFields = Omit<Partial<Values<(typeof ID_BLOCK)['rows'][number]>>, 'version'> & {
  /** 48 bytes. */
  readonly launch_digest: Uint8Array;
};

/** The keys that an ID block has and their digests, 48 bytes each. */
export type KeyField = 'id_key' | 'author_key';
type SignatureField = 'id_block_signature' | 'id_key_signature';

/** The 96 bytes of an ID block. @throws RangeError for a field of another size */
export const encodeIdBlock = (fields: IdBlockFields): Uint8Array =>
  encode(ID_BLOCK, { policy: USUAL_POLICY, ...fields, version: ID_BLOCK_VERSION });

/** A number of 48 bytes, big endian, in a field of 72, little endian. */
function numberField(number: Uint8Array): Uint8Array {
  if (number.length !== P384_SIZE)
    throw new RangeError(`A number of P-384 has 48 bytes, not ${number.length}`);
  const field = new Uint8Array(72);
  field.set(Uint8Array.from(number).reverse());
  return field;
}

/** The number in a field of 72 bytes, 48 bytes big endian; undefined when it is larger. */
function numberIn(field: Uint8Array): Uint8Array | undefined {
  return field.subarray(P384_SIZE).some((byte) => byte !== 0)
    ? undefined
    : field.slice(0, P384_SIZE).reverse();
}

/** The 1028 bytes of a public key. */
export const encodePublicKey = ({ x, y }: P384Point): Uint8Array =>
  encode(PUBLIC_KEY, { curve: CURVE_P384, qx: numberField(x), qy: numberField(y) });

const signatureFields = ({ r, s }: P384Signature) => ({
  r: numberField(r),
  s: numberField(s),
  reserved_0x90: new Uint8Array(368),
});

/** Keys and signatures of an ID block. */
export interface IdAuthParts {
  readonly idKey: P384Point;
  readonly idBlockSignature: P384Signature;
  /** Who vouches for the ID key, if somebody does. */
  readonly author?: { readonly key: P384Point; readonly idKeySignature: P384Signature } | undefined;
}

/** The 4096 bytes of an ID authentication. */
export function encodeIdAuth({ idKey, idBlockSignature, author }: IdAuthParts): Uint8Array {
  const key = (point: P384Point) => decode(PUBLIC_KEY, encodePublicKey(point));
  return encode(ID_AUTH, {
    id_key_algorithm: ECDSA_P384,
    id_block_signature: signatureFields(idBlockSignature),
    id_key: key(idKey),
    ...(author && {
      author_key_algorithm: ECDSA_P384,
      id_key_signature: signatureFields(author.idKeySignature),
      author_key: key(author.key),
    }),
  });
}

/** The 1028 bytes of a key in an ID authentication: what the author signs, and the report has a digest of. */
export function keyBytesIn(idAuth: Uint8Array, field: KeyField): Uint8Array {
  const at = offsetOf(ID_AUTH, field);
  return idAuth.subarray(at, at + sizeOf(PUBLIC_KEY));
}

/** The digest of a key, 48 bytes, as an attestation report has it. */
export const keyDigestIn = (idAuth: Uint8Array, field: KeyField, { sha384 }: Hashes): Uint8Array =>
  sha384(keyBytesIn(idAuth, field));

/** A key in an ID authentication; undefined when a coordinate has more than 48 bytes. */
export function pointIn(idAuth: Uint8Array, field: KeyField): P384Point | undefined {
  const { qx, qy } = decode(ID_AUTH, idAuth)[field];
  const [x, y] = [numberIn(qx), numberIn(qy)];
  return x && y && { x, y };
}

/** A signature in an ID authentication; undefined when a number has more than 48 bytes. */
export function signatureIn(idAuth: Uint8Array, field: SignatureField): P384Signature | undefined {
  const fields = decode(ID_AUTH, idAuth)[field];
  const [r, s] = [numberIn(fields.r), numberIn(fields.s)];
  return r && s && { r, s };
}

/** An ID block as a domain has it, base64 of 96 bytes. @throws RangeError for another text, which its reader refuses */
export const idBlockIn = (text: string) => decode(ID_BLOCK, bytesIn(text));

/** An ID authentication as a domain has it, base64 of 4096 bytes. @throws RangeError for another text, which its reader refuses */
export const idAuthIn = (text: string) => decode(ID_AUTH, bytesIn(text));

/** The bytes of either. */
export function bytesIn(text: string): Uint8Array {
  const bytes = fromBase64(text);
  if (!bytes) throw new RangeError('no base64');
  return bytes;
}
