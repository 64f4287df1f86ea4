// Every message between the extension host and the webview, as two unions. Bytes cross only once
// (transfer.ts), and both sides decode them with the same core. Any message may be sent again at any moment;
// incoming messages are validated here.

import type { BitRange } from '../core/vmsa/edit';
import type { VmsaRequest } from '../core/vmsa/launch/generate';
import type { ReportViewState, RunningState } from './launch';
import type { ImagesViewState, OvmfViewState } from './ovmf';
import { ACTIONS, isCount, isObject, type Action, type CursorPlace } from './shared';
import { isRequest, type ComparisonViewState, type VmsaViewState } from './vmsa';

/** What a webview shows, with everything needed to draw it. */
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

/** Host to webview. */
export type HostMessage =
  | { readonly type: 'show'; readonly view: View }
  /** Opens the page's own box for finding text, or for going to an offset. */
  | { readonly type: 'open'; readonly box: 'find' | 'goto' }
  /** Selects what the other side of a diff has selected. */
  | { readonly type: 'select'; readonly place: CursorPlace };

/** Webview to host. `request` is the comparison on the page when the action is taken. */
export type WebviewMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'action'; readonly action: Action; readonly request?: VmsaRequest }
  | { readonly type: 'copy'; readonly text: string }
  /** Sets a field, or some of its bits, to a value in the form that parseFieldValue reads. */
  | { readonly type: 'edit'; readonly field: string; readonly value: string; readonly bits?: BitRange }
  | { readonly type: 'page'; readonly page: number }
  /** Applies an explanation, by its index from 0, to the launch file. */
  | { readonly type: 'changeLaunch'; readonly explanation: number }
  | { readonly type: 'place'; readonly place: CursorPlace };

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
  return (
    typeof kind === 'string' &&
    VIEW_KINDS.includes(kind) &&
    hold(bytes) &&
    (!isObject(other) || hold(other['bytes']))
  );
}

const isBitRange = (value: unknown): value is BitRange =>
  isObject(value) && isCount(value['lsb']) && isCount(value['width']) && value['lsb'] + value['width'] <= 64;

function isPlace(value: unknown): value is CursorPlace {
  return (
    isObject(value) && typeof value['name'] === 'string' && isCount(value['offset']) && isCount(value['size'])
  );
}

/** Whether a message that arrived in the webview is from our host; the page gets others, too. */
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

/** Whether a message that arrived in the host is from our page. */
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
