// Whether an ID block and its authentication fit the launch that they belong to, as QEMU and the firmware judge it before the guest
// starts. Signatures are not verified here: the firmware does that, and the report names the keys.

import { hex } from '../binary/hex';
import { ECDSA_P384, ID_BLOCK_VERSION, idAuthIn, idBlockIn } from '../tech/snp/idBlock';
import type { LaunchSecurity } from './facts';

/** What is wrong, and what to do: two sentences. */
export interface Unfit {
  readonly fail: string;
  readonly advice: string;
}

/** What of the authentication must be zero. */
const RESERVED = [
  { name: 'reserved_0x8', offset: 0x8 },
  { name: 'reserved_0x644', offset: 0x644 },
  { name: 'reserved_0xc84', offset: 0xc84 },
] as const;

const MAKE = 'Make both anew for this launch, with snp-create-id-block or "snpguest generate id-block".';

/** Why the launch of a domain fails because of its ID block; undefined when it does not, or there is none. */
export function whyUnfitIdBlock({
  idBlock,
  idAuth,
  authorKey,
  policy,
}: Pick<LaunchSecurity, 'idBlock' | 'idAuth' | 'authorKey' | 'policy'>): Unfit | undefined {
  if (idBlock === undefined && idAuth === undefined)
    return authorKey === true
      ? {
          fail: 'The domain has authorKey="yes" without an ID block that an author could vouch for.',
          advice: MAKE,
        }
      : undefined;
  if (idBlock === undefined || idAuth === undefined)
    return {
      fail: `The domain has ${idBlock === undefined ? 'an idAuth without an idBlock' : 'an idBlock without an idAuth'}; QEMU takes both or neither.`,
      advice: MAKE,
    };
  const block = idBlockIn(idBlock);
  const auth = idAuthIn(idAuth);
  const reserved = RESERVED.filter(({ name }) => auth[name].some((byte) => byte !== 0));
  const fails: readonly [is: boolean, why: string][] = [
    [block.version !== ID_BLOCK_VERSION, `its version is ${block.version}, not ${ID_BLOCK_VERSION}`],
    [
      policy !== undefined && block.policy !== policy,
      `its policy is ${hex(block.policy)}, that of the domain ${hex(policy ?? 0n)} (fw_error=7 'Policy failure')`,
    ],
    [
      auth.id_key_algorithm !== ECDSA_P384,
      `the algorithm of its key is ${auth.id_key_algorithm}, and only ${ECDSA_P384} is known, ECDSA P-384`,
    ],
    [
      authorKey === true && auth.author_key_algorithm !== ECDSA_P384,
      `the domain has authorKey="yes", and the algorithm of that key is ${auth.author_key_algorithm}, not ${ECDSA_P384}`,
    ],
    [
      reserved.length > 0,
      `bytes that must be zero are not, at ${reserved.map(({ offset }) => hex(offset)).join(', ')} of its authentication (fw_error=22 'Invalid parameter')`,
    ],
  ];
  const why = fails.find(([is]) => is)?.[1];
  return why === undefined
    ? undefined
    : { fail: `The firmware refuses the launch with this ID block: ${why}.`, advice: MAKE };
}
