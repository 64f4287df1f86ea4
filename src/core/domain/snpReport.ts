// What an SNP domain says of the attestation report that its guest will get, besides the launch digest (SEV-SNP Firmware ABI,
// ATTESTATION_REPORT): the fields that its definition decides. All of it is the host's word; the report is the firmware's.

import { bytesToHex, fromBase64, hex, toBase64 } from '../binary/hex';
import type { Hashes } from '../launch/hasher';
import type { StatedReport } from '../check/checkReport';
import { statedByIdBlock } from '../check/statedIds';
import type { HostId } from '../launch/inputs';
import type { Report, Source } from '../launch/report';
import { bytesIn, idBlockIn, keyDigestIn, type KeyField } from '../tech/snp/idBlock';
import { describeSnpPolicy } from '../tech/snp/policy';
import { describeCpuId } from '../vmsa/launch/cpuModels';
import type { ProfileId } from '../vmsa/launch/profiles';
import type { CpuId } from '../vmsa/launch/signature';
import type { LaunchSecurity } from './facts';
import { snpPoliciesBy, WISH_IDS, type DomainQuestion, type WishId } from './question';
import { featuresInWords, snpFeaturesOf, snpProfileOf } from './wishRules';

/** A fact, and who said it; without a value there is none. */
export type SaidFact = readonly [name: string, value: string | undefined, source?: Source];

/** What decides the pages of the vCPUs of an SNP launch, and what of it only the host said. */
export interface MeasuredVcpus {
  readonly vcpus?: number | undefined;
  readonly cpu?: CpuId | undefined;
  readonly profile?: ProfileId | undefined;
  readonly features?: bigint | undefined;
  readonly fromHost: readonly HostId[];
}

/** The inputs of the pages of the vCPUs. */
export function vcpuFacts({ vcpus = 1, cpu, fromHost, ...given }: MeasuredVcpus): readonly SaidFact[] {
  const by = (id: HostId): Source => (fromHost.includes(id) ? 'host' : 'owner');
  const stated = (value: unknown): Source => (value === undefined ? 'derived' : 'owner');
  return [
    ['vCPUs', String(vcpus), by('vcpus')],
    ['CPU', cpu && describeCpuId(cpu), by('cpu')],
    ['Profile', snpProfileOf(given).id, stated(given.profile)],
    ['SEV features', featuresInWords(snpFeaturesOf(given)), stated(given.features ?? given.profile)],
  ];
}

/** The launch security of an SNP domain, with what its owner wants of it in place of what the host says. */
export function wantedLaunch({
  config,
  given: { wishes = {} },
}: Pick<DomainQuestion, 'config' | 'given'>): LaunchSecurity {
  const wanted = WISH_IDS.flatMap((id) => {
    const value = wishes[id];
    return value === undefined ? [] : [[id, typeof value === 'boolean' ? value : toBase64(value)] as const];
  });
  return { ...config.launchSecurity!, ...Object.fromEntries(wanted) };
}

/** What the definition of an SNP domain says of its launch and of its report; the owner's own words first. */
export function snpFacts(question: DomainQuestion): readonly SaidFact[] {
  const launch = wantedLaunch(question);
  const { given } = question;
  const { owner, domain, reported } = snpPoliciesBy(question);
  const policy = owner ?? reported ?? domain;
  const { idBlock, guestVisibleWorkarounds: workarounds } = launch;
  const by = (id: WishId): Source => (given.wishes?.[id] === undefined ? 'host' : 'owner');
  return [
    [
      'Policy (0x008)',
      policy === undefined ? undefined : `${hex(policy)}: ${describeSnpPolicy(policy)}`,
      owner === undefined ? 'host' : 'owner',
    ],
    ['Host data (0x0c0)', launch.hostData === undefined ? 'none' : hexIn(launch.hostData), by('hostData')],
    // The launch digest is computed of what the domain has.
    ['Kernel hashes', question.config.launchSecurity!.kernelHashes ? 'on' : 'off', 'host'],
    ['ID block', idBlock === undefined ? 'none' : 'there is one', by('idBlock')],
    ['Author key', launch.authorKey ? 'in the ID block' : 'none', by('authorKey')],
    [
      'Guest-visible workarounds',
      workarounds === undefined ? undefined : hexIn(workarounds),
      by('guestVisibleWorkarounds'),
    ],
    [
      'Signing key',
      launch.vcek === false ? 'VLEK: the VCEK is switched off' : 'VCEK, or a VLEK if the host has one',
      by('vcek'),
    ],
  ];
}

const hexIn = (base64: string): string => bytesToHex(fromBase64(base64)!);

/** What the report must show of an ID block, by the offsets of its fields; nothing without one. */
export function idBlockFacts(
  question: Pick<DomainQuestion, 'config' | 'given'>,
  hashes: Hashes,
): readonly SaidFact[] {
  const { idBlock, idAuth, authorKey } = wantedLaunch(question);
  const { wishes = {} } = question.given;
  const by = (value: unknown): Source => (value === undefined ? 'host' : 'owner');
  const [ofBlock, ofAuth] = [by(wishes.idBlock), by(wishes.idAuth)];
  if (idBlock === undefined || idAuth === undefined) return [];
  const { guest_svn: svn, family_id: family, image_id: image } = idBlockIn(idBlock);
  const digest = (key: KeyField) => bytesToHex(keyDigestIn(bytesIn(idAuth), key, hashes));
  return [
    ['Guest SVN (0x004)', String(svn), ofBlock],
    ['Family ID (0x010)', bytesToHex(family), ofBlock],
    ['Image ID (0x020)', bytesToHex(image), ofBlock],
    ['ID key digest (0x0e0)', digest('id_key'), ofAuth],
    ['Author key digest (0x110)', authorKey === true ? digest('author_key') : undefined, ofAuth],
  ];
}

/** What the report of the guest must show: what the owner says, and otherwise what the domain is defined with. */
export function statedByDomain(question: DomainQuestion, hashes: Hashes): StatedReport {
  const { idBlock, idAuth, authorKey, hostData, vcek } = wantedLaunch(question);
  const { owner, domain, reported } = snpPoliciesBy(question);
  const bytesOf = (text: string | undefined) => (text === undefined ? undefined : bytesIn(text));
  const ids = { idBlock: bytesOf(idBlock), idAuth: bytesOf(idAuth), authorKey };
  const ofBlock = statedByIdBlock(ids, hashes);
  const ofOwner = question.given.wishes?.idBlock && ofBlock.policy;
  return {
    ...ofBlock,
    policy: owner ?? ofOwner ?? reported ?? domain ?? ofBlock.policy,
    vcek,
    hostData: bytesOf(hostData),
  };
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
