// The page of an attestation report: what it shows and sends. A thread of the extension host reads the file and verifies the report; the page
// decodes the fields of the report.

import * as v from 'valibot';
import type { Finding } from '../core/binary/region';
import type { FilePart } from '../core/report/filePart';
import type { ChainPicture } from '../core/report/picture';
import type { ProductName } from '../core/report/products';
import type { Step } from '../core/report/steps';
import {
  count,
  FROM_EVERY_PAGE,
  NAMED_PAGE,
  noticeOf,
  OPEN_WITH,
  PLACE,
  plain,
  pressOf,
  text,
  type NamedPage,
  type PageTable,
} from './shared';

/** What a thread reads. */
export interface ReportTask {
  readonly file: Uint8Array;
  /** Files of the same folder that may be certificates, and for one of configfs-tsm its table. */
  readonly beside: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** When certificates must be valid, in milliseconds since 1970. */
  readonly at: number;
}

/** What is in a file with a report. Places are in the carrier. */
export interface ReportFacts {
  /** The bytes that the report is in: the file, unless that is text. */
  readonly carrier: Uint8Array;
  readonly offset: number;
  /** In which form the file has it, in words. */
  readonly form: string;
  readonly notes: readonly string[];
  readonly findings: readonly Finding[];
  readonly parts: readonly FilePart[];
}

/** A step of a verification, with its title and whether a verified report must have passed it. */
export type ShownStep = Step & { readonly title: string; readonly required: boolean };

/** Whether a report is true. */
export interface ShownVerification {
  readonly verified: boolean;
  readonly at: number;
  readonly product?: ProductName;
  readonly steps: readonly ShownStep[];
  readonly picture: ChainPicture;
  readonly remarks: readonly string[];
  /** Where AMD has the VCEK; none where it is there, or where nobody can say. */
  readonly urls: readonly string[];
}

/** What a thread answers: why there is no report, or what is known so far. */
export type ReadReport =
  { readonly reason: string } | { readonly facts: ReportFacts; readonly verification?: ShownVerification };

/** A report. Its bytes are the carrier. */
export interface SnpReportState extends NamedPage {
  readonly kind: 'snpReport';
  /** Where the report is in the bytes. */
  readonly at: number;
  readonly facts: Omit<ReportFacts, 'carrier'>;
  readonly verification?: ShownVerification;
  /** Why it is not known whether the report is true, a sentence. */
  readonly unverified?: string;
}

const STATE: v.GenericSchema<SnpReportState> = v.object({
  kind: v.literal('snpReport'),
  ...NAMED_PAGE,
  at: count,
  facts: plain<SnpReportState['facts']>(),
  verification: v.exactOptional(plain<ShownVerification>()),
  unverified: v.exactOptional(text),
});

const ACTIONS = OPEN_WITH;

/** The page. */
export const SNP_REPORT_PAGE = {
  states: { snpReport: STATE, notice: noticeOf(ACTIONS) },
  fromHost: {},
  actions: ACTIONS,
  fromPage: { ...FROM_EVERY_PAGE, ...PLACE, action: pressOf(ACTIONS, {}) },
  large: { facts: { visible: false }, verification: { visible: false } },
} as const satisfies PageTable;
