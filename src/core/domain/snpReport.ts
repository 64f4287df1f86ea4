// What an SNP domain says of the attestation report that its guest will get, besides the launch digest (SEV-SNP Firmware ABI,
// ATTESTATION_REPORT): the fields that its definition decides. All of it is the host's word; the report is the firmware's.

import { bytesToHex, fromBase64, hex } from '../binary/hex';
import type { Hashes } from '../launch/hasher';
import type { Report } from '../launch/report';
import { bytesIn, idBlockIn, keyDigestIn, type KeyField } from '../tech/snp/idBlock';
import { describeSnpPolicy } from '../tech/snp/policy';
import type { LaunchSecurity } from './facts';

type Facts = readonly (readonly [name: string, value: string | undefined])[];

/** What a host can report about an SNP launch without computing anything. @param reported the policy of the launch */
export function snpFacts(launch: LaunchSecurity, reported: bigint | undefined): Facts {
  const policy = reported ?? launch.policy;
  const { hostData, idBlock, guestVisibleWorkarounds: workarounds } = launch;
  return [
    ['SNP policy', policy === undefined ? undefined : `${hex(policy)}: ${describeSnpPolicy(policy)}`],
    ['Kernel hashes', launch.kernelHashes ? 'on' : 'off'],
    ['ID block', idBlock === undefined ? 'none' : 'given; the report shows its family, image and keys'],
    ['Author key', launch.authorKey ? 'in the ID block' : 'none'],
    ['Host data', hostData === undefined ? 'none' : hexIn(hostData)],
    ['Guest-visible workarounds', workarounds === undefined ? undefined : hexIn(workarounds)],
    [
      'Signing key',
      launch.vcek === false ? 'VLEK: the VCEK is switched off' : 'VCEK, or a VLEK if the host has one',
    ],
  ];
}

const hexIn = (base64: string): string => bytesToHex(fromBase64(base64)!);

/** What the report must show of an ID block, by the offsets of its fields; nothing without one. */
export function idBlockFacts({ idBlock, idAuth, authorKey }: LaunchSecurity, hashes: Hashes): Facts {
  if (idBlock === undefined || idAuth === undefined) return [];
  const { guest_svn: svn, family_id: family, image_id: image } = idBlockIn(idBlock);
  const digest = (key: KeyField) => bytesToHex(keyDigestIn(bytesIn(idAuth), key, hashes));
  return [
    ['Guest SVN (0x004)', String(svn)],
    ['Family ID (0x010)', bytesToHex(family)],
    ['Image ID (0x020)', bytesToHex(image)],
    ['ID key digest (0x0e0)', digest('id_key')],
    ['Author key digest (0x110)', authorKey === true ? digest('author_key') : undefined],
  ];
}

/** Why the firmware refuses a launch with another digest than that of its ID block, a sentence; undefined when they are equal. */
export function otherDigest(
  { idBlock }: LaunchSecurity,
  { expected }: Pick<Report, 'expected'>,
): string | undefined {
  if (idBlock === undefined || expected === undefined) return undefined;
  const demanded = bytesToHex(idBlockIn(idBlock).launch_digest);
  return demanded === expected
    ? undefined
    : `The ID block of the domain is for the launch digest ${demanded}, which these inputs do not give: the firmware launches the domain with other inputs, or not at all (fw_error=11 'Bad measurement').`;
}
