// What an owner says of a launch that its digest does not cover, for the report of a check against a digest.

import { describeBits } from '../core/binary/describe';
import { bytesToHex, hex } from '../core/binary/hex';
import { decode } from '../core/binary/struct';
import type { Report } from '../core/launch/report';
import { ID_BLOCK } from '../core/tech/snp/idBlock';
import { describeSnpPolicy } from '../core/tech/snp/policy';
import { SEV_FEATURES } from '../core/vmsa/layout/bitsSev';
import type { DigestInputs } from './launch';

type Stated = Omit<DigestInputs, 'launchDigest'>;

/** What the owner says that is no part of a digest, and the features by name. */
export function unmeasuredFacts(inputs: Stated): Report['facts'] {
  const { guestPolicy, hostData, features, idBlock, idAuth, authorKey, vcek } = inputs;
  const { guestVisibleWorkarounds: workarounds } = inputs;
  const unmeasured = (name: string, value: string | undefined) =>
    value === undefined ? [] : [{ name, value: `${value}; no part of the launch digest` }];
  const yesNo = (is: boolean | undefined) => (is === undefined ? undefined : is ? 'yes' : 'no');
  return [
    ...(features === undefined
      ? []
      : [
          {
            name: 'SEV features',
            value: `${hex(features)}: ${describeBits(SEV_FEATURES, features) || 'none'}`,
          },
        ]),
    ...unmeasured(
      'Policy',
      guestPolicy === undefined ? undefined : `${hex(guestPolicy)}: ${describeSnpPolicy(guestPolicy)}`,
    ),
    ...unmeasured('Host data', hostData && bytesToHex(hostData)),
    ...unmeasured(
      'ID block',
      idBlock && `for the digest ${bytesToHex(decode(ID_BLOCK, idBlock).launch_digest)}`,
    ),
    ...unmeasured('ID authentication', idAuth && 'given'),
    ...unmeasured('Author key', yesNo(authorKey)),
    ...unmeasured('VCEK', yesNo(vcek)),
    ...unmeasured('Guest-visible workarounds', workarounds && bytesToHex(workarounds)),
  ];
}

/** That the firmware refuses the launch with this ID block, a sentence; nothing where it does not. @param computed lower-case hexadecimal */
export function idBlockRemark({ idBlock }: Stated, computed: string | undefined): string[] {
  const demanded = idBlock && bytesToHex(decode(ID_BLOCK, idBlock).launch_digest);
  return demanded === undefined || computed === undefined || demanded === computed
    ? []
    : [
        `The ID block is for the launch digest ${demanded}, which these inputs do not give: the firmware refuses such a launch (fw_error=11 'Bad measurement').`,
      ];
}
