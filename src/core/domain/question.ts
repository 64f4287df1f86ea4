// What is asked about a domain, and the answer of one rule.

import type { ErrorKind } from '../errors';
import type { HostId, InputId, InputValues, ReportedId, TechnologyId } from '../launch/inputs';
import { isSevEs } from '../tech/sev/policy';
import { isSnpPolicy } from '../tech/snp/policy';
import { PLAIN_SEV, SNP } from './launchTypes';
import type { ProfileId } from '../vmsa/launch/profiles';
import type { CpuId } from '../vmsa/launch/signature';
import type { LaunchWish } from './launchable';
import type { DomainConfig, DomainState, HostFacts, LaunchSecurity, LaunchSecurityInfo } from './facts';

/** Which inputs the guest's owner gives. The others must come from the host, or do not exist. */
export interface GivenInputs extends Readonly<
  Record<Exclude<HostId, 'cpu'> | Exclude<ReportedId, 'policy'>, boolean>
> {
  /** VMSA files, or the CPU to generate pages for. */
  readonly vmsa: boolean;
  /** The policy itself, which decides whether there are VMSAs. */
  readonly policy: number | undefined;
  /** What a domain may contradict: the number of vCPUs and the CPU themselves, and what has to fit its technology. */
  readonly count?: number | undefined;
  readonly cpu?: CpuId | undefined;
  readonly technology?: TechnologyId | undefined;
  readonly profile?: ProfileId | undefined;
  /** Of SNP: the policy, 64 bits, and the SEV features. */
  readonly guestPolicy?: bigint | undefined;
  readonly features?: bigint | undefined;
  /** Of SNP: what stands in the definition of the domain, as the owner wants it. */
  readonly wishes?: LaunchWishes | undefined;
}

/** The inputs that the definition of an SNP domain has, too. */
export const WISH_IDS = [
  'kernelHashes',
  'hostData',
  'idBlock',
  'idAuth',
  'authorKey',
  'vcek',
  'guestVisibleWorkarounds',
] as const satisfies readonly (InputId & keyof LaunchSecurity)[];
export type WishId = (typeof WISH_IDS)[number];
export type LaunchWishes = Pick<InputValues, WishId>;

/** Everything that rules look at. */
export interface DomainQuestion {
  readonly config: DomainConfig;
  readonly state: DomainState;
  readonly host: HostFacts;
  /** Why the host counts as this machine, as a phrase; undefined when it is another. */
  readonly local: string | undefined;
  /** Undefined when the domain was not active, so that nothing could be asked. */
  readonly info: LaunchSecurityInfo | undefined;
  /** Why the host did not report about the launch, a sentence. */
  readonly infoError?: string | undefined;
  readonly given: GivenInputs;
  /** Continue although the answer cannot be trusted. */
  readonly insecure: boolean;
  /** Skip the rules about the domain's configuration; this does not disable the security rules. */
  readonly ignoreConfig: boolean;
}

/**
 * How the owner can give an input, as a phrase after "give it": worded by the program that
 * asks, which core does not know.
 */
export type WaysToGive = (input: HostId) => string;

/** The answer of a rule. */
export type DomainJudgement =
  | { readonly ok: string }
  /** `warn`: people should read it although nothing failed; `advice`: what to do then. */
  | { readonly skip: string; readonly warn?: true; readonly advice?: string }
  /** `security`: `insecure` turns it from a failure into a verdict that cannot be trusted. */
  | {
      readonly fail: string;
      readonly kind: ErrorKind;
      readonly advice: string;
      readonly security?: boolean;
    };

/**
 * One rule. `type`: of the only launch security that it is about; there is no result for others. `config`: it is about the domain's
 * configuration, which `ignoreConfig` skips.
 */
export interface DomainRule {
  readonly id: string;
  readonly title: string;
  readonly type?: string;
  readonly config?: true;
  readonly judge: (question: DomainQuestion, ways: WaysToGive) => DomainJudgement;
}

/** Whether the domain has been started, so that there is a launch to check. */
export const isActive = ({ state }: Pick<DomainQuestion, 'state'>) =>
  !['shut off', 'crashed', 'no state'].includes(state.name);

/** The policy that the launch is judged by: the owner's, or else the reported one, which a match confirms. */
export const policyOf = ({ given, info }: DomainQuestion): number | undefined => given.policy ?? info?.policy;

/** What a domain wants to be launched with. */
export function wishOf({ launchSecurity }: Pick<DomainConfig, 'launchSecurity'>): LaunchWish {
  const { type, policy } = launchSecurity ?? {};
  return { type, sevEs: type === PLAIN_SEV && policy !== undefined ? isSevEs(Number(policy)) : undefined };
}

/** Whether it is a domain whose guest attests itself. */
export const isSnp = ({ config }: Pick<DomainQuestion, 'config'>): boolean =>
  config.launchSecurity?.type === SNP;

/** Who says which policy an SNP launch has: its owner, its definition, and its host about the launch. */
export function snpPoliciesBy({ given, info, config }: DomainQuestion) {
  const owner = given.guestPolicy ?? (given.policy === undefined ? undefined : BigInt(given.policy));
  return { owner, domain: config.launchSecurity?.policy, reported: info?.snpPolicy };
}

/** Every policy that somebody says an SNP launch has, the word of its owner first. */
export function snpPoliciesOf(question: DomainQuestion): bigint[] {
  const { owner, domain, reported } = snpPoliciesBy(question);
  return [owner, reported, domain].filter((policy) => policy !== undefined);
}

/** The technology of a domain; undefined where it is another, or nobody says whether it is SEV-ES. */
export function technologyOfDomain(question: DomainQuestion): TechnologyId | undefined {
  if (isSnp(question)) return 'snp';
  const measured = measuresVcpus(question);
  if (question.config.launchSecurity?.type !== PLAIN_SEV || measured === undefined) return undefined;
  return measured ? 'sev-es' : 'sev';
}

/** Whether VMSAs are measured; undefined when no policy of SEV is known. */
export function measuresVcpus(question: DomainQuestion): boolean | undefined {
  if (isSnp(question)) return true;
  const policy = policyOf(question);
  return policy === undefined || isSnpPolicy(policy) ? undefined : isSevEs(policy);
}
