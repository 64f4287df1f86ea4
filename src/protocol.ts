// Every message between the extension host and the webview, as two unions. Bytes cross once and both sides
// decode them with the same core. Any message may be sent again at any moment; what arrives is checked here.

import type { Report } from './core/measure/report';
import type { VmsaRequest } from './core/vmsa/generate';

/** A firmware image of the workspace that an AP's reset address can come from. */
export interface FirmwareChoice {
  readonly name: string;
  readonly resetAddress: number;
}

/** What a webview can ask the host to do with the file that it shows. */
export const ACTIONS = {
  compare: 'Compare with Generated…',
  generate: 'Generate VMSA…',
  pickFirmware: 'From an OVMF Image…',
  saveExpected: 'Save Expected Page…',
  openAsText: 'Open With…',
  openLaunchFile: 'Open Launch File',
  runAgain: 'Check Again',
} as const;

/** The name of an action. */
export type Action = keyof typeof ACTIONS;

/** What a webview shows; it holds everything needed to draw it. */
export type View =
  | { readonly kind: 'vmsa'; readonly name: string; readonly bytes: Uint8Array }
  | {
      readonly kind: 'comparison';
      readonly name: string;
      readonly bytes: Uint8Array;
      readonly request: VmsaRequest;
      readonly firmware: readonly FirmwareChoice[];
    }
  | { readonly kind: 'ovmf'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'report'; readonly report: Report }
  | {
      readonly kind: 'notice';
      readonly title: string;
      readonly text: string;
      readonly actions: readonly Action[];
    };

/** Host to webview. */
export interface HostMessage {
  readonly type: 'show';
  readonly view: View;
}

/** Webview to host. `request` is the comparison that the page shows when the action is taken. */
export type WebviewMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'action'; readonly action: Action; readonly request?: VmsaRequest }
  | { readonly type: 'copy'; readonly text: string };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const VIEW_KINDS: readonly string[] = [
  'vmsa',
  'comparison',
  'ovmf',
  'report',
  'notice',
] satisfies View['kind'][];

/** Whether something that arrived in the webview is a message of the host; the page gets others, too. */
export function isHostMessage(value: unknown): value is HostMessage {
  if (!isObject(value) || value['type'] !== 'show' || !isObject(value['view'])) return false;
  const { kind, bytes } = value['view'];
  return VIEW_KINDS.includes(String(kind)) && (bytes === undefined || bytes instanceof Uint8Array);
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
    default:
      return false;
  }
}

/** Whether a value has the shape of a request; generateVmsa judges what is in it. */
export function isRequest(value: unknown): value is VmsaRequest {
  if (!isObject(value) || !isObject(value['cpu'])) return false;
  const { family, model, stepping } = value['cpu'];
  return (
    typeof value['profile'] === 'string' &&
    (value['role'] === 'bsp' || value['role'] === 'ap') &&
    [family, model, stepping].every((n) => typeof n === 'number') &&
    (value['resetAddress'] === undefined || typeof value['resetAddress'] === 'number')
  );
}
