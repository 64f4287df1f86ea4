// What is asked about the inputs of a launch, and what one rule answers. The same for a launch file that is being written, for one that is to
// be checked, and for options of the command line.

import type { CheckError } from '../errors';
import { isSevEs } from '../tech/sev/policy';
import { needsOf } from '../vmsa/launch/generate';
import { sevEsProfile } from '../vmsa/launch/profiles';
import type { LaunchMembers } from './launchFile';

/** A member of a launch file by its path, outermost name first; empty for the whole file. */
export type MemberPath = readonly string[];

/** Everything that is judged. Options count as the members that they stand for. */
export interface LaunchQuestion {
  readonly given: LaunchMembers;
  /** Members, with dots between their names, that are there with a value that means nothing: they are neither missing nor known. */
  readonly unclear?: readonly string[];
}

/** A change of a launch file that mends what was found; without a value the member is removed. */
export interface LaunchChange {
  readonly title: string;
  readonly member: MemberPath;
  readonly value?: string | number;
}

/** What a rule finds at a member: a failure, for which nothing is computed, or a remark. */
export type Judgement = {
  readonly member: MemberPath;
  /** The name of the member is shown, not its value. */
  readonly at?: 'name';
  readonly change?: LaunchChange;
} & (
  | { readonly fail: CheckError }
  /** `warning`: what the report of a check says of it, where it says anything. */
  | { readonly remark: string; readonly warning?: string }
);

/** Whether none of these members is there, whatever their values. */
export function isMissing(
  { given, unclear = [] }: LaunchQuestion,
  ...names: readonly (keyof LaunchMembers)[]
): boolean {
  return !names.some((name) => given[name] !== undefined || unclear.includes(name));
}

/** A policy, and the member that says it. */
export interface StatedPolicy {
  readonly policy: number;
  readonly member: MemberPath;
}

/** The policy that is known: of a recorded launch, or else what the owner states for a domain. */
export function statedPolicy({ given: { launch, domain } }: LaunchQuestion): StatedPolicy | undefined {
  if (launch?.policy !== undefined) return { policy: launch.policy, member: ['launch', 'policy'] };
  return domain?.policy === undefined ? undefined : { policy: domain.policy, member: ['domain', 'policy'] };
}

/** Whether vCPUs are measured; undefined when no policy is known. */
export function measuresVcpus(question: LaunchQuestion): boolean | undefined {
  const stated = statedPolicy(question);
  return stated && isSevEs(stated.policy);
}

/** Whether pages of additional vCPUs are generated that say where these start, for which the firmware has to have a reset address. */
export function needsResetAddress(question: LaunchQuestion): boolean {
  const { vcpus = 1, cpu, profile: id } = question.given;
  const profile = sevEsProfile(id);
  if (!profile || cpu === undefined || vcpus < 2 || !measuresVcpus(question)) return false;
  return needsOf(profile, 'ap').resetAddress;
}
