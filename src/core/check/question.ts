// The question and answer of launch rules, shared by a launch file that is being written, one that is to be
// checked, and command-line options.

import type { CheckError } from '../errors';
import type { TechnologyId } from '../launch/inputs';
import { isSevEs } from '../tech/sev/policy';
import { isSnpPolicy } from '../tech/snp/policy';
import { needsOf } from '../vmsa/launch/generate';
import { sevEsProfile } from '../vmsa/launch/profiles';
import type { LaunchMembers } from './launchFile';

/** The path of a launch file member, outermost name first; empty for the whole file. */
export type MemberPath = readonly string[];

/** Everything that rules look at. Options count as the members that they stand for. */
export interface LaunchQuestion {
  readonly given: LaunchMembers;
  /** Dotted paths of members whose value is meaningless: they are neither missing nor known. */
  readonly unclear?: readonly string[];
}

/** A change to a launch file that fixes what was found; without a value the member is removed. */
export interface LaunchChange {
  readonly title: string;
  readonly member: MemberPath;
  readonly value?: string | number;
}

/** What a rule finds at a member: a failure, which stops any computation, or a remark. */
export type Judgement = {
  readonly member: MemberPath;
  /** Marks the member's name instead of its value. */
  readonly at?: 'name';
  readonly change?: LaunchChange;
} & (
  | { readonly fail: CheckError }
  /** `warning`: the text for the report of a check, if it mentions this. */
  | { readonly remark: string; readonly warning?: string }
);

/** Whether all of these members are absent; one with a meaningless value counts as present. */
export function isMissing(
  { given, unclear = [] }: LaunchQuestion,
  ...names: readonly (keyof LaunchMembers)[]
): boolean {
  return !names.some((name) => given[name] !== undefined || unclear.includes(name));
}

/** A policy, and the member that states it. */
export interface StatedPolicy {
  readonly policy: number;
  readonly member: MemberPath;
}

/** The known policy: of the recorded launch, or else the one that the owner states for a domain. */
export function statedPolicy({ given: { launch, domain } }: LaunchQuestion): StatedPolicy | undefined {
  if (launch?.policy !== undefined) return { policy: launch.policy, member: ['launch', 'policy'] };
  return domain?.policy === undefined ? undefined : { policy: domain.policy, member: ['domain', 'policy'] };
}

/** The technology of the launch, as its policy says; undefined when none is known. */
export function technologyOf(question: LaunchQuestion): TechnologyId | undefined {
  const stated = statedPolicy(question);
  if (!stated) return undefined;
  if (isSnpPolicy(stated.policy)) return 'snp';
  return isSevEs(stated.policy) ? 'sev-es' : 'sev';
}

/** Whether vCPUs are measured; undefined when no policy of SEV is known. */
export function measuresVcpus(question: LaunchQuestion): boolean | undefined {
  const technology = technologyOf(question);
  return technology === undefined || technology === 'snp' ? undefined : technology === 'sev-es';
}

/** Whether generated pages of additional vCPUs need the reset address of the firmware. */
export function needsResetAddress(question: LaunchQuestion): boolean {
  const { vcpus = 1, cpu, profile: id } = question.given;
  const profile = sevEsProfile(id);
  if (!profile || cpu === undefined || vcpus < 2 || !measuresVcpus(question)) return false;
  return needsOf(profile, 'ap').resetAddress;
}
