// What the attestation report must show of an ID block and the ID authentication beside it, and so what an owner says of the report who
// says these, or one of them. SEV-SNP Firmware ABI, SNP_LAUNCH_FINISH and ATTESTATION_REPORT.

import type { Hashes } from '../launch/hasher';
import { decode } from '../binary/struct';
import { ID_BLOCK, keyDigestIn } from '../tech/snp/idBlock';
import type { StatedReport } from './checkReport';

/** What is said of an ID block, as far as it is said. */
export interface StatedIds {
  /** 96 bytes. */
  readonly idBlock?: Uint8Array | undefined;
  /** 4096 bytes. */
  readonly idAuth?: Uint8Array | undefined;
  /** Whether the author key counts. */
  readonly authorKey?: boolean | undefined;
}

/** What the report must show. */
export function statedByIdBlock({ idBlock, idAuth, authorKey }: StatedIds, hashes: Hashes): StatedReport {
  const block = idBlock && decode(ID_BLOCK, idBlock);
  return {
    ...(block && {
      blockDigest: block.launch_digest,
      policy: block.policy,
      guestSvn: block.guest_svn,
      familyId: block.family_id,
      imageId: block.image_id,
    }),
    ...(idAuth && { idKeyDigest: keyDigestIn(idAuth, 'id_key', hashes) }),
    ...(idAuth && authorKey === true && { authorKeyDigest: keyDigestIn(idAuth, 'author_key', hashes) }),
    authorKey,
  };
}
