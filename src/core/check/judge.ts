// Judges the inputs of a launch by the table of rules: all of them for lint, and the first that fails where a launch is to be computed.

import { errorData, errorFrom, type CheckError } from '../errors';
import type { Severity } from '../binary/region';
import type { Judgement, LaunchQuestion } from './question';
import { LAUNCH_RULES, type LaunchRule, type Stage } from './rules';

/**
 * The rules of each use of a launch's inputs, in the order in which they decide: of a text that is being written, and of a file that is read;
 * of the check of a launch, before a file is read for it and, as virt-qemu-sev-validate has it, afterwards; of an owner's inputs before the
 * host of a domain is asked for the rest, before and after her files are looked at; and of a digest, or the search for one.
 */
const STAGES_OF = {
  lint: ['file', 'reported', 'inputs', 'launch', 'count', 'pages'],
  file: ['file'],
  check: ['reported', 'inputs', 'launch'],
  pages: ['count', 'pages'],
  domain: ['inputs'],
  domainPages: ['pages'],
  digest: ['inputs', 'count'],
} as const satisfies Record<string, readonly Stage[]>;

/** What inputs are judged for. */
export type LaunchUse = keyof typeof STAGES_OF;

/** What was found under a rule of the table. */
export type LaunchOutcome = Judgement & { readonly rule: LaunchRule; readonly severity: Severity };

/** An outcome that is a failure. */
export type LaunchFailure = LaunchOutcome & { readonly fail: CheckError };

/** Judges all rules of a use. @returns what they found, first what decides first */
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

/** The outcome that decides: the first that is a failure. */
export function firstFailure(outcomes: readonly LaunchOutcome[]): LaunchFailure | undefined {
  return outcomes.find((outcome) => 'fail' in outcome);
}

/** How an input that a rule asks for by name is given, as a phrase after "give it": only those who ask for inputs have words for that. */
export type WaysToGive = (input: 'vmsa.bsp') => string;

/** A failure that lacks its advice, with how to give the input that it is about. */
function withWays(fail: CheckError, waysToGive: WaysToGive): CheckError {
  const input = fail.at?.input;
  if (fail.advice !== undefined || input !== 'vmsa.bsp') return fail;
  return errorFrom({ ...errorData(fail), advice: `Give that, too, ${waysToGive(input)}.` });
}

/**
 * Judges inputs that are about to be used.
 * @returns what the report warns of
 * @throws CheckError the first failure
 */
export function refuseUnfit(question: LaunchQuestion, use: LaunchUse, waysToGive: WaysToGive): string[] {
  const outcomes = judgeLaunch(question, use);
  const unfit = firstFailure(outcomes);
  if (unfit) throw withWays(unfit.fail, waysToGive);
  return outcomes.flatMap((outcome) => ('warning' in outcome ? [outcome.warning] : []));
}
