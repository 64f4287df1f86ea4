// What lint shows for a launch file: the rules about launch files, as findings in the text.

import type { Finding, Severity } from '../core/binary/region';
import { ruleTable } from '../core/binary/ruleTable';
import { isLintRule, LAUNCH_RULES, type LintRule } from '../core/check/rules';
import type { MemberPath } from '../core/check/question';
import type { TextEdit } from './launchText';

const lintRows = LAUNCH_RULES.filter(({ id }) => isLintRule(id));
const table = ruleTable(
  Object.fromEntries(lintRows.map(({ id, severity, doc }) => [id, [severity, doc] as const])) as Record<
    LintRule,
    readonly [Severity, string]
  >,
);

/** The rules that lint knows by name, in the order of the documentation. */
export const LINT_RULES = table.rules;

/** A finding under a rule of the table; its offset counts UTF-16 units of the text. */
export const launchFinding = table.finding;

/** A quick fix for a problem: a change of the text, or removing everyone else's access to a key file. */
export type LaunchFix = { readonly title: string } & (
  { readonly edits: readonly TextEdit[] } | { readonly protect: string }
);

/** A finding in the text of a launch file. */
export interface LaunchProblem extends Finding {
  readonly rule: LintRule;
  /** Dotted path such as `keys.tik`; empty for the whole file. */
  readonly member: string;
  readonly fix?: LaunchFix;
}

/** Reports a problem. `at` selects a member's value, unless it is `name`. */
export type ReportProblem = (
  rule: LintRule,
  member: MemberPath,
  message: string,
  more?: { readonly at?: 'name'; readonly fix?: LaunchFix },
) => void;
