// The report about a domain: the outcome of its rules, and the check of its launch when none failed.

import { EXIT_STATUS } from '../errors';
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

/** The report of a check, with its rules; a result that rests on the host's word is never shown as a match. */
export function checkedReport(
  question: DomainQuestion,
  rules: readonly RuleResult[],
  checked: Report,
): Report {
  const untrusted = rules.filter((rule) => rule.untrusted).map(({ title }) => title);
  // A rule reports each of these as well; the verdict does not depend on that.
  const fromHost = checked.steps.filter(({ id, source }) => source === 'host' && id !== 'reported');
  const report = {
    ...checked,
    facts: [...factsOf(question), ...checked.facts],
    warnings: [...checked.warnings, ...remarksOf(rules)],
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
 * even where that proves nothing. A launch of which there was no evidence has that of a check that cannot be trusted.
 */
export function statusOf({ verdict, agrees, expected, rules = [] }: Report): number {
  const kind = firstFailedRule(rules)?.kind;
  if (kind !== undefined) return EXIT_STATUS[kind];
  if (expected !== undefined) return EXIT_STATUS.insecure;
  return verdict === 'matches' || agrees === true ? 0 : 1;
}
