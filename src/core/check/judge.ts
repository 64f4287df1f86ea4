// Judges the inputs of a launch by the table of rules: lint shows all failures, a computation stops at the first.

import { errorData, errorFrom, type CheckError } from '../errors';
import type { Severity } from '../binary/region';
import type { Judgement, LaunchQuestion } from './question';
import type { Stage } from './ruleRow';
import { LAUNCH_RULES, type LaunchRule } from './rules';

/**
 * The stages of rules that each use of the inputs is judged by, in the order in which they decide. `lint`: a
 * text that is being written. `file`: a launch file when it is read. `check` and `pages`: the check of a
 * launch, before and, as in virt-qemu-sev-validate, after its files are read. `domain`: an owner's
 * inputs before the host is asked for the rest. `measurement`: that of a launch digest. `digest`: a launch digest, or the search for one.
 */
const STAGES_OF = {
  lint: ['file', 'platform', 'reported', 'inputs', 'launch', 'count', 'pages'],
  file: ['file'],
  check: ['platform', 'reported', 'inputs', 'launch'],
  pages: ['count', 'pages'],
  measurement: ['platform', 'reported'],
  domain: ['platform', 'inputs'],
  digest: ['platform', 'inputs', 'count'],
} as const satisfies Record<string, readonly Stage[]>;

/** What inputs are judged for. */
export type LaunchUse = keyof typeof STAGES_OF;

/** What a rule of the table found. */
export type LaunchOutcome = Judgement & { readonly rule: LaunchRule; readonly severity: Severity };

/** An outcome that is a failure. */
export type LaunchFailure = LaunchOutcome & { readonly fail: CheckError };

/** Judges all rules of a use. @returns what they found, in the order in which they decide */
export function judgeLaunch(question: LaunchQuestion, use: LaunchUse): LaunchOutcome[] {
  return STAGES_OF[use].flatMap((stage) =>
    LAUNCH_RULES.filter((row) => row.stage === stage).flatMap(({ id: rule, severity, judge }) =>
      (judge?.(question) ?? []).map((found) => ({
        ...found,
        ...('fail' in found && { fail: found.fail.placedAt({ member: found.member }) }),
        rule,
        severity,
      })),
    ),
  );
}

/** The outcome that decides: the first failure. */
export function firstFailure(outcomes: readonly LaunchOutcome[]): LaunchFailure | undefined {
  return outcomes.find((outcome) => 'fail' in outcome);
}

/**
 * How a missing input can be given, as a phrase after "give it"; only the caller that asks for inputs can word this.
 */
export type WaysToGive = (input: 'vmsa.bsp') => string;

/** Adds the missing advice to a failure: how to give the input that it is about. */
function withWays(fail: CheckError, waysToGive: WaysToGive): CheckError {
  const input = fail.at?.input;
  if (fail.advice !== undefined || input !== 'vmsa.bsp') return fail;
  return errorFrom({ ...errorData(fail), advice: `Give that, too, ${waysToGive(input)}.` });
}

/**
 * Judges inputs that are about to be used.
 * @returns the warnings for the report
 * @throws CheckError the first failure
 */
export function refuseUnfit(question: LaunchQuestion, use: LaunchUse, waysToGive: WaysToGive): string[] {
  const outcomes = judgeLaunch(question, use);
  const unfit = firstFailure(outcomes);
  if (unfit) throw withWays(unfit.fail, waysToGive);
  return outcomes.flatMap((outcome) => ('warning' in outcome ? [outcome.warning] : []));
}
