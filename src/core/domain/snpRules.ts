// The rules about a domain of type sev-snp: what its policy leaves to the host, whether QEMU and the firmware launch it at all, and
// what the report of its guest must show (SEV-SNP Firmware ABI; QEMU, target/i386/sev.c; libvirt, "Launch Security").

import { hex } from '../binary/hex';
import { plainText } from '../binary/plainText';
import {
  describeSnpPolicy,
  snpPolicyPlace,
  snpPolicyValue,
  unfitSnpPolicy,
  type SnpPolicyName,
} from '../tech/snp/policy';
import { whyUnfitIdBlock } from './idBlockFit';
import { SNP } from './launchTypes';
import { snpPoliciesOf, type DomainQuestion, type DomainRule, type DomainJudgement } from './question';

/** More names are counted, not listed, and longer ones are cut. */
const MOST_LISTED = 3;
const MOST_QUOTED = 40;

/**
 * How much it matters that a policy leaves something to the host. `insecure`: the host may read or change the guest. `remark`: it
 * may put something beside the guest that people should know of. `note`: it is so in most launches.
 */
type Weight = 'insecure' | 'remark' | 'note';

/** Something that a policy can leave to the host. */
interface Leeway {
  readonly id: string;
  /** What is so where the policy does not leave it. */
  readonly title: string;
  readonly bit: SnpPolicyName;
  /** The value of the bit that leaves it to the host. */
  readonly when: 0 | 1;
  readonly weight: Weight;
  /** What the policy does then, the end of a sentence. */
  readonly allows: string;
  readonly otherwise: string;
}

const LEEWAYS: readonly Leeway[] = [
  {
    id: 'debugging',
    title: 'The host may not debug the guest',
    bit: 'DEBUG',
    when: 1,
    weight: 'insecure',
    allows:
      'lets the host debug the guest: whoever runs the host can read and change its memory, whatever was measured',
    otherwise: 'Debugging is not allowed.',
  },
  {
    id: 'migration-agent',
    title: 'No migration agent may be bound to the guest',
    bit: 'MIGRATE_MA',
    when: 1,
    weight: 'insecure',
    allows:
      'lets the host bind a migration agent of its choice, which gets the keys and the memory of the guest (the report shows its id at 0x160)',
    otherwise: 'None may be.',
  },
  {
    id: 'cxl-devices',
    title: 'No CXL device has memory of the guest',
    bit: 'CXL_ALLOW',
    when: 1,
    weight: 'remark',
    allows: 'lets the host put memory of CXL devices into the guest',
    otherwise: 'They are not allowed.',
  },
  {
    id: 'smt',
    title: 'SMT is off on the host',
    bit: 'SMT',
    when: 1,
    weight: 'note',
    allows: 'lets the host run other guests on the sibling threads of its vCPUs',
    otherwise: 'The guest starts only where it is.',
  },
  {
    id: 'single-socket',
    title: 'The guest stays on one socket',
    bit: 'SINGLE_SOCKET',
    when: 0,
    weight: 'note',
    allows: 'lets the host run it on several sockets',
    otherwise: 'It may not run on several.',
  },
];

function judgeLeeway(
  { bit, when, weight, allows, otherwise }: Leeway,
  question: DomainQuestion,
): DomainJudgement {
  // Whoever says it, the firmware knows only one: as long as nobody has seen which, the laxest counts.
  const lax = snpPoliciesOf(question).find((policy) => snpPolicyValue(policy, bit) === when);
  if (lax === undefined) return { ok: otherwise };
  const is = when === 1 ? 'set' : 'clear';
  const found = `The policy ${hex(lax)} ${allows} (${snpPolicyPlace(bit)}, is ${is}).`;
  if (weight !== 'insecure') return { skip: found, ...(weight === 'remark' && { warn: true as const }) };
  return {
    fail: found,
    kind: 'insecure',
    advice: `Clear that bit in <policy>, and demand of the guest's report that it is clear (0x008).`,
    security: true,
  };
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
      const why = unfitSnpPolicy(policy);
      return why === undefined
        ? { ok: `It is ${hex(policy)}: ${describeSnpPolicy(policy)}.` }
        : {
            fail: `The firmware launches no guest with the policy ${hex(policy)}: ${why}.`,
            kind: 'config',
            advice: "Use 0x30000, QEMU's own, or set what you want on top of that.",
          };
    },
  },
  ...LEEWAYS.map((leeway): DomainRule => ({
    id: leeway.id,
    title: leeway.title,
    type: SNP,
    config: true,
    judge: (question) => judgeLeeway(leeway, question),
  })),
  {
    id: 'policy-floor',
    title: 'The policy demands a version of the SEV firmware',
    type: SNP,
    config: true,
    judge: (question) => {
      const [policy = 0n] = snpPoliciesOf(question);
      const [major, minor] = [snpPolicyValue(policy, 'ABI_MAJOR'), snpPolicyValue(policy, 'ABI_MINOR')];
      if (major === 0 && minor === 0)
        return {
          skip: 'Any version may launch the guest (ABI floor 0.0): demand one of the report instead.',
        };
      const { apiMajor, apiMinor } = question.info ?? {};
      if (apiMajor === undefined || apiMinor === undefined) return { ok: `It is ABI ${major}.${minor}.` };
      const isOlder = apiMajor < major || (apiMajor === major && apiMinor < minor);
      return isOlder
        ? {
            warn: true,
            skip: `It is ABI ${major}.${minor}, and the host says that it has ${apiMajor}.${apiMinor}, which would have refused the launch.`,
          }
        : { ok: `It is ABI ${major}.${minor}, and the host says that it has ${apiMajor}.${apiMinor}.` };
    },
  },
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
