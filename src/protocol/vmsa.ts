// What the pages of VMSAs show: one page of a file, or a comparison with another page.

import type { VmsaName } from '../core/vmsa/layout/layout';
import type { VmsaRequest } from '../core/vmsa/launch/generate';
import type { CpuId } from '../core/vmsa/launch/signature';
import { isObject, type NamedPage } from './shared';

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

function isSvsm(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { entry, stack, pageTable, vtom } = value;
  const optional = (part: unknown) => part === undefined || typeof part === 'number';
  return typeof entry === 'number' && [stack, pageTable, vtom].every(optional);
}

/** Whether a value has the shape of a request; generateVmsa validates its content. */
export function isRequest(value: unknown): value is VmsaRequest {
  if (!isObject(value) || !isObject(value['cpu'])) return false;
  const { family, model, stepping } = value['cpu'];
  return (
    typeof value['profile'] === 'string' &&
    (value['role'] === 'bsp' || value['role'] === 'ap') &&
    [family, model, stepping].every((n) => typeof n === 'number') &&
    (value['resetAddress'] === undefined || typeof value['resetAddress'] === 'number') &&
    (value['svsm'] === undefined || isSvsm(value['svsm']))
  );
}
