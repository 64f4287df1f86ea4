// The remarks among the rules of a launch: what plays no part, and what its policy leaves open. They stop nothing.

import { policyRemarks, type PolicyRemark } from '../tech/sev/policy';
import { measuresVcpus, statedPolicy, type Judgement, type LaunchQuestion } from './question';

/** A member that should not be there, and its removal. */
export const unwanted = (name: string) => ({
  member: [name],
  at: 'name' as const,
  change: { title: `Remove "${name}"`, member: [name] },
});

const PAGES_FROM_FILES = 'A profile is about generated VMSAs, and these come from files: it plays no part.';

/** A profile that has no pages to be of. */
export const besidePages = ({ given: { vmsa, profile } }: LaunchQuestion): Judgement[] =>
  vmsa && profile !== undefined ? [{ ...unwanted('profile'), remark: PAGES_FROM_FILES }] : [];

const PAGES_UNMEASURED =
  'VMSA pages are given, but the policy is plain SEV (bit 2 is clear), which measures none: they play no part in this verdict.';

/** What is about vCPUs where none are measured. */
export const underPlainSev = (question: LaunchQuestion): Judgement[] =>
  (['vcpus', 'cpu', 'vmsa'] as const)
    .filter((name) => measuresVcpus(question) === false && question.given[name] !== undefined)
    .map((name) => ({
      member: [name],
      at: 'name',
      remark: `The policy is plain SEV (bit 2 is clear), which measures no vCPUs: "${name}" plays no part.`,
      ...(name === 'vmsa' && { warning: PAGES_UNMEASURED }),
    }));

/** What somebody at the guest is let to by its policy, or cannot be meant so. */
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
