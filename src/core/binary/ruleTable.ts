// Tables of rules: each parser has one and makes findings only through it, so that every rule is in a table
// and the documentation can list them all.

import type { Finding, Severity } from './region';

/** A rule as documented. */
export interface Rule {
  readonly severity: Severity;
  readonly doc: string;
}

/** All rules by name, in the order of the documentation, and the function that makes a finding under one of them. */
export interface RuleTable<Name extends string> {
  readonly rules: Readonly<Record<Name, Rule>>;
  /** `message` says what was found, what was expected and what it means; offset and size are bytes in the file. */
  readonly finding: (rule: Name, offset: number, size: number, message: string) => Finding;
}

/** Builds a table of rules from severity and documentation text by name. */
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
