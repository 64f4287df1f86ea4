// An ID block and an ID authentication as JSON, by the names that attestation reports have for the same values.

import { bytesToHex, hex } from '../../binary/hex';
import { decode } from '../../binary/struct';
import type { Hashes } from '../../launch/hasher';
import { ID_AUTH, ID_BLOCK, keyDigestIn } from './idBlock';
import { isVouched } from './idBlockRules';
import { describeSnpPolicy } from './policy';

/** The fields of an ID block. @param block 96 bytes */
export function idBlockJson(block: Uint8Array) {
  const { launch_digest, family_id, image_id, version, guest_svn, policy } = decode(ID_BLOCK, block);
  return {
    launch_digest: bytesToHex(launch_digest),
    family_id: bytesToHex(family_id),
    image_id: bytesToHex(image_id),
    version,
    guest_svn,
    policy: hex(policy),
    policy_bits: describeSnpPolicy(policy),
  };
}

/** What a report shows of an ID authentication. @param auth 4096 bytes */
export function idAuthJson(auth: Uint8Array, hashes: Hashes) {
  const { id_key_algorithm, author_key_algorithm } = decode(ID_AUTH, auth);
  return {
    id_key_algorithm,
    author_key_algorithm,
    id_key_digest: bytesToHex(keyDigestIn(auth, 'id_key', hashes)),
    ...(isVouched(auth) && {
      author_key_digest: bytesToHex(keyDigestIn(auth, 'author_key', hashes)),
    }),
  };
}
