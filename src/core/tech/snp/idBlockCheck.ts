// The check of an ID block and its ID authentication, step by step: what the firmware verifies when it launches a guest with them
// (SEV-SNP Firmware ABI, SNP_LAUNCH_FINISH), and whether they belong to the launch that somebody has in mind.

import { bytesToHex, hex, isSameBytes } from '../../binary/hex';
import type { Finding } from '../../binary/region';
import { decode } from '../../binary/struct';
import { ECDSA_P384, ID_AUTH, ID_BLOCK, keyBytesIn, pointIn, signatureIn } from './idBlock';
import type { KeyField, P384Signature } from './idBlock';
import { idAuthFindings, idBlockFindings, isVouched, statedProblem } from './idBlockRules';
import { failed, notChecked, passed, stepsOf } from './idBlockSteps';
import type { IdBlockStep, LaunchStepId, Result } from './idBlockSteps';
import type { IdBlockPair } from './idBlockText';
import { describeSnpPolicy } from './policy';
import type { SignedMessage } from './signing';

/** What an ID block should belong to. */
export interface IdBlockLaunch {
  /** 48 bytes. */
  readonly launchDigest?: Uint8Array | undefined;
  readonly policy?: bigint | undefined;
  /** Whether the VMM hands over the author key. */
  readonly authorKey?: boolean | undefined;
}

/** Whether each signature is right; undefined for one that cannot be verified, because a number in it is too large. */
export interface SignatureResults {
  readonly id?: boolean | undefined;
  readonly author?: boolean | undefined;
}

/** Whether the author counts: as the launch says, or else as the authentication does. */
const countsAuthor = (auth: Uint8Array, { authorKey }: IdBlockLaunch): boolean =>
  authorKey ?? isVouched(auth);

/** The signatures of a pair that are to be verified. */
export function signaturesOf({ block, auth }: IdBlockPair, launch: IdBlockLaunch) {
  if (!auth) return {};
  const signed = (
    field: KeyField,
    signature: P384Signature | undefined,
    message: Uint8Array | undefined,
  ): SignedMessage | undefined => {
    const key = pointIn(auth, field);
    return key && signature && message && { key, signature, message };
  };
  return {
    id: signed('id_key', signatureIn(auth, 'id_block_signature'), block),
    author: countsAuthor(auth, launch)
      ? signed('author_key', signatureIn(auth, 'id_key_signature'), keyBytesIn(auth, 'id_key'))
      : undefined,
  };
}

const NO_BLOCK = 'There is no ID block.';
const NO_AUTH = 'There is no ID authentication.';

function structure(bytes: Uint8Array | undefined, findings: readonly Finding[], missing: string): Result {
  if (!bytes) return notChecked(missing);
  const errors = findings.filter(({ severity }) => severity === 'error');
  return errors.length > 0
    ? failed(errors.map(({ message }) => message).join(' '))
    : passed(`${bytes.length} bytes, as the firmware takes them.`);
}

function signature(is: boolean | undefined, what: string): Result {
  if (is === undefined)
    return failed(`${what} cannot be verified: a number in it or in the key is no number of P-384.`);
  return is
    ? passed(`${what} is right.`)
    : failed(`${what} is wrong: the firmware refuses the launch (fw_error=10 'Bad signature').`);
}

/** What a pair is checked for: the launch, as far as it is given, else as the text with the pair says. */
export const launchOf = ({ stated }: IdBlockPair, given: IdBlockLaunch): IdBlockLaunch => ({
  ...given,
  authorKey: given.authorKey ?? stated?.authorKey,
});

/** Judges a pair. @param results of the signatures that `signaturesOf` names */
export function checkIdBlock(
  { block, auth, stated }: IdBlockPair,
  launch: IdBlockLaunch,
  results: SignatureResults,
): readonly IdBlockStep[] {
  const fields = block && decode(ID_BLOCK, block);
  const other = fields && stated?.policy && statedProblem(fields.policy, stated.policy);
  const judged: Record<Exclude<LaunchStepId, 'stated-policy'>, Result> = {
    'id-block': structure(block, block ? idBlockFindings(block) : [], NO_BLOCK),
    'id-auth': structure(auth, auth ? idAuthFindings(auth, launch.authorKey) : [], NO_AUTH),
    'id-signature': !auth
      ? notChecked(NO_AUTH)
      : !block
        ? notChecked(NO_BLOCK)
        : signature(results.id, 'The signature of the ID block by the ID key'),
    'author-signature': !auth
      ? notChecked(NO_AUTH)
      : countsAuthor(auth, launch)
        ? signature(results.author, 'The signature of the ID key by the author key')
        : notChecked(
            launch.authorKey === false && decode(ID_AUTH, auth).author_key_algorithm === ECDSA_P384
              ? 'The launch does not use the author key.'
              : 'There is no author key.',
          ),
    'launch-digest': !fields
      ? notChecked(NO_BLOCK)
      : !launch.launchDigest
        ? notChecked('No launch digest was given to compare with.')
        : isSameBytes(fields.launch_digest, launch.launchDigest)
          ? passed('The launch digest is that of the launch.')
          : failed(
              `The ID block has the launch digest ${bytesToHex(fields.launch_digest)}, the launch ${bytesToHex(launch.launchDigest)}: the firmware refuses it (fw_error=11 'Bad measurement').`,
            ),
    policy: !fields
      ? notChecked(NO_BLOCK)
      : launch.policy === undefined
        ? notChecked(
            `No policy was given to compare with ${hex(fields.policy)} (${describeSnpPolicy(fields.policy)}).`,
          )
        : fields.policy === launch.policy
          ? passed(`The policy is that of the launch, ${hex(fields.policy)}.`)
          : failed(
              `The ID block has the policy ${hex(fields.policy)}, the launch ${hex(launch.policy)}: the firmware refuses it (fw_error=7 'Policy failure').`,
            ),
  };
  if (!fields || !stated?.policy) return stepsOf(judged);
  const beside =
    other === undefined
      ? passed(`The policy beside the ID block is its own, ${hex(fields.policy)}.`)
      : failed(other);
  return stepsOf({ ...judged, 'stated-policy': beside });
}
