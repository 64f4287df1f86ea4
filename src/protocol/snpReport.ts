// The page of an attestation report: what it shows and sends. A thread of the extension host reads the file and verifies the report; the page
// decodes the fields of the report.

import * as v from 'valibot';
import type { Finding } from '../core/binary/region';
import type { TitledStep } from '../core/launch/checkSteps';
import type { FilePart } from '../core/report/filePart';
import type { ChainPicture } from '../core/report/picture';
import { PRODUCTS, type ProductName } from '../core/report/products';
import type { StepId } from '../core/report/steps';
import {
  count,
  FROM_EVERY_PAGE,
  NAMED_PAGE,
  noticeOf,
  OPEN_COMPARISON,
  OPEN_WITH,
  PLACE,
  plain,
  pressOf,
  SELECT,
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
export type ShownStep = TitledStep<StepId> & { readonly required: boolean };

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

/** A report that is compared with another one. Its bytes are those of the report alone. */
export interface ReportSide extends NamedPage {
  /** What the report or its certificate says of its processor, once it is verified. */
  readonly product?: ProductName;
  /** Whether it is true; absent until that is known. */
  readonly verified?: boolean;
}

/** A report. Its bytes are the carrier. */
export interface SnpReportState extends NamedPage {
  readonly kind: 'snpReport';
  /** Where the report is in the bytes. */
  readonly at: number;
  readonly facts: Omit<ReportFacts, 'carrier'>;
  readonly verification?: ShownVerification;
  /** Why it is not known whether the report is true, a sentence. */
  readonly unverified?: string;
  /** The report on the other side of a diff editor. */
  readonly other?: ReportSide & { readonly side: 'original' | 'modified' };
}

/** A comparison of two reports. */
export interface SnpReportsState extends ReportSide {
  readonly kind: 'snpReports';
  readonly other: ReportSide;
}

const PRODUCT = v.picklist(PRODUCTS.map(({ name }) => name) as [ProductName, ...ProductName[]]);
const REPORT_SIDE = {
  ...NAMED_PAGE,
  product: v.exactOptional(PRODUCT),
  verified: v.exactOptional(v.boolean()),
};

const STATE: v.GenericSchema<SnpReportState> = v.object({
  kind: v.literal('snpReport'),
  ...NAMED_PAGE,
  at: count,
  facts: plain<SnpReportState['facts']>(),
  verification: v.exactOptional(plain<ShownVerification>()),
  unverified: v.exactOptional(text),
  other: v.exactOptional(v.object({ ...REPORT_SIDE, side: v.picklist(['original', 'modified']) })),
});
const PAIR: v.GenericSchema<SnpReportsState> = v.object({
  kind: v.literal('snpReports'),
  ...REPORT_SIDE,
  other: v.object(REPORT_SIDE),
});

const ACTIONS = {
  compareReport: { label: 'Compare with Report…', icon: 'diff-multiple' },
  ...OPEN_COMPARISON,
  ...OPEN_WITH,
} as const;

/** The page. */
export const SNP_REPORT_PAGE = {
  states: { snpReport: STATE, notice: noticeOf(ACTIONS) },
  fromHost: SELECT,
  actions: ACTIONS,
  fromPage: { ...FROM_EVERY_PAGE, ...PLACE, action: pressOf(ACTIONS, {}) },
  large: { facts: { visible: false }, verification: { visible: false } },
} as const satisfies PageTable;

/** The page that compares two reports. */
export const SNP_REPORTS_PAGE = {
  states: { snpReports: PAIR, notice: noticeOf({}) },
  fromHost: {},
  actions: {},
  fromPage: { ...FROM_EVERY_PAGE, ...PLACE },
  large: {},
} as const satisfies PageTable;
