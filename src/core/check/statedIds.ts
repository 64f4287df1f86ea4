// What the attestation report must show of an ID block and the ID authentication beside it, and so what an owner says of the report who
// says these. SEV-SNP Firmware ABI, SNP_LAUNCH_FINISH and ATTESTATION_REPORT.

import type { Hashes } from '../launch/hasher';
import { decode } from '../binary/struct';
import { ID_BLOCK, keyDigestIn } from '../tech/snp/idBlock';
import type { StatedReport } from './checkReport';

/**
 * What the report must show.
 * @param block 96 bytes
 * @param auth 4096 bytes; undefined when nothing is said of the keys
 * @param authorKey whether the author key counts
 */
export function statedByIdBlock(
  block: Uint8Array,
  auth: Uint8Array | undefined,
  authorKey: boolean | undefined,
  hashes: Hashes,
): StatedReport {
  const { policy, guest_svn: guestSvn, family_id: familyId, image_id: imageId } = decode(ID_BLOCK, block);
  return {
    ...{ policy, guestSvn, familyId, imageId },
    ...(auth && { idKeyDigest: keyDigestIn(auth, 'id_key', hashes) }),
    ...(auth && authorKey === true && { authorKeyDigest: keyDigestIn(auth, 'author_key', hashes) }),
  };
}
