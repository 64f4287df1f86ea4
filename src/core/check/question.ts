// The question and answer of launch rules, shared by a launch file that is being written, one that is to be
// checked, and command-line options.

import type { CheckError } from '../errors';
import { TECHNOLOGY_NAMES, type TechnologyId } from '../launch/inputs';
import { technologiesWith, TRAITS } from '../tech/traits';
import { isSevEs } from '../tech/sev/policy';
import { isSnpPolicy } from '../tech/snp/policy';
import { needsOf } from '../vmsa/launch/generate';
import { findProfile, type KnownProfile } from '../vmsa/launch/profiles';
import type { LaunchMembers } from './launchFile';
import { launchProfile } from './launchProfile';

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

/**
 * The technology of a launch without a policy: as it is said, or as its profile, the size of its digest and the other inputs say
 * it; undefined where only the host of a domain knows it.
 */
function technologyWithoutPolicy(given: LaunchMembers): TechnologyId | undefined {
  const { launchDigest, technology, profile, domain, cpu, vmsa, vcpus, report } = given;
  if (technology) return technology;
  // Only SNP has such reports.
  if (report !== undefined) return 'snp';
  if (!launchDigest && !domain) return undefined;
  const mode = profile === undefined ? undefined : findProfile(profile)?.mode;
  if (mode) return technologiesWith((traits) => traits.mode === mode)[0];
  if (!launchDigest) return undefined;
  const [first = 'sev', ...others] = technologiesWith(({ digestSize }) => digestSize === launchDigest.length);
  if (others.length === 0 && first !== 'sev') return first;
  return (cpu ?? vmsa ?? vcpus) === undefined ? 'sev' : 'sev-es';
}

/** The technology of the launch, as its policy or else its other members say; undefined when none is known. */
export function technologyOf(question: LaunchQuestion): TechnologyId | undefined {
  const stated = statedPolicy(question);
  if (!stated) return technologyWithoutPolicy(question.given);
  if (isSnpPolicy(stated.policy)) return 'snp';
  return isSevEs(stated.policy) ? 'sev-es' : 'sev';
}

/** Whether it is a launch of SNP; one that was recorded with a measurement never is, whatever its policy says. */
export const isSnpLaunch = (question: LaunchQuestion): boolean =>
  technologyOf(question) === 'snp' && question.given.launch === undefined;

/** Whether there is a report, and nothing of which a measurement could be computed: all that can be done is to verify it. */
export const isOnlyVerified = (question: LaunchQuestion): boolean =>
  question.given.report !== undefined && isMissing(question, 'firmware', 'domain');

/** Whether vCPUs are measured; undefined when nothing says which launch this is, or a policy of SNP is where none belongs. */
export function measuresVcpus(question: LaunchQuestion): boolean | undefined {
  const technology = technologyOf(question);
  if (technology === undefined) return undefined;
  if (isOnlyVerified(question)) return false;
  const { hasMeasurement, measuresVcpus: measures } = TRAITS[technology];
  return question.given.launch !== undefined && !hasMeasurement ? undefined : measures;
}

/** What says that vCPUs are measured: the beginning of a sentence, and the member that says it. */
export function whyMeasured(question: LaunchQuestion): { readonly why: string; readonly member: MemberPath } {
  const stated = statedPolicy(question);
  if (stated) {
    const isSnp = technologyOf(question) === 'snp';
    const what = isSnp ? 'The policy is one of SEV-SNP' : 'The policy asks for SEV-ES (bit 2)';
    return { why: `${what}, which measures`, member: stated.member };
  }
  const member = (['technology', 'report', 'launchDigest', 'profile'] as const).find(
    (name) => question.given[name] !== undefined,
  )!;
  return {
    why: `This is a launch of ${TECHNOLOGY_NAMES[technologyOf(question)!]}, which measures`,
    member: [member],
  };
}

/** The profile of generated pages; undefined for one of another technology. */
export function profileOf(question: LaunchQuestion): KnownProfile | undefined {
  return launchProfile(isSnpLaunch(question) ? 'snp' : 'sev-es', question.given);
}

/** Whether generated pages of additional vCPUs need the reset address of the firmware. */
export function needsResetAddress(question: LaunchQuestion): boolean {
  const { vcpus = 1, cpu, vmsa } = question.given;
  const profile = profileOf(question);
  if (!profile || vmsa || vcpus < 2 || !measuresVcpus(question)) return false;
  const needs = needsOf(profile, 'ap');
  return needs.resetAddress && (cpu !== undefined || !needs.cpu);
}
