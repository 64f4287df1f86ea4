// What the page of a launch check shows: a running check, its report, and the search for why it does not match.

import type { ExplainProgress, ExplainResult } from '../core/explain/explanation';
import type { Report, RuleResult } from '../core/launch/report';

/** A running check: its stages, and what is known so far. */
export interface RunningState {
  readonly title: string;
  readonly stages: readonly string[];
  /** The stage that is running. */
  readonly stage: string;
  readonly rules?: readonly RuleResult[];
  /** The file being read, and the bytes read so far. */
  readonly reading?: { readonly name: string; readonly done: number; readonly total?: number };
}

/** The search for why a launch does not match. It never changes the verdict above it. */
export type ExplanationState =
  | { readonly kind: 'searching'; readonly progress?: ExplainProgress }
  | {
      readonly kind: 'found';
      readonly result: ExplainResult;
      /** For each explanation, whether its edits can be applied to the launch file. */
      readonly changeable: readonly boolean[];
      /** Images in the firmware's folder were tried as well. */
      readonly searchedFolder: boolean;
      /** The explanation that was last applied to the launch file. */
      readonly changed?: number;
    }
  | { readonly kind: 'ended'; readonly text: string };

/** A finished check. */
export interface ReportViewState {
  readonly kind: 'report';
  readonly report: Report;
  /** When a running domain was asked, in ISO 8601; absent for a recorded launch. */
  readonly made?: string;
  /** An earlier result: nothing has been asked since. */
  readonly earlier?: boolean;
  /** Number of secrets that were injected into the guest. */
  readonly injected?: number;
  /** Why the injection failed, a sentence. */
  readonly injectionError?: string;
  /** Absent until someone asks for it. */
  readonly explanation?: ExplanationState;
}
