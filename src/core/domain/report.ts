// The report about a domain: the outcome of its rules, and the check of its launch when none failed.

import { EXIT_STATUS } from '../errors';
import { judgeByReport, type VerifiedReport } from '../check/checkReport';
import type { Hashes } from '../launch/hasher';
import type { LaunchMode, Report } from '../launch/report';
import { modeOfType } from './launchTypes';
import type { DomainQuestion } from './question';
import { isSnp, measuresVcpus } from './question';
import { firstFailedRule } from './rules';
import type { RuleResult } from '../launch/report';
import {
  idBlockFacts,
  otherDigest,
  snpFacts,
  statedByDomain,
  vcpuFacts,
  wantedLaunch,
  type MeasuredVcpus,
  type SaidFact,
} from './snpReport';

/** The parts of a question that the report describes. */
type ReportedFacts = Pick<DomainQuestion, 'config' | 'state' | 'host' | 'info' | 'given'>;

const modeOf = (question: DomainQuestion): LaunchMode =>
  modeOfType(question.config.launchSecurity?.type, measuresVcpus(question) === true);

/** What the host reports about a domain, so that people know which one was checked. */
function factsOf({ config, state, host }: ReportedFacts): Report['facts'] {
  return known([
    ['Domain', `${config.name}, ${config.uuid ?? 'no UUID'}`],
    ['State when asked', `${state.name} (${state.reason})`],
    ['Host', `${host.hostname}, libvirt ${host.serverVersion ?? 'of unknown version'}`],
    ['Machine type', config.machine],
  ]);
}

const known = (facts: readonly SaidFact[]): Report['facts'] =>
  facts.flatMap(([name, value, source]) =>
    value === undefined ? [] : [{ name, value, ...(source && { source }) }],
  );

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
    facts: [...factsOf(question), ...(isSnp(question) ? known(snpFacts(question)) : [])],
    steps: [],
    warnings: [],
    rules,
  };
}

/** What people should read of rules that did not fail. */
const remarksOf = (rules: readonly RuleResult[]): string[] =>
  rules
    .filter(({ warning }) => warning)
    .map(({ title, reason, advice }) => `${title}? ${reason} ${advice}`.trim());

/**
 * The report of an SNP domain: the launch digest that the guest's report must show, with what else the domain decides of that.
 * @param expectation what the inputs give, which has no verdict @param measured what decides the pages of its vCPUs
 */
export function expectedReport(
  question: DomainQuestion,
  rules: readonly RuleResult[],
  expectation: Report,
  { hashes, ...measured }: MeasuredVcpus & { readonly hashes: Hashes },
): Report {
  const other = otherDigest(wantedLaunch(question), expectation);
  const untrusted = rules.filter((rule) => rule.untrusted).map(({ title }) => title);
  return {
    ...expectation,
    facts: [
      ...factsOf(question),
      ...known(vcpuFacts(measured)),
      ...known(snpFacts(question)),
      ...known(idBlockFacts(question, hashes)),
    ],
    ...(untrusted.length > 0 && {
      summary: `${expectation.summary} Even then it proves nothing: what was asked for is not so (${untrusted.join('; ')}).`,
    }),
    warnings: [...expectation.warnings, ...(other === undefined ? [] : [other]), ...remarksOf(rules)],
    rules,
  };
}

/**
 * The report of an SNP domain whose guest's report is there: what that shows is compared with what the inputs give, with what the owner
 * says, and with what the domain is defined with; a result that rests on the host's word is never shown as a match.
 * @param expected what it must show
 */
export function comparedReport(
  question: DomainQuestion,
  expected: Report,
  verified: VerifiedReport,
  hashes: Hashes,
): Report {
  const judged = judgeByReport(expected.title, expected, verified, statedByDomain(question, hashes));
  return trusted(judged, expected.rules ?? [], judged.steps);
}

/** The report of a check, with its rules; a result that rests on the host's word is never shown as a match. */
export function checkedReport(
  question: DomainQuestion,
  rules: readonly RuleResult[],
  checked: Report,
): Report {
  const report = {
    ...checked,
    facts: [...factsOf(question), ...checked.facts],
    warnings: [...checked.warnings, ...remarksOf(rules)],
    rules,
  };
  return trusted(report, rules, checked.steps);
}

/** The same report, whose match is none where it rests on the host's word. */
function trusted(report: Report, rules: readonly RuleResult[], steps: Report['steps']): Report {
  const untrusted = rules.filter((rule) => rule.untrusted).map(({ title }) => title);
  // A rule reports each of these as well; the verdict does not depend on that.
  const fromHost = steps.filter(({ id, source }) => source === 'host' && id !== 'reported');
  const reasons = untrusted.length > 0 ? untrusted : fromHost.map(({ title }) => `${title}: from the owner`);
  if (reasons.length === 0 || report.verdict !== 'matches') return report;
  return {
    ...report,
    verdict: 'cannot be trusted',
    agrees: true,
    summary: `The measurements agree, but that proves nothing: what was asked for is not so (${reasons.join('; ')}).`,
  };
}

/**
 * The exit status of a check, as in virt-qemu-sev-validate: measurements that agree give 0
 * even where that proves nothing. A launch of which there was no evidence, or whose report is not verified, has that of a check
 * that cannot be trusted.
 */
export function statusOf({ verdict, agrees, expected, evidence, rules = [] }: Report): number {
  const kind = firstFailedRule(rules)?.kind;
  if (kind !== undefined) return EXIT_STATUS[kind];
  if (expected !== undefined) return EXIT_STATUS.insecure;
  if (evidence && verdict === 'cannot be trusted') return EXIT_STATUS.insecure;
  return verdict === 'matches' || agrees === true ? 0 : 1;
}
