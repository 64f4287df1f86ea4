// What a row of the table of launch rules is.

import type { Severity } from '../binary/region';
import type { CheckError } from '../errors';
import type { Judgement, LaunchQuestion, MemberPath } from './question';

/**
 * When a rule is judged. `file`: for any launch file. `platform`: whether the launch is one of SEV or SEV-ES
 * at all, and how its firmware measures. `reported`: what the host reported about the launch. `inputs`: contradictions
 * that matter for any launch. `launch`: what SEV-ES needs. `count` and `pages`: whether that many vCPUs are
 * possible, and whether there are pages for them.
 */
export type Stage = 'file' | 'platform' | 'reported' | 'inputs' | 'launch' | 'count' | 'pages';

/** A rule. Rules without `judge` are about the text or about files on disk, and are applied where those are read. */
export interface RuleRow<Id extends string> {
  readonly id: Id;
  readonly severity: Severity;
  /** What it detects, for the documentation. */
  readonly doc: string;
  /** The schema of launch files rejects it too, so only command-line options can break it. */
  readonly bySchema?: true;
  readonly stage?: Stage;
  readonly judge?: (question: LaunchQuestion) => readonly Judgement[];
}

/** The failure at this member; empty when there is none. */
export const failures = (member: MemberPath, fail: CheckError | undefined): Judgement[] =>
  fail ? [{ member, fail }] : [];
