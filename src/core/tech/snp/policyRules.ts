// What a guest policy of SEV-SNP is judged by, wherever one is read: in a launch file, an ID block, a domain, a command line of QEMU, a report
// (SEV-SNP Firmware ABI, section 4.3). One table, so that the same policy is called the same everywhere. Who said the policy is for
// the reader to weigh: that of a launch file and of an ID block is its owner's, that of a domain its host's.

import { hex } from '../../binary/hex';
import type { Severity } from '../../binary/region';
import { snpPolicyPlace, snpPolicyValue, unfitSnpPolicy, type SnpPolicyName } from './policy';

/**
 * How much it matters that a policy leaves something to the host. `insecure`: the host may read or change the guest. `remark`: it
 * may put something beside the guest that people should know of. `note`: it is so in most launches.
 */
export type Weight = 'insecure' | 'remark' | 'note';

/** Something that a policy can leave to the host. */
export interface Leeway {
  readonly id: string;
  /** Its rule about a domain: what is so where the policy does not leave it, and what is said then. */
  readonly domain: { readonly id: string; readonly title: string; readonly otherwise: string };
  readonly weight: Weight;
  readonly isLeft: (policy: bigint) => boolean;
  /** What the policy lets the host do, the end of a sentence. */
  readonly lets: string;
  /** The bit that says so: `DEBUG, bit 19, is set`. */
  readonly place: string;
}

/** Of a bit that leaves something to the host where it has a value. */
const byBit = (bit: SnpPolicyName, when: 0 | 1): Pick<Leeway, 'isLeft' | 'place'> => ({
  isLeft: (policy) => snpPolicyValue(policy, bit) === when,
  place: `${snpPolicyPlace(bit)}, is ${when === 1 ? 'set' : 'clear'}`,
});

/** All of them, what matters most first. */
export const LEEWAYS = [
  {
    id: 'debug',
    domain: {
      id: 'debugging',
      title: 'The host may not debug the guest',
      otherwise: 'Debugging is not allowed.',
    },
    weight: 'insecure',
    ...byBit('DEBUG', 1),
    lets: 'debug the guest: whoever runs the host can read and change its memory, whatever was measured',
  },
  {
    id: 'migration',
    domain: {
      id: 'migration-agent',
      title: 'No migration agent may be bound to the guest',
      otherwise: 'None may be.',
    },
    weight: 'insecure',
    ...byBit('MIGRATE_MA', 1),
    lets: 'bind a migration agent of its choice, which gets the keys and the memory of the guest, and whose id the report shows at 0x160',
  },
  {
    id: 'cxl',
    domain: {
      id: 'cxl-devices',
      title: 'No CXL device has memory of the guest',
      otherwise: 'They are not allowed.',
    },
    weight: 'remark',
    ...byBit('CXL_ALLOW', 1),
    lets: 'put memory of CXL devices into the guest',
  },
  {
    id: 'smt',
    domain: {
      id: 'smt',
      title: 'SMT is off on the host',
      otherwise: 'The guest starts only where it is.',
    },
    weight: 'note',
    ...byBit('SMT', 1),
    lets: 'run other guests on the sibling threads of its vCPUs',
  },
  {
    id: 'single-socket',
    domain: {
      id: 'single-socket',
      title: 'The guest stays on one socket',
      otherwise: 'It may not run on several.',
    },
    weight: 'note',
    ...byBit('SINGLE_SOCKET', 0),
    lets: 'run it on several sockets',
  },
  {
    id: 'page-swap',
    domain: {
      id: 'page-swap',
      title: 'The host may not move or swap pages of the guest',
      otherwise: 'It may not.',
    },
    weight: 'note',
    ...byBit('PAGE_SWAP_DISABLE', 0),
    lets: 'move and swap its pages',
  },
  {
    id: 'ciphertext',
    domain: {
      id: 'ciphertext-hiding',
      title: 'The host cannot read the ciphertext of the guest',
      otherwise: 'The guest starts only where it is hidden.',
    },
    weight: 'note',
    ...byBit('CIPHERTEXT_HIDING', 0),
    lets: 'read its ciphertext in memory',
  },
  {
    id: 'encryption',
    domain: {
      id: 'memory-encryption',
      title: 'Memory is encrypted with AES-256 XTS',
      otherwise: 'The guest starts only where it is.',
    },
    weight: 'note',
    ...byBit('MEM_AES_256_XTS', 0),
    lets: 'encrypt its memory with less than AES-256 XTS',
  },
  {
    id: 'power',
    domain: {
      id: 'power-readings',
      title: 'The host cannot read how much power the guest uses',
      otherwise: 'The guest starts only where RAPL is off.',
    },
    weight: 'note',
    ...byBit('RAPL_DIS', 0),
    lets: 'read how much power it uses',
  },
  {
    id: 'floor',
    domain: {
      id: 'policy-floor',
      title: 'The policy demands a version of the SEV firmware',
      otherwise: 'It does.',
    },
    weight: 'note',
    isLeft: (policy) =>
      snpPolicyValue(policy, 'ABI_MAJOR') === 0 && snpPolicyValue(policy, 'ABI_MINOR') === 0,
    place: 'ABI floor 0.0',
    lets: 'launch it with any version of the SEV firmware',
  },
] as const satisfies readonly Leeway[];

/** What a policy leaves to the host by one row, a sentence. */
export const leewayText = (policy: bigint, { lets, place }: Pick<Leeway, 'lets' | 'place'>): string =>
  `The policy ${hex(policy)} lets the host ${lets} (${place}).`;

/** What firmware says to a policy that it refuses. @param why a phrase, of unfitSnpPolicy */
export const refusedPolicyText = (policy: bigint, why: string): string =>
  `No firmware launches a guest under the policy ${hex(policy)}: ${why}.`;

type Heavy = Exclude<(typeof LEEWAYS)[number], { readonly weight: 'note' }>['id'];

/** The name of a rule, to which each place of a policy adds its own prefix. */
export type PolicyRuleId = 'bit-17' | 'reserved' | Heavy | 'lenient';

/** Every rule with its severity and what it detects, in order. What most policies leave is said together. */
const POLICY_RULES: Readonly<Record<PolicyRuleId, readonly [Severity, string]>> = {
  'bit-17': ['error', 'Bit 17 of the policy is clear, which firmware requires to be set.'],
  reserved: ['error', 'The policy has bits set that mean nothing, which firmware refuses.'],
  debug: ['warning', 'The policy lets the host debug the guest: it can read and change its memory.'],
  migration: [
    'warning',
    'The policy lets the host bind a migration agent, which gets the keys and the memory of the guest.',
  ],
  cxl: ['warning', 'The policy lets the host put memory of CXL devices into the guest.'],
  lenient: [
    'info',
    'What the policy leaves to the host as most do: SMT, several sockets, moved pages, ciphertext that can be read, weaker memory encryption, power readings, any version of the firmware.',
  ],
};

/** The rules for a table of another kind of file. @param prefix of their names there */
export const policyRules = <P extends string>(prefix: P) =>
  Object.fromEntries(Object.entries(POLICY_RULES).map(([id, row]) => [`${prefix}-${id}`, row])) as Readonly<
    Record<`${P}-${PolicyRuleId}`, readonly [Severity, string]>
  >;

/** What a policy is found to be: a sentence. */
export interface PolicyFinding {
  readonly id: PolicyRuleId;
  readonly severity: Severity;
  readonly message: string;
}

/** Everything that is to be said of a policy, the worst first. */
export function policyFindings(policy: bigint): PolicyFinding[] {
  const found = (id: PolicyRuleId, message: string): PolicyFinding => ({
    id,
    severity: POLICY_RULES[id][0],
    message,
  });
  const refused = unfitSnpPolicy(policy).map(({ id, why }) => found(id, refusedPolicyText(policy, why)));
  const left = (LEEWAYS as readonly (typeof LEEWAYS)[number][]).filter(({ isLeft }) => isLeft(policy));
  const heavy = left.flatMap((row) =>
    row.weight === 'note' ? [] : [found(row.id, leewayText(policy, row))],
  );
  const notes = left.filter(({ weight }) => weight === 'note');
  const lenient = notes.map(({ lets, place }) => `${lets} (${place})`).join('; ');
  return [
    ...refused,
    ...heavy,
    // A guest that no firmware launches has no host.
    ...(notes.length === 0 || refused.length > 0
      ? []
      : [found('lenient', `The policy ${hex(policy)} lets the host, as most do: ${lenient}.`)]),
  ];
}
