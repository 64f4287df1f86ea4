// The launch rules that only remark: inputs that have no effect, and what the policy
// allows. They never stop a check.

import { TRAITS } from '../tech/traits';
import { isEarlyFirmware } from '../tech/sev/evidence';
import { policyRemarks, type PolicyRemark } from '../tech/sev/policy';
import { MEMBER_NAMES, technologiesOf, TECHNOLOGY_NAMES, type TechnologyId } from '../launch/inputs';
import type { LaunchMembers } from './launchFile';
import { isOnlyVerified, statedPolicy, technologyOf, type Judgement, type LaunchQuestion } from './question';

/** A member that should not be there, with the change that removes it. */
export const unwanted = (name: string) => ({
  member: [name],
  at: 'name' as const,
  change: { title: `Remove "${name}"`, member: [name] },
});

const PAGES_FROM_FILES = 'A profile is about generated VMSAs, and these come from files: it plays no part.';

/** A profile, although no page is generated that it could apply to. */
export const unusedWithPages = (question: LaunchQuestion): Judgement[] => {
  const { vmsa, profile } = question.given;
  return vmsa && profile !== undefined && !isOfOthers('profile', question)
    ? [{ ...unwanted('profile'), remark: PAGES_FROM_FILES }]
    : [];
};

/** Whether a member belongs only to launches of technologies that this one is not of. */
const isOfOthers = (name: string, question: LaunchQuestion): boolean => {
  const technology = technologyOf(question);
  return technology !== undefined && !technologiesOf(name).includes(technology);
};

const PAGES_UNMEASURED =
  'VMSA pages are given, but the policy is plain SEV (bit 2 is clear), which measures none: they play no part in this verdict.';

/** What kind of launch this is, and why it has no use for a member, the beginning of a sentence. */
function launchInWords(technology: TechnologyId, question: LaunchQuestion): string {
  if (!statedPolicy(question)) return `This is a launch of ${TECHNOLOGY_NAMES[technology]}`;
  return !TRAITS[technology].measuresVcpus
    ? 'The policy is plain SEV (bit 2 is clear), which measures no vCPUs'
    : `The policy is of ${TECHNOLOGY_NAMES[technology]}`;
}

/** Members that belong to launches of other technologies. A policy of SNP where one of SEV belongs is refused already. */
export function ofOtherLaunches(question: LaunchQuestion): Judgement[] {
  const technology = technologyOf(question);
  const isByPolicy = statedPolicy(question) !== undefined;
  if (technology === undefined || (question.given.launch !== undefined && !TRAITS[technology].hasMeasurement))
    return [];
  return MEMBER_NAMES.filter(
    (name) => question.given[name as keyof LaunchMembers] !== undefined && isOfOthers(name, question),
  ).map((name) => ({
    member: [name],
    at: 'name',
    remark: `${launchInWords(technology, question)}: "${name}" plays no part.`,
    ...(name === 'vmsa' && isByPolicy && { warning: PAGES_UNMEASURED }),
  }));
}

/** What is loaded, of which nothing is computed without the firmware. */
const LOADED = [
  'kernel',
  'initrd',
  'cmdline',
  'vcpus',
  'cpu',
  'profile',
  'vmm',
  'guestFeatures',
  'svsm',
  'vmsa',
] as const;

/** Inputs of a measurement that is not computed, because the firmware is not known. */
export const unusedWithoutFirmware = (question: LaunchQuestion): Judgement[] =>
  isOnlyVerified(question)
    ? LOADED.filter((name) => question.given[name] !== undefined).map((name) => ({
        member: [name],
        at: 'name',
        remark: `Without "firmware" no measurement is computed: "${name}" plays no part.`,
      }))
    : [];

const UNMEASURED_WITH_SVSM = ['kernel', 'initrd', 'cmdline'] as const;

/** A kernel beside an SVSM image, which is launched without kernel hashes. */
export const unusedWithSvsm = (question: LaunchQuestion): Judgement[] =>
  question.given.svsm === undefined || technologyOf(question) === undefined || isOfOthers('svsm', question)
    ? []
    : UNMEASURED_WITH_SVSM.filter((name) => question.given[name] !== undefined).map((name) => {
        const remark = `An SVSM image is launched without kernel hashes: "${name}" plays no part.`;
        return { member: [name], at: 'name', remark, ...(name === 'kernel' && { warning: remark }) };
      });

/** A measurement that leaves out what the host says of its firmware. */
export function earlyFirmware({ given: { launch } }: LaunchQuestion): Judgement[] {
  const { apiMajor, apiMinor } = launch ?? {};
  if (apiMajor === undefined || apiMinor === undefined || !isEarlyFirmware({ apiMajor, apiMinor })) return [];
  const remark = `SEV firmware before API 0.17 leaves API version and build out of the measurement. It is computed so here: a match does not prove that the firmware has API ${apiMajor}.${apiMinor}, and sealed secrets are not bound to this launch.`;
  return [{ member: ['launch', 'apiMinor'], remark, warning: remark }];
}

/** Warnings about what the policy allows to others than the owner, or what it can hardly intend. */
export function policyWarnings(
  question: LaunchQuestion,
  isAbout: (about: PolicyRemark['about']) => boolean,
): Judgement[] {
  const stated = statedPolicy(question);
  if (!stated) return [];
  const { apiMajor, apiMinor } = question.given.launch ?? {};
  const firmware = apiMajor === undefined || apiMinor === undefined ? undefined : { apiMajor, apiMinor };
  return policyRemarks(stated.policy, firmware)
    .filter(({ about, severity }) => severity === 'warning' && isAbout(about))
    .map(({ text }) => ({ member: stated.member, remark: text }));
}
