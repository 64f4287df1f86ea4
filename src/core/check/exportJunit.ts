// Checks as JUnit XML, in the shape of Jenkins' schema, which GitLab's and GitHub's reporters read: a suite
// for each launch file, with the measurement and, for a domain, its rules as test cases, and the steps of the
// verification of an attestation report. Facts are properties; digests are in failures and outputs.

import { visibleText } from '../binary/plainText';
import type { CheckError } from '../errors';
import { comparedSteps, type EvidenceStep, type Report, type RuleResult, type Step } from '../launch/report';

/** One check to report. */
export interface JunitCheck {
  /** The launch file, as shown to people. */
  readonly file: string;
  readonly outcome: { readonly report: Report } | { readonly error: CheckError };
  readonly milliseconds: number;
}

/** A test case: its outcome and message. */
interface Case {
  readonly name: string;
  readonly milliseconds: number;
  readonly outcome: 'passed' | 'failure' | 'error' | 'skipped';
  /** The type of failure or error, and its text. */
  readonly type?: string;
  readonly message?: string;
  readonly body?: string;
  readonly output?: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
};

// XML 1.0 does not allow controls, surrogates and noncharacters, even as references: they are escaped with whatever
// else would not show.
const plain = (text: string): string => visibleText(text, '\t\n');
const inText = (text: string): string => plain(text).replace(/[&<>]/g, (c) => ENTITIES[c]!);
const inAttribute = (text: string): string => plain(text).replace(/[&<>"\n\t]/g, (c) => ENTITIES[c]!);

const attributes = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${inAttribute(String(value))}"`)
    .join('');

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3);

/** What was compared, for a person who reads a failure. */
function compared(report: Report): string {
  const { expected, found } = comparedSteps(report);
  return `${found?.id === 'named-digest' ? 'named' : 'reported'} ${found?.digest ?? 'none'}\nexpected ${expected?.digest ?? 'none'}`;
}

const stepLine = ({ title, bytes, source, algorithm, digest, detail }: Step): string =>
  [title, `${bytes} bytes`, source, algorithm, digest, detail].filter((part) => part !== '').join('; ');

/** The test case of the measurement. A verdict that cannot be trusted is never a pass. */
function measurementCase({ outcome, milliseconds }: JunitCheck): Case {
  const base = { name: 'Launch measurement', milliseconds };
  if ('error' in outcome) {
    const { kind, message } = outcome.error;
    return { ...base, outcome: 'error', type: kind, message };
  }
  const { report } = outcome;
  const output = [...report.steps.map(stepLine), ...report.warnings.map((text) => `WARNING: ${text}`)].join(
    '\n',
  );
  const failed = { ...base, type: report.verdict, message: report.summary, output };
  if (report.steps.length === 0) return { ...failed, outcome: 'error' };
  if (report.verdict === 'matches') return { ...base, output, outcome: 'passed' };
  return {
    ...failed,
    outcome: 'failure',
    // Two digests say nothing where the report that one is of is not to be trusted.
    ...(report.expected === undefined &&
      (!report.evidence || report.verdict === 'does not match') && { body: compared(report) }),
  };
}

function ruleCase({ title, outcome, reason, advice, kind }: RuleResult): Case {
  const base = { name: title, milliseconds: 0, message: `${reason} ${advice}`.trim() };
  if (outcome === 'passed') return { ...base, outcome: 'passed' };
  return outcome === 'skipped'
    ? { ...base, outcome: 'skipped' }
    : { ...base, outcome: 'failure', type: kind ?? 'config' };
}

/** A step of the verification of a report. One that is required and was not checked is no pass. */
function evidenceCase({ title, outcome, reason, required }: EvidenceStep): Case {
  const base = { name: `Report: ${title}`, milliseconds: 0, message: reason };
  if (outcome === 'passed') return { ...base, outcome: 'passed' };
  return outcome === 'failed' || required
    ? { ...base, outcome: 'failure', type: outcome }
    : { ...base, outcome: 'skipped' };
}

function caseXml(suite: string, one: Case): string[] {
  const { name, milliseconds, outcome, type, message = '', body = '', output = '' } = one;
  const inside: string[] = [];
  if (outcome === 'skipped') inside.push(`<skipped${attributes({ message })}/>`);
  if (outcome === 'failure' || outcome === 'error')
    inside.push(
      `<${outcome}${attributes({ message, type: type ?? outcome })}>${inText(body || message)}</${outcome}>`,
    );
  if (output !== '') inside.push(`<system-out>${inText(output)}</system-out>`);
  const head = `    <testcase${attributes({ name, classname: suite, time: seconds(milliseconds) })}`;
  if (inside.length === 0) return [`${head}/>`];
  return [`${head}>`, ...inside.map((line) => `      ${line}`), '    </testcase>'];
}

const count = (cases: readonly Case[], outcome: Case['outcome']) =>
  cases.filter((one) => one.outcome === outcome).length;

function totals(cases: readonly Case[]): Record<string, number> {
  return { tests: cases.length, failures: count(cases, 'failure'), errors: count(cases, 'error') };
}

function casesOf(check: JunitCheck): Case[] {
  const { rules = [], evidence } = 'report' in check.outcome ? check.outcome.report : {};
  return [measurementCase(check), ...rules.map(ruleCase), ...(evidence?.steps ?? []).map(evidenceCase)];
}

function suiteXml(check: JunitCheck, timestamp: string): string[] {
  const { file, outcome, milliseconds } = check;
  const cases = casesOf(check);
  const facts =
    'report' in outcome ? [{ name: 'Title', value: outcome.report.title }, ...outcome.report.facts] : [];
  const head = { name: file, ...totals(cases), skipped: count(cases, 'skipped') };
  return [
    `  <testsuite${attributes({ ...head, time: seconds(milliseconds), timestamp })}>`,
    ...(facts.length === 0
      ? []
      : [
          '    <properties>',
          ...facts.map((fact) => `      <property${attributes({ name: fact.name, value: fact.value })}/>`),
          '    </properties>',
        ]),
    ...cases.flatMap((one) => caseXml(file, one)),
    '  </testsuite>',
  ];
}

/** All checks as one document. @param when they were started */
export function junitXml(checks: readonly JunitCheck[], when: Date): string {
  const all = checks.flatMap(casesOf);
  const time = seconds(checks.reduce((sum, { milliseconds }) => sum + milliseconds, 0));
  const timestamp = when.toISOString().slice(0, 19);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'sevscope validate', ...totals(all), time })}>`,
    ...checks.flatMap((check) => suiteXml(check, timestamp)),
    '</testsuites>',
    '',
  ].join('\n');
}
