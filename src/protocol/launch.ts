// What the page of a launch check shows: a check that runs, its report, and the search for why it does not match.

import type { ExplainProgress, ExplainResult } from '../core/explain/explanation';
import type { Report, RuleResult } from '../core/launch/report';

/** A check that is running: its stages, and what is known already. */
export interface RunningState {
  readonly title: string;
  readonly stages: readonly string[];
  /** The one of them that is running. */
  readonly stage: string;
  readonly rules?: readonly RuleResult[];
  /** The file that is read, and bytes so far. */
  readonly reading?: { readonly name: string; readonly done: number; readonly total?: number };
}

/** The search for why a launch does not match. The verdict above it stays what it is. */
export type ExplanationState =
  | { readonly kind: 'searching'; readonly progress?: ExplainProgress }
  | {
      readonly kind: 'found';
      readonly result: ExplainResult;
      /** Of each explanation, whether the launch file can be changed to say so. */
      readonly changeable: readonly boolean[];
      /** Images beside the firmware were tried, too. */
      readonly beside: boolean;
      /** The explanation with which the launch file was changed last. */
      readonly changed?: number;
    }
  | { readonly kind: 'ended'; readonly text: string };

/** A finished check. */
export interface ReportViewState {
  readonly kind: 'report';
  readonly report: Report;
  /** When a running domain was asked, in ISO 8601; absent for a recorded launch. */
  readonly made?: string;
  /** It is from before: nothing was asked since. */
  readonly earlier?: boolean;
  /** Secrets that the guest got. */
  readonly injected?: number;
  /** Why it did not get them, a sentence. */
  readonly injectionError?: string;
  /** Absent until somebody asks. */
  readonly explanation?: ExplanationState;
}
