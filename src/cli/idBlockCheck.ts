// `sevscope id-block check`: the steps of a check, one line each, and what they mean together.

import { OUTCOME_WORDS } from '../core/launch/checkSteps';
import type { IdBlockLaunch } from '../core/tech/snp/idBlockCheck';
import { isOfReport, type IdBlockStep } from '../core/tech/snp/idBlockSteps';
import { checkIdBlockPair, readIdBlockFiles } from '../app/idBlock';
import type { Io } from '../app/io';
import { readReportFile } from '../app/reportFile';
import { signatureVerifier } from '../app/verifier';
import * as errors from './errors';
import { printJson, type Output } from './output';

/** What the command takes besides files and a launch. */
export interface CheckOptions {
  readonly idBlock?: string;
  readonly idAuth?: string;
  readonly report?: string;
  readonly json?: true;
  readonly authorKey?: false;
}

/** Checks a pair for a launch. @returns whether no step failed */
export async function checkIdBlocks(
  io: Io,
  files: readonly string[],
  given: IdBlockLaunch,
  { idBlock, idAuth, report, json, authorKey }: CheckOptions,
  out: Output,
): Promise<boolean> {
  const all = [...files, idBlock ?? [], idAuth ?? []].flat();
  if (all.length === 0) throw errors.idBlockNeeded();
  const pair = await readIdBlockFiles(io, all);
  const launch = {
    ...given,
    ...(authorKey === false && { authorKey }),
    ...(report !== undefined && { report: (await readReportFile(io, report)).report.values }),
  };
  const steps = await checkIdBlockPair(io, pair, launch, signatureVerifier(io));
  const isValid = steps.every(({ outcome }) => outcome !== 'failed');
  if (json) {
    printJson(out, { valid: isValid, steps });
    return isValid;
  }
  for (const { title, outcome, reason } of steps)
    out.line(`${OUTCOME_WORDS[outcome].padEnd(11)}  ${title}: ${reason}`);
  out.line('');
  out.line(conclusionOf(steps));
  if (report !== undefined)
    out.line('Whether the report is genuine was not looked at: "sevscope report verify" says that.');
  return isValid;
}

/** The steps in a sentence. */
function conclusionOf(steps: readonly IdBlockStep[]): string {
  const failed = steps.filter(({ outcome }) => outcome === 'failed');
  if (failed.length === 0)
    return steps.some(isOfReport)
      ? 'The ID block is valid, and the report is of a guest that was launched with it.'
      : 'The ID block is valid.';
  return failed.every(isOfReport)
    ? 'The ID block is valid, and the report is of a guest that was launched without it.'
    : 'The ID block is not valid: the firmware refuses the launch.';
}
