// The launch rules that only remark: inputs that have no effect, and what the policy
// allows. They never stop a check.

import { isEarlyFirmware } from '../tech/sev/evidence';
import { policyRemarks, type PolicyRemark } from '../tech/sev/policy';
import { measuresVcpus, statedPolicy, type Judgement, type LaunchQuestion } from './question';

/** A member that should not be there, with the change that removes it. */
export const unwanted = (name: string) => ({
  member: [name],
  at: 'name' as const,
  change: { title: `Remove "${name}"`, member: [name] },
});

const PAGES_FROM_FILES = 'A profile is about generated VMSAs, and these come from files: it plays no part.';

/** A profile, although no page is generated that it could apply to. */
export const unusedWithPages = ({ given: { vmsa, profile } }: LaunchQuestion): Judgement[] =>
  vmsa && profile !== undefined ? [{ ...unwanted('profile'), remark: PAGES_FROM_FILES }] : [];

const PAGES_UNMEASURED =
  'VMSA pages are given, but the policy is plain SEV (bit 2 is clear), which measures none: they play no part in this verdict.';

/** vCPU members under a policy that does not measure vCPUs. */
export const underPlainSev = (question: LaunchQuestion): Judgement[] =>
  (['vcpus', 'cpu', 'vmsa'] as const)
    .filter((name) => measuresVcpus(question) === false && question.given[name] !== undefined)
    .map((name) => ({
      member: [name],
      at: 'name',
      remark: `The policy is plain SEV (bit 2 is clear), which measures no vCPUs: "${name}" plays no part.`,
      ...(name === 'vmsa' && { warning: PAGES_UNMEASURED }),
    }));

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
