// What is asked about a domain, and what one rule answers.

import type { ErrorKind } from '../errors';
import { isSevEs } from '../tech/sev/policy';
import type { DomainConfig, DomainState, HostFacts, LaunchSecurityInfo } from './facts';

/** Which inputs come from the guest's owner. What is false must come from the host, or is not there. */
export interface GivenInputs {
  readonly firmware: boolean;
  readonly kernel: boolean;
  readonly initrd: boolean;
  readonly cmdline: boolean;
  readonly vcpus: boolean;
  /** VMSA files, or the CPU to generate pages for. */
  readonly vmsa: boolean;
  readonly measurement: boolean;
  readonly apiMajor: boolean;
  readonly apiMinor: boolean;
  readonly buildId: boolean;
  /** The policy itself, which decides whether there are VMSAs. */
  readonly policy: number | undefined;
}

/** Everything that is judged. */
export interface DomainQuestion {
  readonly config: DomainConfig;
  readonly state: DomainState;
  readonly host: HostFacts;
  /** Why the host is this machine, as a phrase; undefined when it is another. */
  readonly local: string | undefined;
  /** Undefined when the domain was not active, so that nothing could be asked. */
  readonly info: LaunchSecurityInfo | undefined;
  /** Why the host did not tell of the launch, a sentence. */
  readonly infoError?: string | undefined;
  readonly given: GivenInputs;
  /** Go on where the answer cannot be trusted. */
  readonly insecure: boolean;
  /** Do not look at the domain's configuration; security is not switched off by it. */
  readonly ignoreConfig: boolean;
}

/** How the owner gives an input, as a phrase after "give it": in the words of the program that asks, which core does not know. */
export type WaysToGive = (input: 'firmware' | 'kernel' | 'initrd' | 'cmdline' | 'vcpus' | 'cpu') => string;

/** What a rule says of a question. */
export type Judgement =
  | { readonly ok: string }
  /** `warn`: a person should read it although nothing failed. */
  | { readonly skip: string; readonly warn?: true }
  /** `security`: for a person who insists (`insecure`) it is not a failure, but the verdict can then not be trusted. */
  | {
      readonly fail: string;
      readonly kind: ErrorKind;
      readonly advice: string;
      readonly security?: boolean;
    };

/** One rule. `config`: it is about the domain's configuration, at which a person may ask not to look (`ignoreConfig`). */
export interface DomainRule {
  readonly id: string;
  readonly title: string;
  readonly config?: true;
  readonly judge: (question: DomainQuestion, ways: WaysToGive) => Judgement;
}

/** Whether the domain has been started, so that there is a launch. */
export const isActive = ({ state }: Pick<DomainQuestion, 'state'>) =>
  !['shut off', 'crashed', 'no state'].includes(state.name);

/** The policy that the launch is judged by: the owner's, or else the reported one, which a match confirms. */
export const policyOf = ({ given, info }: DomainQuestion): number | undefined => given.policy ?? info?.policy;

/** Whether VMSAs are measured; undefined when no policy is known. */
export function measuresVcpus(question: DomainQuestion): boolean | undefined {
  const policy = policyOf(question);
  return policy === undefined ? undefined : isSevEs(policy);
}
