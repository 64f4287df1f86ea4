// The pages of VMSAs, one page of a file and a comparison with another: what they show and send.

import * as v from 'valibot';
import type { BitRange } from '../core/vmsa/edit';
import type { FeaturesText } from '../core/vmsa/layout/features';
import type { VmsaName } from '../core/vmsa/layout/layout';
import type { VmsaRequest } from '../core/vmsa/launch/generate';
import { SVSM_PARTS, type SvsmImage } from '../core/vmsa/launch/svsm';
import type { ProfileId } from '../core/vmsa/launch/profiles';
import type { CpuId } from '../core/vmsa/launch/signature';
import {
  count,
  FROM_EVERY_PAGE,
  GENERATE,
  NAMED_PAGE,
  noticeOf,
  OPEN_COMPARISON,
  OPEN_WITH,
  PLACE,
  pressOf,
  SELECT,
  text,
  texts,
  type NamedPage,
  type PageTable,
} from './shared';

/** A firmware image in the workspace that can supply an AP's reset address. */
export interface FirmwareChoice {
  readonly name: string;
  readonly resetAddress: number;
}

/** Someone else has written the file since it was read; `conflict` if there are changes here as well. */
export interface DiskChange {
  /** The fields of the shown page that changed; undefined when the file no longer has this page. */
  readonly fields?: readonly string[];
  /** There are unsaved changes here, so people have to choose. */
  readonly conflict: boolean;
}

/** What is known of a page when a dump lists some of its fields only. */
export interface PartView {
  readonly known: readonly VmsaName[];
  readonly beforeKvm: boolean;
  /** What people should know about the dump, as sentences. */
  readonly notes: readonly string[];
  /** ALLOWED_SEV_FEATURES of the VMCB, in hexadecimal with 0x. */
  readonly allowed?: string;
  /** Of all dumps in the file, which vCPU each is of. */
  readonly labels: readonly string[];
}

/** One VMSA page of a file. */
export interface VmsaViewState extends NamedPage {
  readonly kind: 'vmsa';
  /** Index of the shown page, from 0, and the number of pages in the file: one per vCPU. */
  readonly page: number;
  readonly pages: number;
  /** Why fields cannot be changed, a sentence; undefined when they can. */
  readonly readOnly?: string;
  /** What the page was read from, if the file is not a raw page: `kernel log`, `base64`, … */
  readonly source?: string;
  /** What each page of the file is, if it was read from text: `vCPU 1`, `launch 2, vCPU 0`. */
  readonly labels?: readonly string[];
  /** The number of the vCPU in its launch, and what people should know about how the page was read. */
  readonly vcpu?: number;
  readonly note?: string;
  readonly disk?: DiskChange;
  /** Only some fields are known; all other bytes mean nothing. */
  readonly part?: PartView;
  /** The page on the other side, in a diff editor. */
  readonly other?: NamedPage & { readonly side: 'original' | 'modified' };
}

/** What a page is compared with. */
export type Counterpart =
  | ({ readonly kind: 'file' } & NamedPage)
  | {
      readonly kind: 'generated';
      readonly request: VmsaRequest;
      readonly firmware: readonly FirmwareChoice[];
      /** Recently chosen CPUs, the latest first. */
      readonly recent: readonly CpuId[];
    };

/** A comparison of a page with another one, or with the one that it should be. */
export interface ComparisonViewState extends NamedPage {
  readonly kind: 'comparison';
  readonly other: Counterpart;
}

const number = v.number();
const SVSM = v.object(
  Object.fromEntries(SVSM_PARTS.map((part) => [part.id, 'usual' in part ? v.exactOptional(number) : number])),
) as unknown as v.GenericSchema<SvsmImage>;
const CPU: v.GenericSchema<CpuId> = v.object({ family: number, model: number, stepping: number });
/** The shape of a request; generateVmsa judges its content. */
const REQUEST: v.GenericSchema<VmsaRequest> = v.object({
  profile: v.custom<ProfileId>((value) => typeof value === 'string'),
  role: v.picklist(['bsp', 'ap']),
  cpu: CPU,
  resetAddress: v.optional(number),
  svsm: v.optional(SVSM),
  features: v.optional(
    v.custom<FeaturesText>((value) => typeof value === 'string' && /^0x[0-9a-f]{1,16}$/.test(value)),
  ),
});

/** Whether a value has the shape of a request; generateVmsa judges its content. */
export const isRequest = (value: unknown): value is VmsaRequest => v.is(REQUEST, value);

const FIELDS = v.pipe(v.array(v.custom<VmsaName>((value) => typeof value === 'string')), v.readonly());
const PART: v.GenericSchema<PartView> = v.object({
  known: FIELDS,
  beforeKvm: v.boolean(),
  notes: texts,
  allowed: v.exactOptional(text),
  labels: texts,
});
const VMSA_STATE: v.GenericSchema<VmsaViewState> = v.object({
  kind: v.literal('vmsa'),
  ...NAMED_PAGE,
  page: count,
  pages: count,
  readOnly: v.exactOptional(text),
  source: v.exactOptional(text),
  labels: v.exactOptional(texts),
  vcpu: v.exactOptional(count),
  note: v.exactOptional(text),
  disk: v.exactOptional(v.object({ fields: v.exactOptional(texts), conflict: v.boolean() })),
  part: v.exactOptional(PART),
  other: v.exactOptional(v.object({ ...NAMED_PAGE, side: v.picklist(['original', 'modified']) })),
});
const COUNTERPART: v.GenericSchema<Counterpart> = v.variant('kind', [
  v.object({ kind: v.literal('file'), ...NAMED_PAGE }),
  v.object({
    kind: v.literal('generated'),
    request: REQUEST,
    firmware: v.array(v.object({ name: text, resetAddress: number })),
    recent: v.array(CPU),
  }),
]);
const COMPARISON_STATE: v.GenericSchema<ComparisonViewState> = v.object({
  kind: v.literal('comparison'),
  ...NAMED_PAGE,
  other: COUNTERPART,
});

/** `request` is the comparison on the page when the action is taken. */
const withRequest = { request: v.optional(REQUEST) };
const bits: v.GenericSchema<BitRange> = v.pipe(
  v.object({ lsb: count, width: count }),
  v.check(({ lsb, width }) => lsb + width <= 64),
);

const VMSA_ACTIONS = {
  compare: { label: 'Compare with Generated…', icon: 'diff' },
  compareFile: { label: 'Compare with File…', icon: 'diff-multiple' },
  exportPage: { label: 'Export…', icon: 'export' },
  reload: { label: 'Reload and Lose My Changes', icon: 'discard' },
  keepChanges: { label: 'Keep My Changes', icon: 'check' },
  ...OPEN_COMPARISON,
  ...GENERATE,
  ...OPEN_WITH,
} as const;

/** The page of a VMSA file. */
export const VMSA_PAGE = {
  states: { vmsa: VMSA_STATE, notice: noticeOf(VMSA_ACTIONS) },
  fromHost: {
    /** Opens the page's own box for finding text, or for going to an offset. */
    open: v.object({ box: v.picklist(['find', 'goto']) }),
    ...SELECT,
  },
  actions: VMSA_ACTIONS,
  fromPage: {
    ...FROM_EVERY_PAGE,
    ...PLACE,
    action: pressOf(VMSA_ACTIONS, withRequest),
    /** Sets a field, or some of its bits, to a value in the form that parseFieldValue reads. */
    edit: v.object({
      field: text,
      value: v.pipe(text, v.maxLength(2 ** 14 - 1)),
      bits: v.exactOptional(bits),
    }),
    page: v.object({ page: count }),
  },
  large: {},
} as const satisfies PageTable;

const COMPARISON_ACTIONS = {
  saveExpected: { label: 'Save Expected Page…', icon: 'save' },
  pickCpu: { label: 'Find CPU…', icon: 'search' },
  pickFirmware: { label: 'From an OVMF Image…', icon: 'folder-opened' },
} as const;

/** The page that compares a VMSA with another. */
export const COMPARISON_PAGE = {
  states: { comparison: COMPARISON_STATE, notice: noticeOf(COMPARISON_ACTIONS) },
  fromHost: {},
  actions: COMPARISON_ACTIONS,
  fromPage: { ...FROM_EVERY_PAGE, ...PLACE, action: pressOf(COMPARISON_ACTIONS, withRequest) },
  large: {},
} as const satisfies PageTable;
