// What a domain must be, and what its owner must give, for a measurement that can be trusted. The rules of libvirt's
// virt-qemu-sev-validate, in its order, so that the first failure gives the same exit status; but all are judged.

import type { RuleResult } from '../launch/report';
import { configRules } from './configRules';
import { inputRules } from './inputRules';
import { whyNotLaunched } from './launchable';
import { SNP, whyUnreported } from './launchTypes';
import type { DomainQuestion, DomainRule, DomainJudgement, WaysToGive } from './question';
import { isActive, isSnp, wishOf } from './question';
import { snpRules } from './snpRules';
import { wishRules } from './wishRules';

/** Whether a host reports the launch of an SNP guest, of which nothing but the policy is needed. */
function judgeSnpInfo({ info, infoError }: DomainQuestion): DomainJudgement {
  // libvirt 11.3 asks QEMU for a measurement of SNP guests as well, and fails.
  if (infoError !== undefined) return { skip: `Nothing of it is needed. ${infoError}` };
  if (!info) return { skip: 'Nothing could be asked of a domain that is not active.' };
  return info.snpPolicy === undefined
    ? { warn: true, skip: 'The host does not report the policy of the launch (sev-snp-policy).' }
    : { ok: "The policy is there; the measurement is in the guest's attestation report." };
}

/** Every rule in the order in which virt-qemu-sev-validate applies its own. */
export const DOMAIN_RULES: readonly DomainRule[] = [
  {
    id: 'remote-host',
    title: 'The check runs on another machine than the host',
    judge: ({ local, host }) =>
      local === undefined
        ? { ok: `This machine is not ${host.hostname}.` }
        : {
            fail: `This machine is the host itself: ${local}. Whoever controls the host controls this check, too.`,
            kind: 'insecure',
            advice: 'Run the check on a machine that the guest owner trusts, over ssh, tls or tcp.',
            security: true,
          },
  },
  {
    id: 'domain-active',
    title: 'The domain is active',
    judge: (question) => {
      const { state, host, config } = question;
      if (isActive(question)) return { ok: `It was ${state.name} (${state.reason}) when it was asked.` };
      if (isSnp(question))
        return { warn: true, skip: `The domain is ${state.name}: what is said here is of its next launch.` };
      const why = whyNotLaunched(wishOf(config), host.sev);
      return {
        fail: `The domain is ${state.name}, so it has no launch measurement.`,
        kind: 'state',
        advice: why ? `${why.found} ${why.advice}` : 'Start it paused: virsh start --paused.',
      };
    },
  },
  {
    id: 'domain-paused',
    title: 'The domain is paused',
    judge: (question) => {
      if (!isActive(question)) return { skip: 'The domain is not active.' };
      if (isSnp(question)) return { skip: 'An SNP guest attests itself while it runs.' };
      if (question.state.name === 'paused')
        return { ok: 'No instruction of the guest had run when it was asked.' };
      return {
        fail: `The domain is ${question.state.name}: it runs before anybody has checked what was launched.`,
        kind: 'state',
        advice: 'Start it paused (virsh start --paused) and resume it after the check.',
        security: true,
      };
    },
  },
  ...configRules,
  ...snpRules,
  {
    id: 'launch-info',
    title: 'The host reports the launch in full',
    judge: (question) => {
      if (isSnp(question)) return judgeSnpInfo(question);
      const { info, infoError, given } = question;
      if (infoError !== undefined)
        return {
          fail: infoError,
          kind: 'bug',
          advice: 'Look into the log of libvirtd and QEMU.',
        };
      if (!info) return { skip: 'Nothing could be asked of a domain that is not active.' };
      // virt-qemu-sev-validate reports only this value as missing; without any other it aborts with status 6.
      if (info.apiMajor === undefined) {
        return {
          fail: 'The host does not report the API version of its SEV firmware (sev-api-major).',
          kind: 'usage',
          advice: 'It needs libvirt 8.0.0 or later; the values can also be given by hand.',
        };
      }
      const missing = (
        [
          ['sev-measurement', given.measurement || info.measurement !== undefined],
          ['sev-api-minor', given.apiMinor || info.apiMinor !== undefined],
          ['sev-build-id', given.buildId || info.buildId !== undefined],
          ['sev-policy', given.policy !== undefined || info.policy !== undefined],
        ] as const
      ).filter(([, there]) => !there);
      // Where the configuration is not looked at, this is the first to notice.
      const snp = info.snpPolicy === undefined ? undefined : whyUnreported(SNP);
      if (snp && missing.length > 0) return { fail: snp.found, kind: 'bug', advice: snp.advice };
      return missing.length === 0
        ? { ok: 'Measurement, API version, build and policy are there.' }
        : {
            fail: `The host does not report ${missing.map(([name]) => name).join(', ')}.`,
            kind: 'bug',
            advice: 'Give what is missing by hand, or look into the log of libvirtd and QEMU.',
          };
    },
  },
  ...inputRules,
  ...wishRules,
];

/** The rules that are judged of a domain with this launch security; of one that is not known, those of all. */
export const rulesOfType = (launchSecurity: string | undefined): readonly DomainRule[] =>
  DOMAIN_RULES.filter(({ type }) => type === undefined || type === launchSecurity);

/** Judges all rules. @param ways wording for advice on how to give an input */
export function judgeDomain(question: DomainQuestion, ways: WaysToGive): RuleResult[] {
  const rules = rulesOfType(question.config.launchSecurity?.type);
  return rules.map(({ id, title, config, judge }): RuleResult => {
    const judgement = judge(question, ways);
    const result = (outcome: RuleResult['outcome'], reason: string, advice = '') => ({
      id,
      title,
      outcome,
      reason,
      advice,
    });
    if ('ok' in judgement) return result('passed', judgement.ok);
    if ('skip' in judgement)
      return {
        ...result('skipped', judgement.skip, judgement.advice),
        ...(judgement.warn && { warning: true as const }),
      };
    const { fail, kind, advice, security = false } = judgement;
    if (security && question.insecure)
      return { ...result('skipped', `Passed over (insecure): ${fail}`, advice), untrusted: true };
    // Skipped on request, except for rules whose failure makes a verdict worthless.
    if (config && question.ignoreConfig && !security)
      return result('skipped', `Not looked at (ignore config): ${fail}`, advice);
    return { ...result('failed', fail, advice), kind };
  });
}

/** The rule that decides the exit status: the first failure. */
export function firstFailedRule(results: readonly RuleResult[]): RuleResult | undefined {
  return results.find(({ outcome }) => outcome === 'failed');
}
