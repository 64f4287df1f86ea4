// The launch rules about what is launched: the technology with the digest, profile and VMM that it has, and what only an
// SNP launch has.

import type { CheckError } from '../errors';
import { TECHNOLOGY_NAMES } from '../launch/inputs';
import { policyFindings, policyRules, type PolicyRuleId } from '../tech/snp/policyRules';
import { TRAITS } from '../tech/traits';
import { findProfile, SEV_ES_PROFILES } from '../vmsa/launch/profiles';
import * as errors from './errors';
import { launchProfile, profilesOf } from './launchProfile';
import {
  isMissing,
  isSnpLaunch,
  statedPolicy,
  technologyOf,
  type Judgement,
  type LaunchQuestion,
} from './question';
import { unwanted } from './remarks';
import { failures, type RuleRow } from './ruleRow';

function unfitProfile(question: LaunchQuestion): Judgement[] {
  const { profile, svsm, domain } = question.given;
  if (profile === undefined || !isSnpLaunch(question)) return [];
  const known = profilesOf('snp', { svsm })
    .filter(({ vmm }) => domain === undefined || vmm === 'qemu')
    .map(({ id }) => id);
  if (known.includes(profile)) return [];
  const what =
    domain !== undefined
      ? 'an SNP launch by QEMU, which libvirt starts'
      : svsm === undefined
        ? 'an SNP launch whose pages are known'
        : 'an SNP launch with an SVSM image';
  return [{ member: ['profile'], fail: errors.profileOfOther(profile, what, known) }];
}

function unfitVmm(question: LaunchQuestion): Judgement[] {
  const { vmm, profile, svsm, domain } = question.given;
  if (vmm === undefined || !isSnpLaunch(question)) return [];
  if (domain !== undefined && vmm !== 'QEMU')
    return [{ member: ['vmm'], fail: errors.otherVmm(vmm, 'libvirt launches its domains with QEMU') }];
  const named = profile === undefined ? undefined : findProfile(profile)?.vmm;
  if (named !== undefined && named !== vmm.toLowerCase())
    return [{ member: ['vmm'], fail: errors.otherVmm(vmm, `the profile "${profile!}" is one of another`) }];
  return svsm !== undefined && vmm !== 'QEMU'
    ? [{ member: ['vmm'], fail: errors.otherVmm(vmm, 'only QEMU launches an SVSM image') }]
    : [];
}

type PolicyRule = `snp-policy-${PolicyRuleId}`;

/** How a policy that no firmware takes is refused, with a sentence. */
const REFUSALS: Readonly<Partial<Record<PolicyRule, (text: string) => CheckError>>> = {
  'snp-policy-bit-17': errors.policyWithoutBit17,
  'snp-policy-reserved': errors.policyWithReservedBits,
};

/** What one rule finds of the policy of an SNP launch. Without one that the firmware takes there is no launch, and notes are for lint only. */
function judgePolicy(rule: PolicyRule, question: LaunchQuestion): Judgement[] {
  const { policy } = question.given;
  if (policy === undefined || !isSnpLaunch(question)) return [];
  return policyFindings(policy)
    .filter(({ id }) => `snp-policy-${id}` === rule)
    .map(({ severity, message }) => ({
      member: ['policy'],
      ...(REFUSALS[rule]
        ? { fail: REFUSALS[rule](message) }
        : { remark: message, ...(severity === 'warning' && { warning: message }) }),
    }));
}

/** The policy of an SNP launch, as every policy of SNP is judged. */
const POLICY_RULES = Object.entries(policyRules('snp-policy')).map(
  ([rule, [severity, doc]]): RuleRow<PolicyRule> => ({
    ...{ id: rule as PolicyRule, severity, doc, stage: 'inputs' },
    judge: (question) => judgePolicy(rule as PolicyRule, question),
  }),
);

/** In the order of the documentation. */
export const TECHNOLOGY_RULES = [
  {
    id: 'other-technology',
    severity: 'error',
    doc: 'The "technology" is not the one that the policy of the launch or of the domain is of.',
    stage: 'inputs',
    judge: (question) => {
      const { technology } = question.given;
      const found = statedPolicy(question) && technologyOf(question);
      return technology === undefined || found === undefined || found === technology
        ? []
        : [
            {
              member: ['technology'],
              fail: errors.otherTechnology(TECHNOLOGY_NAMES[technology], TECHNOLOGY_NAMES[found]),
            },
          ];
    },
  },
  {
    id: 'report-of-snp',
    severity: 'error',
    doc: 'A "report" is given, and the "technology" is not SEV-SNP, which alone has such reports.',
    stage: 'inputs',
    judge: ({ given: { report, technology } }) =>
      report === undefined || technology === undefined || technology === 'snp'
        ? []
        : [{ ...unwanted('report'), fail: errors.reportOfSnp(TECHNOLOGY_NAMES[technology]) }],
  },
  {
    id: 'digest-size',
    severity: 'error',
    doc: 'The "launchDigest" has another size than those of the technology: 48 bytes with SEV-SNP, 32 with SEV and SEV-ES.',
    stage: 'inputs',
    judge: (question) => {
      const technology = statedPolicy(question) ? undefined : technologyOf(question);
      const { launchDigest } = question.given;
      if (!technology || !launchDigest || launchDigest.length === TRAITS[technology].digestSize) return [];
      const name = TECHNOLOGY_NAMES[technology];
      return failures(
        ['launchDigest'],
        errors.otherDigestSize(launchDigest.length, name, TRAITS[technology].digestSize),
      );
    },
  },
  {
    id: 'not-sev-es-profile',
    severity: 'error',
    doc: 'The profile is not one of an SEV-ES launch.',
    stage: 'inputs',
    judge: (question) => {
      const { profile } = question.given;
      if (profile === undefined || isSnpLaunch(question) || launchProfile('sev-es', { profile })) return [];
      const known = SEV_ES_PROFILES.map(({ id }) => id);
      return [{ member: ['profile'], fail: errors.notSevEsProfile(profile, known) }];
    },
  },
  {
    id: 'profile-of-other',
    severity: 'error',
    doc: 'The profile is not one of an SNP launch whose pages are known, or not of one with an SVSM image.',
    stage: 'inputs',
    judge: unfitProfile,
  },
  {
    id: 'other-vmm',
    severity: 'error',
    doc: 'The "vmm" is not the one of the profile, or launches no SVSM image.',
    stage: 'inputs',
    judge: unfitVmm,
  },
  {
    id: 'kernel-hashes-off',
    severity: 'error',
    doc: 'A kernel is given, and "kernelHashes" is false, with which nothing of it is measured.',
    stage: 'inputs',
    judge: (question) => {
      const { kernel, kernelHashes } = question.given;
      return kernel !== undefined && kernelHashes === false && isSnpLaunch(question)
        ? [{ ...unwanted('kernelHashes'), fail: errors.kernelHashesOff() }]
        : [];
    },
  },
  {
    id: 'svsm-variables',
    severity: 'error',
    doc: 'An SVSM image is given, and not one of "varsSize" and "varsFile", which say how far below the firmware it lies.',
    stage: 'inputs',
    judge: (question) =>
      question.given.svsm !== undefined &&
      isSnpLaunch(question) &&
      isMissing(question, 'varsSize') === isMissing(question, 'varsFile')
        ? [{ member: ['svsm'], at: 'name', fail: errors.svsmVariables() }]
        : [],
  },
  {
    id: 'svsm-of-domain',
    severity: 'error',
    doc: 'An SVSM image is given for a domain that is to be asked: libvirt launches none.',
    stage: 'inputs',
    judge: ({ given: { svsm, domain, launch } }) =>
      svsm === undefined || domain === undefined || launch !== undefined
        ? []
        : [{ ...unwanted('svsm'), fail: errors.svsmOfDomain() }],
  },
  ...POLICY_RULES,
] as const satisfies readonly RuleRow<string>[];
