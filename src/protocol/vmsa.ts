// What the pages of VMSAs show: one page of a file, or a page compared with another.

import type { VmsaRequest } from '../core/vmsa/launch/generate';
import type { CpuId } from '../core/vmsa/launch/signature';
import { isObject, type NamedPage } from './shared';

/** A firmware image of the workspace that an AP's reset address can come from. */
export interface FirmwareChoice {
  readonly name: string;
  readonly resetAddress: number;
}

/** That the file was written by somebody else since it was read, and whether something was changed here, too. */
export interface DiskChange {
  /** The fields of the page that is shown which changed; undefined when the file has no such page any more. */
  readonly fields?: readonly string[];
  /** There are changes here that were not saved: the person must choose. */
  readonly conflict: boolean;
}

/** One VMSA page of a file. */
export interface VmsaViewState extends NamedPage {
  readonly kind: 'vmsa';
  /** The page that is shown, counted from 0, and how many the file has: one for each vCPU. */
  readonly page: number;
  readonly pages: number;
  /** Why fields cannot be changed, as a sentence; undefined when they can. */
  readonly readOnly?: string;
  /** What the page was read from when the file is no plain page: `kernel log`, `base64`, … */
  readonly source?: string;
  readonly disk?: DiskChange;
  /** The page on the other side, when the editor is one half of a diff. */
  readonly other?: NamedPage & { readonly side: 'original' | 'modified' };
}

/** What a page is compared with. */
export type Counterpart =
  | ({ readonly kind: 'file' } & NamedPage)
  | {
      readonly kind: 'generated';
      readonly request: VmsaRequest;
      readonly firmware: readonly FirmwareChoice[];
      /** CPUs that were chosen lately, the latest first. */
      readonly recent: readonly CpuId[];
    };

/** A page beside another, or beside the one that it should be. */
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

/** Whether a value has the shape of a request; generateVmsa judges what is in it. */
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
