// The page of a launch check: a running check, its report, and the search for why it does not match.

import * as v from 'valibot';
import type { ExplainProgress, ExplainResult } from '../core/explain/explanation';
import type { LoadSource } from '../core/launch/loads';
import type { ChainPicture } from '../core/report/picture';
import type { Report, RuleResult } from '../core/launch/report';
import {
  bytes,
  count,
  FROM_EVERY_PAGE,
  noticeOf,
  plain,
  pressOf,
  text,
  texts,
  type PageTable,
} from './shared';

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

/** What of a checked launch the page can look into. */
export interface LaunchParts {
  /** The origins of loads that can be opened. */
  readonly opens: readonly LoadSource['from'][];
  /** Whether each step can be asked for, and which check has them: those of another are none of this. */
  readonly steps?: { readonly check: number; readonly size: number };
}

/** As many steps as one message has. */
export const MOST_STEPS = 512;

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
  /** Absent where nothing of it was kept, as of an earlier result. */
  readonly parts?: LaunchParts;
  /** The chain of the attestation report; absent where there is none, or nothing of it was kept. */
  readonly picture?: ChainPicture;
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
  parts: v.exactOptional(plain<LaunchParts>()),
  picture: v.exactOptional(plain<ChainPicture>()),
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
  copyTrace: { label: 'Copy Trace as JSON', icon: 'json' },
  saveTrace: { label: 'Save Trace…', icon: 'save' },
  saveLaunch: { label: 'New Launch File of This', icon: 'new-file' },
  openEvidence: { label: 'Open Attestation Report', icon: 'verified' },
  injectSecret: { label: 'Inject Secret…', icon: 'key' },
  explain: { label: 'Why?', icon: 'question' },
  explainFolder: { label: 'Also Try Other Images of the Folder', icon: 'file-binary' },
  cancelExplain: { label: 'Stop', icon: 'debug-stop' },
} as const;

/** Where a load comes from. */
const SOURCE: v.GenericSchema<LoadSource> = v.variant('from', [
  v.object({ from: v.picklist(['firmware', 'svsm']), offset: count }),
  v.object({ from: v.literal('metadata'), section: count, offset: count }),
  v.object({ from: v.literal('kernel hashes') }),
  v.object({ from: v.literal('vcpu'), vcpu: count }),
]);

/** The page of a launch check. */
export const REPORT_PAGE = {
  states: { report: REPORT_STATE, running: RUNNING_STATE, notice: noticeOf(REPORT_ACTIONS) },
  fromHost: {
    /** The digests of some steps of a check, from this one on, in pairs as a trace keeps them. */
    steps: v.object({ check: count, from: count, pairs: bytes }),
  },
  actions: REPORT_ACTIONS,
  fromPage: {
    ...FROM_EVERY_PAGE,
    /** With what names a machine or a guest masked in what is copied or saved. */
    action: pressOf(REPORT_ACTIONS, { redact: v.exactOptional(v.boolean()) }),
    /** Applies an explanation, by its index from 0, to the launch file. */
    changeLaunch: v.object({ explanation: count }),
    /** Asks for MOST_STEPS steps of a check, or as many as there are. */
    steps: v.object({ check: count, from: count }),
    /** Opens what was loaded: so many bytes of a file, or the page of a vCPU. */
    openLoad: v.object({ source: SOURCE, size: count }),
  },
  large: {},
} as const satisfies PageTable;
