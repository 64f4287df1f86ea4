// How a table of rules is made: each parser has one, and makes its findings only through it, so that no rule exists
// outside a table and the documentation can list them all.

import type { Finding, Severity } from './region';

/** What documentation says about a rule. */
export interface Rule {
  readonly severity: Severity;
  readonly doc: string;
}

/** All rules by name, in the order of the documentation, and the way to make a finding under one of them. */
export interface RuleTable<Name extends string> {
  readonly rules: Readonly<Record<Name, Rule>>;
  /** `message` says what was found, what was wanted and what it means; offset and size are bytes in the file. */
  readonly finding: (rule: Name, offset: number, size: number, message: string) => Finding;
}

/** A table of rules, given as severity and text of the documentation by name. */
export function ruleTable<Name extends string>(
  table: Readonly<Record<Name, readonly [Severity, string]>>,
): RuleTable<Name> {
  const rules = Object.fromEntries(
    Object.entries<readonly [Severity, string]>(table).map(([rule, [severity, doc]]) => [
      rule,
      { severity, doc },
    ]),
  ) as Record<Name, Rule>;
  return {
    rules,
    finding: (rule, offset, size, message) => ({
      rule,
      severity: rules[rule].severity,
      message,
      offset,
      size,
    }),
  };
}
