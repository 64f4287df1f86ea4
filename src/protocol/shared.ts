// What all pages share: the actions they offer, named bytes, positions, and checks of incoming messages.

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
  openComparison: 'Compare in One View',
  forgetBefore: 'Dismiss',
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

/** A page's bytes with the name of their file. */
export interface NamedPage {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Where the bytes begin that are there; those before are being read or on their way. Absent when all are there. */
  readonly from?: number;
}

/** Where the cursor of a page is: at a field, or at some bytes. */
export interface CursorPlace {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** Whether a value has properties. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Whether a value is a nonnegative safe integer. */
export const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
