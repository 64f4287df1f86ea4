// The ID block, what its owner demands of an SNP launch, and the ID authentication, who vouches for that: SEV-SNP Firmware ABI,
// SNP_LAUNCH_FINISH (structures of the ID block, of the ID authentication, and of a public key).

import { fromBase64 } from '../../binary/hex';
import { decode, row, struct } from '../../binary/struct';

/** The ID block. */
export const ID_BLOCK = struct('ID block', 96, [
  row(0x00, 'launch_digest', 48, 'the launch digest that the guest must have'),
  row(0x30, 'family_id', 16, "the owner's name for a family of guests"),
  row(0x40, 'image_id', 16, "the owner's name for an image"),
  row(0x50, 'version', 'u32', 'of this structure: 1'),
  row(0x54, 'guest_svn', 'u32', "the guest's security version number"),
  row(0x58, 'policy', 'u64', 'the policy that the guest must have'),
]);

/** The ID authentication. The keys are 1028 bytes: curve, and the coordinates of the point. */
export const ID_AUTH = struct('ID authentication', 4096, [
  row(0x000, 'id_key_algorithm', 'u32', '1: ECDSA P-384 with SHA-384'),
  row(0x004, 'author_key_algorithm', 'u32', '1, or 0 without an author key'),
  row(0x008, 'reserved_0x8', 56, 'zero'),
  row(0x040, 'id_block_signature', 512, 'of the ID block by the ID key'),
  row(0x240, 'id_key', 1028, 'public ID key'),
  row(0x644, 'reserved_0x644', 60, 'zero'),
  row(0x680, 'id_key_signature', 512, 'of the ID key by the author key'),
  row(0x880, 'author_key', 1028, 'public author key'),
  row(0xc84, 'reserved_0xc84', 892, 'zero'),
]);

/** The version of ID blocks, and the algorithm of keys, that the firmware knows. */
export const ID_BLOCK_VERSION = 1;
export const ECDSA_P384 = 1;

/** An ID block as a domain has it, base64 of 96 bytes. @throws RangeError for another text, which its reader refuses */
export const idBlockIn = (text: string) => decode(ID_BLOCK, bytesIn(text));

/** An ID authentication as a domain has it, base64 of 4096 bytes. @throws RangeError for another text, which its reader refuses */
export const idAuthIn = (text: string) => decode(ID_AUTH, bytesIn(text));

function bytesIn(text: string): Uint8Array {
  const bytes = fromBase64(text);
  if (!bytes) throw new RangeError('no base64');
  return bytes;
}
