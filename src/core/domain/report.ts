// The report about a domain: the outcome of its rules, and the check of its launch when none failed.

import { EXIT_STATUS } from '../errors';
import { hex } from '../binary/hex';
import type { LaunchMode, Report } from '../launch/report';
import { modeOfType, SNP } from './launchTypes';
import type { DomainQuestion } from './question';
import { measuresVcpus } from './question';
import { firstFailedRule } from './rules';
import type { RuleResult } from '../launch/report';

/** The parts of a question that the report describes. */
type ReportedFacts = Pick<DomainQuestion, 'config' | 'state' | 'host' | 'info' | 'given'>;

const modeOf = (question: DomainQuestion): LaunchMode =>
  modeOfType(question.config.launchSecurity?.type, measuresVcpus(question) === true);

/** What the host reports about a domain, so that people know which one was checked. */
function factsOf({ config, state, host, info }: ReportedFacts): Report['facts'] {
  const { launchSecurity } = config;
  const facts: [string, string | undefined][] = [
    ['Domain', `${config.name}, ${config.uuid ?? 'no UUID'}`],
    ['State when asked', `${state.name} (${state.reason})`],
    ['Host', `${host.hostname}, libvirt ${host.serverVersion ?? 'of unknown version'}`],
    ['Machine type', config.machine],
    ...(launchSecurity?.type === SNP ? snpFacts(launchSecurity, info?.snpPolicy) : []),
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

/** All that a host can report about an SNP launch; its measurement is in the guest's attestation report. */
function snpFacts(
  launch: NonNullable<ReportedFacts['config']['launchSecurity']>,
  reported: bigint | undefined,
): [string, string | undefined][] {
  const policy = reported ?? launch.policy;
  return [
    ['SNP policy', policy === undefined ? undefined : hex(policy)],
    ['Kernel hashes', launch.kernelHashes ? 'on' : 'off'],
    [
      'ID block',
      launch.idBlock === undefined ? 'none' : 'given; the report shows its family, image and keys',
    ],
    ['Host data', launch.hostData ?? 'none'],
    ['Author key', launch.authorKey ? 'in the ID block' : 'none'],
  ];
}

const count = (rules: readonly RuleResult[], outcome: RuleResult['outcome']) =>
  rules.filter((rule) => rule.outcome === outcome).length;

/** A report without a check, because a rule failed: no measurement could prove anything. */
export function refusedReport(question: DomainQuestion, rules: readonly RuleResult[]): Report {
  const failure = firstFailedRule(rules);
  const failed = count(rules, 'failed');
  const more = failed > 1 ? ` ${failed - 1} more ${failed === 2 ? 'rule' : 'rules'} failed, too.` : '';
  return {
    title: question.config.name,
    mode: modeOf(question),
    verdict: 'cannot be trusted',
    summary: failure ? `${failure.reason} ${failure.advice}${more}` : '',
    facts: factsOf(question),
    steps: [],
    warnings: [],
    rules,
  };
}

/** The report of a check, with its rules; a result that rests on the host's word is never shown as a match. */
export function checkedReport(
  question: DomainQuestion,
  rules: readonly RuleResult[],
  checked: Report,
): Report {
  const untrusted = rules.filter((rule) => rule.untrusted).map(({ title }) => title);
  // A rule reports each of these as well; the verdict does not depend on that.
  const fromHost = checked.steps.filter(({ id, source }) => source === 'host' && id !== 'reported');
  const remarks = rules.filter(({ warning }) => warning).map(({ title, reason }) => `${title}? ${reason}`);
  const report = {
    ...checked,
    facts: [...factsOf(question), ...checked.facts],
    warnings: [...checked.warnings, ...remarks],
    rules,
  };
  const reasons = untrusted.length > 0 ? untrusted : fromHost.map(({ title }) => `${title}: from the owner`);
  if (reasons.length === 0 || checked.verdict !== 'matches') return report;
  return {
    ...report,
    verdict: 'cannot be trusted',
    agrees: true,
    summary: `The measurements agree, but that proves nothing: what was asked for is not so (${reasons.join('; ')}).`,
  };
}

/**
 * The exit status of a check, as in virt-qemu-sev-validate: measurements that agree give 0
 * even where that proves nothing.
 */
export function statusOf({ verdict, agrees, rules = [] }: Report): number {
  const kind = firstFailedRule(rules)?.kind;
  if (kind !== undefined) return EXIT_STATUS[kind];
  return verdict === 'matches' || agrees === true ? 0 : 1;
}
