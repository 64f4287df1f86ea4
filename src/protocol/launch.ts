// The page of a launch check: a running check, its report, and the search for why it does not match.

import * as v from 'valibot';
import type { ExplainProgress, ExplainResult } from '../core/explain/explanation';
import type { Report, RuleResult } from '../core/launch/report';
import { count, FROM_EVERY_PAGE, noticeOf, plain, pressOf, text, texts, type PageTable } from './shared';

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
  /** A launch file can be made of the owner's inputs and the digest that the report must show. */
  readonly canSaveLaunch?: boolean;
  /** Absent until someone asks for it. */
  readonly explanation?: ExplanationState;
}

const RUNNING_STATE: v.GenericSchema<RunningState & { readonly kind: 'running' }> = v.object({
  kind: v.literal('running'),
  title: text,
  stages: texts,
  stage: text,
  rules: v.exactOptional(v.array(plain<RuleResult>())),
  reading: v.exactOptional(v.object({ name: text, done: count, total: v.exactOptional(count) })),
});
const EXPLANATION: v.GenericSchema<ExplanationState> = v.variant('kind', [
  v.object({ kind: v.literal('searching'), progress: v.exactOptional(plain<ExplainProgress>()) }),
  v.object({
    kind: v.literal('found'),
    result: plain<ExplainResult>(),
    changeable: v.array(v.boolean()),
    searchedFolder: v.boolean(),
    changed: v.exactOptional(count),
  }),
  v.object({ kind: v.literal('ended'), text }),
]);
const REPORT_STATE: v.GenericSchema<ReportViewState> = v.object({
  kind: v.literal('report'),
  report: plain<Report>(),
  made: v.exactOptional(text),
  earlier: v.exactOptional(v.boolean()),
  injected: v.exactOptional(count),
  injectionError: v.exactOptional(text),
  canSaveLaunch: v.exactOptional(v.boolean()),
  explanation: v.exactOptional(EXPLANATION),
});

const REPORT_ACTIONS = {
  openLaunchFile: { label: 'Open Launch File', icon: 'go-to-file' },
  runAgain: { label: 'Check Again', icon: 'refresh' },
  cancelRun: { label: 'Cancel', icon: 'debug-stop' },
  copyReport: { label: 'Copy as Markdown', icon: 'copy' },
  copyReportJson: { label: 'Copy as JSON', icon: 'json' },
  saveReport: { label: 'Save…', icon: 'save' },
  saveLaunch: { label: 'New Launch File of This', icon: 'new-file' },
  injectSecret: { label: 'Inject Secret…', icon: 'key' },
  explain: { label: 'Why?', icon: 'question' },
  explainFolder: { label: 'Also Try Other Images of the Folder', icon: 'file-binary' },
  cancelExplain: { label: 'Stop', icon: 'debug-stop' },
} as const;

/** The page of a launch check. */
export const REPORT_PAGE = {
  states: { report: REPORT_STATE, running: RUNNING_STATE, notice: noticeOf(REPORT_ACTIONS) },
  fromHost: {},
  actions: REPORT_ACTIONS,
  fromPage: {
    ...FROM_EVERY_PAGE,
    action: pressOf(REPORT_ACTIONS, {}),
    /** Applies an explanation, by its index from 0, to the launch file. */
    changeLaunch: v.object({ explanation: count }),
  },
  large: {},
} as const satisfies PageTable;
