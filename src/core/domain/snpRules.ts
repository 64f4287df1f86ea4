// The rules about a domain of type sev-snp: what its policy leaves to the host, whether QEMU and the firmware launch it at all, and
// what the report of its guest must show (SEV-SNP Firmware ABI; QEMU, target/i386/sev.c; libvirt, "Launch Security").

import { hex } from '../binary/hex';
import { plainText } from '../binary/plainText';
import { describeSnpPolicy, snpPolicyValue, unfitSnpPolicy } from '../tech/snp/policy';
import { LEEWAYS, leewayText, refusedPolicyText, type Leeway } from '../tech/snp/policyRules';
import { whyUnfitIdBlock } from './idBlockFit';
import { SNP } from './launchTypes';
import { snpPoliciesOf, type DomainQuestion, type DomainRule, type DomainJudgement } from './question';

/** More names are counted, not listed, and longer ones are cut. */
const MOST_LISTED = 3;
const MOST_QUOTED = 40;

function judgeLeeway(row: Leeway, question: DomainQuestion): DomainJudgement {
  // Whoever says it, the firmware knows only one: as long as nobody has seen which, the laxest counts.
  const policies = snpPoliciesOf(question);
  const lax = policies.find((policy) => row.isLeft(policy));
  if (lax === undefined)
    return row.id === 'floor' && policies[0] !== undefined
      ? judgeFloor(policies[0], question)
      : { ok: row.domain.otherwise };
  const found = leewayText(lax, row);
  if (row.weight !== 'insecure')
    return { skip: found, ...(row.weight === 'remark' && { warn: true as const }) };
  return {
    fail: found,
    kind: 'insecure',
    advice: `Clear that bit in <policy>, and demand of the guest's report that it is clear (0x008).`,
    security: true,
  };
}

/** The version of the firmware that the policy demands, beside the one that the host says it has. */
function judgeFloor(policy: bigint, { info }: DomainQuestion): DomainJudgement {
  const [major, minor] = [snpPolicyValue(policy, 'ABI_MAJOR'), snpPolicyValue(policy, 'ABI_MINOR')];
  const { apiMajor, apiMinor } = info ?? {};
  if (apiMajor === undefined || apiMinor === undefined) return { ok: `It is ABI ${major}.${minor}.` };
  const isOlder = apiMajor < major || (apiMajor === major && apiMinor < minor);
  return isOlder
    ? {
        warn: true,
        skip: `It is ABI ${major}.${minor}, and the host says that it has ${apiMajor}.${apiMinor}, which would have refused the launch.`,
      }
    : { ok: `It is ABI ${major}.${minor}, and the host says that it has ${apiMajor}.${apiMinor}.` };
}

/** The rules of SEV-SNP, after those about any domain's configuration. */
export const snpRules: readonly DomainRule[] = [
  {
    id: 'policy-valid',
    title: 'The firmware takes the policy',
    type: SNP,
    config: true,
    judge: ({ config: { launchSecurity } }) => {
      const policy = launchSecurity?.policy ?? 0n;
      const [unfit] = unfitSnpPolicy(policy);
      return unfit === undefined
        ? { ok: `It is ${hex(policy)}: ${describeSnpPolicy(policy)}.` }
        : {
            fail: refusedPolicyText(policy, unfit.why),
            kind: 'config',
            advice: "Use 0x30000, QEMU's own, or set what you want on top of that.",
          };
    },
  },
  ...LEEWAYS.map((row: Leeway): DomainRule => ({
    id: row.domain.id,
    title: row.domain.title,
    type: SNP,
    config: true,
    judge: (question) => judgeLeeway(row, question),
  })),
  {
    id: 'rom-loader',
    title: 'The firmware is a ROM',
    type: SNP,
    config: true,
    judge: ({ config: { loader } }) =>
      loader?.type === 'pflash'
        ? {
            fail: 'The loader is flash (type pflash), with which QEMU starts no SNP guest: KVM has no read-only memory for those.',
            kind: 'config',
            advice:
              "Write <loader type='rom' stateless='yes'> with a single image, such as OVMF's AmdSev build.",
          }
        : { ok: 'QEMU gets it with -bios.' },
  },
  {
    id: 'stateless-loader',
    title: 'The loader is stateless',
    type: SNP,
    config: true,
    judge: ({ config: { loader } }) => {
      if (loader?.stateless === true) return { ok: 'It says so.' };
      // Without the attribute libvirt adds a variable store to flash, and can add none to a ROM.
      if (loader?.type !== 'pflash' && loader?.stateless === undefined)
        return { ok: 'A ROM has no store of variables.' };
      return {
        fail: 'The loader is not stateless: libvirt gives the guest a variable store, which the host can change and nothing measures.',
        kind: 'insecure',
        advice: "Write <loader stateless='yes'>.",
        security: true,
      };
    },
  },
  {
    id: 'id-block',
    title: 'The ID block fits the launch',
    type: SNP,
    config: true,
    judge: ({ config: { launchSecurity } }) => {
      const why = whyUnfitIdBlock(launchSecurity!);
      if (why) return { ...why, kind: 'config' };
      return launchSecurity?.idBlock === undefined
        ? { ok: 'There is none: the report shows zeros for what would be in it.' }
        : { ok: 'Its version, policy and algorithms do.' };
    },
  },
  {
    id: 'signing-key',
    title: 'A VCEK may sign the report',
    type: SNP,
    config: true,
    judge: ({ config: { launchSecurity } }) =>
      launchSecurity?.vcek === false
        ? {
            skip: 'The domain switches it off (vcek="no"): a VLEK signs the report, whose certificates are others, and on a host without one the guest gets no report.',
          }
        : { ok: 'It is not switched off.' },
  },
  {
    id: 'kvm',
    title: 'QEMU runs the guest with KVM',
    type: SNP,
    config: true,
    judge: ({ config: { type } }) =>
      type === 'kvm'
        ? { ok: 'It does.' }
        : {
            fail: `The domain is of type "${plainText(type, MOST_QUOTED)}", and only KVM launches SNP guests.`,
            kind: 'config',
            advice: "Write <domain type='kvm'>.",
          },
  },
  {
    id: 'later-vcpus',
    title: 'All vCPUs are there from the start',
    type: SNP,
    config: true,
    judge: ({ config: { vcpus } }) => {
      const { current, max } = vcpus;
      return current === max
        ? { ok: `The domain has ${current} and no room for more.` }
        : {
            skip: `The domain starts with ${current} of ${max}, which are measured; those that are plugged in later are in no launch digest.`,
          };
    },
  },
  {
    id: 'known-settings',
    title: 'Everything in its launch security is known here',
    type: SNP,
    config: true,
    judge: ({ config: { launchSecurity } }) => {
      const { unknown = [] } = launchSecurity ?? {};
      if (unknown.length === 0) return { ok: 'It is.' };
      const names = unknown.slice(0, MOST_LISTED).map((name) => plainText(name, MOST_QUOTED));
      const more = unknown.length > MOST_LISTED ? ` and ${unknown.length - MOST_LISTED} more` : '';
      return {
        warn: true,
        skip: `It has what a later libvirt knows: ${names.join(', ')}${more}.`,
        advice: 'Look up whether that changes what is measured, which is computed without it.',
      };
    },
  },
];
