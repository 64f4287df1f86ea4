// Every message between the extension host and the webview, as two unions. Bytes cross once (parcels.ts) and both sides
// decode them with the same core. Any message may be sent again at any moment; what arrives is checked here.

import type { RuleResult } from '../core/launch/report';
import type { ExplainProgress, ExplainResult } from '../core/explain/explanation';
import type { Report } from '../core/launch/report';
import type { VolumeComparison } from '../core/ovmf/compare/compareVolumes';
import type { VolumeContents } from '../core/ovmf/contents';
import type { BitRange } from '../core/vmsa/edit';
import type { VmsaRequest } from '../core/vmsa/launch/generate';
import type { CpuId } from '../core/vmsa/launch/signature';

/** A firmware image of the workspace that an AP's reset address can come from. */
export interface FirmwareChoice {
  readonly name: string;
  readonly resetAddress: number;
}

/** What a webview can ask the host to do with what it shows. */
export const ACTIONS = {
  compare: 'Compare with Generated…',
  compareFile: 'Compare with File…',
  compareImage: 'Compare with Image…',
  generate: 'Generate VMSA…',
  exportPage: 'Export…',
  pickCpu: 'Find CPU…',
  pickFirmware: 'From an OVMF Image…',
  saveExpected: 'Save Expected Page…',
  openComparison: 'Open as One Comparison',
  forgetBefore: 'Forget the Earlier Build',
  reload: 'Reload and Lose My Changes',
  keepChanges: 'Keep My Changes',
  openAsText: 'Open With…',
  newLaunchFile: 'New Launch File…',
  openLaunchFile: 'Open Launch File',
  runAgain: 'Check Again',
  cancelRun: 'Cancel',
  copyReport: 'Copy as Markdown',
  copyReportJson: 'Copy as JSON',
  saveReport: 'Save…',
  injectSecret: 'Inject Secret…',
  explain: 'Why?',
  explainBeside: 'Also Try Images Beside the Firmware',
  cancelExplain: 'Stop',
} as const;

/** The name of an action. */
export type Action = keyof typeof ACTIONS;

/** A page with the name of the file that it is from. */
export interface NamedPage {
  readonly name: string;
  readonly bytes: Uint8Array;
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

/** A firmware image. */
export interface OvmfViewState extends NamedPage {
  readonly kind: 'ovmf';
  /** What its compressed sections hold, which is known some time after an image is shown. */
  readonly contents?: VolumeContents;
  /** Why that is not known, a sentence. */
  readonly unread?: string;
  /** The image on the other side of a diff editor, or the one that the file was before it was written again. */
  readonly other?: NamedPage & { readonly side: 'original' | 'modified' | 'before' };
  /** What differs in the volumes of both, compressed sections included, once that is known. */
  readonly volumes?: VolumeComparison;
}

/** Two firmware images side by side. */
export interface ImagesViewState extends NamedPage {
  readonly kind: 'images';
  readonly other: NamedPage;
  /** What differs in the volumes of both, compressed sections included, once that is known. */
  readonly volumes?: VolumeComparison;
  /** Why that is not known, a sentence. */
  readonly unread?: string;
}

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

/** What a webview shows; it holds everything needed to draw it. */
export type View =
  | VmsaViewState
  | ComparisonViewState
  | OvmfViewState
  | ImagesViewState
  | ReportViewState
  | ({ readonly kind: 'running' } & RunningState)
  | {
      readonly kind: 'notice';
      readonly title: string;
      readonly text: string;
      readonly actions: readonly Action[];
    };

/** Where the cursor of a page is: a field, or some bytes. */
export interface Place {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** Host to webview. */
export type HostMessage =
  | { readonly type: 'show'; readonly view: View }
  /** Opens the page's own box for finding, or for going to an offset. */
  | { readonly type: 'open'; readonly box: 'find' | 'goto' }
  /** Selects what the other half of a diff has selected. */
  | { readonly type: 'select'; readonly place: Place };

/** Webview to host. `request` is the comparison that the page shows when the action is taken. */
export type WebviewMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'action'; readonly action: Action; readonly request?: VmsaRequest }
  | { readonly type: 'copy'; readonly text: string }
  /** Gives a field, or some of its bits, a value in the form that parseFieldValue reads. */
  | { readonly type: 'edit'; readonly field: string; readonly value: string; readonly bits?: BitRange }
  | { readonly type: 'page'; readonly page: number }
  /** Changes the launch file as an explanation says, counted from 0. */
  | { readonly type: 'changeLaunch'; readonly explanation: number }
  | { readonly type: 'place'; readonly place: Place };

/** Whether a value has properties. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const VIEW_KINDS: readonly string[] = [
  'vmsa',
  'comparison',
  'ovmf',
  'images',
  'report',
  'running',
  'notice',
] satisfies View['kind'][];

function isView(value: unknown): value is View {
  if (!isObject(value)) return false;
  const { kind, bytes, other } = value;
  const hold = (of: unknown) => of === undefined || of instanceof Uint8Array;
  return VIEW_KINDS.includes(String(kind)) && hold(bytes) && (!isObject(other) || hold(other['bytes']));
}

/** Whether a value is a whole number from 0 that is exact. */
export const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

const isBitRange = (value: unknown): value is BitRange =>
  isObject(value) && isCount(value['lsb']) && isCount(value['width']) && value['lsb'] + value['width'] <= 64;

function isPlace(value: unknown): value is Place {
  return (
    isObject(value) && typeof value['name'] === 'string' && isCount(value['offset']) && isCount(value['size'])
  );
}

/** Whether something that arrived in the webview is a message of the host; the page gets others, too. */
export function isHostMessage(value: unknown): value is HostMessage {
  if (!isObject(value)) return false;
  switch (value['type']) {
    case 'show':
      return isView(value['view']);
    case 'open':
      return value['box'] === 'find' || value['box'] === 'goto';
    case 'select':
      return isPlace(value['place']);
    default:
      return false;
  }
}

/** Whether something that arrived in the host is a message of our page. */
export function isWebviewMessage(value: unknown): value is WebviewMessage {
  if (!isObject(value)) return false;
  switch (value['type']) {
    case 'ready':
      return true;
    case 'action':
      return (
        typeof value['action'] === 'string' &&
        Object.hasOwn(ACTIONS, value['action']) &&
        (value['request'] === undefined || isRequest(value['request']))
      );
    case 'copy':
      return typeof value['text'] === 'string' && value['text'].length < 1 << 20;
    case 'edit':
      return (
        typeof value['field'] === 'string' &&
        typeof value['value'] === 'string' &&
        value['value'].length < 1 << 14 &&
        (value['bits'] === undefined || isBitRange(value['bits']))
      );
    case 'page':
      return isCount(value['page']);
    case 'changeLaunch':
      return isCount(value['explanation']);
    case 'place':
      return isPlace(value['place']);
    default:
      return false;
  }
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
