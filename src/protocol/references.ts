// The page of reference values: its question, the rows that are drawn, how far the digests are, and what can be done with them.

import * as v from 'valibot';
import type { ErrorData } from '../core/errors';
import { FORM_NAMES } from '../core/check/digestForms';
import type { DigestFinding } from '../core/check/digestRules';
import {
  REFERENCE_MODES,
  REFERENCE_PART_NAMES,
  type ReferenceMode,
  type ReferencePart,
  type ReferenceQuestion,
} from '../core/check/referenceQuestion';
import { count, FROM_EVERY_PAGE, noticeOf, plain, pressOf, text, type PageTable } from './shared';

/** As many rows as are drawn: the file has all of them. */
export const PREVIEW = 1000;

/** As many characters as a clipboard gets. */
export const MOST_COPIED = 2 ** 20 - 1;

/** One launch, as it is drawn. */
export interface ReferenceRow {
  readonly profile: string;
  readonly cpu: string;
  readonly signature: string;
  readonly vcpus: number;
  /** Hexadecimal. */
  readonly digest: string;
}

/** What the thread that computes answers, in this order until it is done: then it serves requests. */
export type ReferenceAnswer =
  | { readonly type: 'reading'; readonly name: string; readonly done: number; readonly total?: number }
  /** The next rows that are drawn, of all that are there. */
  | {
      readonly type: 'rows';
      readonly rows: readonly ReferenceRow[];
      readonly done: number;
      readonly total: number;
    }
  | { readonly type: 'computed'; readonly distinct: number; readonly findings: readonly DigestFinding[] }
  /** Undefined for bytes, and for more than MOST_COPIED. */
  | { readonly type: 'text'; readonly text: string | undefined }
  | { readonly type: 'saved'; readonly path: string }
  | { readonly type: 'refused'; readonly error: ErrorData };

/** How far the digests are. */
export type ReferenceProgress =
  | { readonly kind: 'reading'; readonly name: string; readonly done: number; readonly total?: number }
  | { readonly kind: 'computing'; readonly done: number; readonly total: number }
  | {
      readonly kind: 'computed';
      readonly total: number;
      readonly distinct: number;
      /** Where they were last saved. */
      readonly saved?: string;
    }
  /** By the user. */
  | { readonly kind: 'stopped'; readonly done: number }
  | { readonly kind: 'failed'; readonly text: string; readonly input?: string };

/** The page. */
export interface ReferencesState {
  readonly kind: 'references';
  readonly title: string;
  readonly question: ReferenceQuestion;
  /** Counts the questions that are not from the page itself: it takes them over. */
  readonly revision: number;
  readonly progress: ReferenceProgress;
  /** What is to be said about where the question is from, and about the launches. */
  readonly findings: readonly DigestFinding[];
  /** The first rows. */
  readonly preview: { readonly rows: readonly ReferenceRow[] };
}

/** What was typed, or nothing at all; a command line has some kilobytes. */
const typed = v.pipe(text, v.maxLength(2 ** 17));

export const REFERENCE_QUESTION: v.GenericSchema<ReferenceQuestion> = v.object({
  ...(Object.fromEntries(REFERENCE_PART_NAMES.map((part) => [part, typed])) as Record<
    ReferencePart,
    typeof typed
  >),
  mode: v.picklist(Object.keys(REFERENCE_MODES) as ReferenceMode[]),
  vcpus: typed,
  cpus: typed,
  profile: typed,
  format: v.picklist(FORM_NAMES),
  svn: typed,
});

/** Whether a value is such a question. */
export const isReferenceQuestion = (value: unknown): value is ReferenceQuestion =>
  v.is(REFERENCE_QUESTION, value);

const STATE: v.GenericSchema<ReferencesState> = v.object({
  kind: v.literal('references'),
  title: text,
  question: REFERENCE_QUESTION,
  revision: count,
  progress: v.variant('kind', [
    v.object({
      kind: v.literal('reading'),
      name: text,
      done: count,
      total: v.exactOptional(count),
    }),
    v.object({ kind: v.literal('computing'), done: count, total: count }),
    v.object({ kind: v.literal('computed'), total: count, distinct: count, saved: v.exactOptional(text) }),
    v.object({ kind: v.literal('stopped'), done: count }),
    v.object({ kind: v.literal('failed'), text, input: v.exactOptional(text) }),
  ]),
  findings: v.array(plain<DigestFinding>()),
  preview: plain<ReferencesState['preview']>(),
});

const REFERENCES_ACTIONS = {
  fillIn: { label: 'From QEMU or libvirt…', icon: 'symbol-property' },
  saveReferences: { label: 'Save As…', icon: 'save' },
  copyReferences: { label: 'Copy', icon: 'copy' },
  computeReferences: { label: 'Compute', icon: 'play' },
  cancelReferences: { label: 'Cancel', icon: 'debug-stop' },
} as const;

/** The page of reference values. */
export const REFERENCES_PAGE = {
  states: { references: STATE, notice: noticeOf(REFERENCES_ACTIONS) },
  fromHost: {},
  actions: REFERENCES_ACTIONS,
  fromPage: {
    ...FROM_EVERY_PAGE,
    /** A button, with the question as it is on the page. */
    action: pressOf(REFERENCES_ACTIONS, { question: v.optional(REFERENCE_QUESTION) }),
    /** Another question. */
    ask: v.object({ question: REFERENCE_QUESTION }),
    /** Chooses a file. */
    choose: v.object({ part: v.picklist(REFERENCE_PART_NAMES), question: REFERENCE_QUESTION }),
  },
  large: { preview: { visible: false } },
} as const satisfies PageTable;
