// Whether the guest of an attestation report was launched with an ID block: the firmware copies what is in the block into the report, and
// of the keys their digests (SEV-SNP Firmware ABI, SNP_LAUNCH_FINISH and ATTESTATION_REPORT).

import { bytesToHex, hex, isSameBytes, isZero } from '../../binary/hex';
import { decode } from '../../binary/struct';
import type { Hashes } from '../../launch/hasher';
import { ID_BLOCK, keyDigestIn } from './idBlock';
import type { IdBlockLaunch } from './idBlockCheck';
import { isVouched } from './idBlockRules';
import { failed, notChecked, passed, stepsOf } from './idBlockSteps';
import type { IdBlockStep, ReportStepId, Result } from './idBlockSteps';
import type { IdBlockPair } from './idBlockText';

/** What a report says of an ID block, by the names of its fields. */
export interface ReportedIdBlock {
  readonly measurement: Uint8Array;
  readonly policy: bigint;
  readonly family_id: Uint8Array;
  readonly image_id: Uint8Array;
  readonly guest_svn: number;
  readonly id_key_digest: Uint8Array;
  readonly author_key_digest: Uint8Array;
}

/** Compares two values of one kind. @param name with its article, such as `the family` */
const same = <T>(name: string, ours: T, reported: T, text: (value: T) => string): Result =>
  text(ours) === text(reported)
    ? passed(`Both have ${name} ${text(ours)}.`)
    : failed(`The ID block has ${name} ${text(ours)}, the report ${text(reported)}.`);

/** The key of the owner, by its digest. */
function idKey(auth: Uint8Array, { id_key_digest: reported }: ReportedIdBlock, hashes: Hashes): Result {
  if (isZero(reported))
    return failed('The report has no digest of an ID key: its guest was launched without an ID block.');
  const ours = keyDigestIn(auth, 'id_key', hashes);
  return isSameBytes(ours, reported)
    ? passed(`Both have the ID key ${bytesToHex(ours)}.`)
    : failed(`The digest of the ID key is ${bytesToHex(ours)}, in the report ${bytesToHex(reported)}.`);
}

/** The key of the author, which a VMM may leave out, and which then is in no report. */
function authorKey(
  auth: Uint8Array,
  { author_key_digest: reported }: ReportedIdBlock,
  { authorKey: isUsed = isVouched(auth) }: IdBlockLaunch,
  hashes: Hashes,
): Result {
  const isReported = !isZero(reported);
  if (!isUsed)
    return isReported
      ? failed(`The report has the author key ${bytesToHex(reported)}, the launch uses none.`)
      : passed('Neither the launch nor the report has an author key.');
  const ours = keyDigestIn(auth, 'author_key', hashes);
  if (!isReported)
    return failed(
      `The report has no author key, the ID authentication ${bytesToHex(ours)}: the VMM did not ask for it (QEMU: author-key-enabled=on, libvirt: authorKey='yes').`,
    );
  return isSameBytes(ours, reported)
    ? passed(`Both have the author key ${bytesToHex(ours)}.`)
    : failed(`The digest of the author key is ${bytesToHex(ours)}, in the report ${bytesToHex(reported)}.`);
}

/** Compares a pair with what a report says. Whether the report is genuine is not looked at. */
export function compareWithReport(
  { block, auth }: IdBlockPair,
  reported: ReportedIdBlock,
  launch: IdBlockLaunch,
  hashes: Hashes,
): readonly IdBlockStep[] {
  const fields = block && decode(ID_BLOCK, block);
  const ofBlock = (compare: (ours: NonNullable<typeof fields>) => Result): Result =>
    fields ? compare(fields) : notChecked('There is no ID block.');
  const ofAuth = (compare: (ours: Uint8Array) => Result): Result =>
    auth ? compare(auth) : notChecked('There is no ID authentication.');
  const results: Readonly<Record<ReportStepId, Result>> = {
    'report-measurement': ofBlock((ours) =>
      same('the launch digest', ours.launch_digest, reported.measurement, bytesToHex),
    ),
    'report-policy': ofBlock((ours) => same('the policy', ours.policy, reported.policy, hex)),
    'report-family': ofBlock((ours) => same('the family', ours.family_id, reported.family_id, bytesToHex)),
    'report-image': ofBlock((ours) => same('the image', ours.image_id, reported.image_id, bytesToHex)),
    'report-svn': ofBlock((ours) => same('the guest SVN', ours.guest_svn, reported.guest_svn, String)),
    'report-id-key': ofAuth((ours) => idKey(ours, reported, hashes)),
    'report-author-key': ofAuth((ours) => authorKey(ours, reported, launch, hashes)),
  };
  return stepsOf(results);
}
