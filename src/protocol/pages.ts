// Every page, and every message between it and the extension host: one table each, from which both sides have types and checks.
// Bytes cross only once (transfer.ts). Any message may be sent again at any moment.

import * as v from 'valibot';
import { ID_BLOCK_PAGE } from './idBlock';
import { REPORT_PAGE } from './launch';
import { IMAGES_PAGE, OVMF_PAGE } from './ovmf';
import { REFERENCES_PAGE } from './references';
import type { ActionRow, PageTable } from './shared';
import { SNP_REPORT_PAGE, SNP_REPORTS_PAGE } from './snpReport';
import { isObject } from '../core/binary/values';
import { COMPARISON_PAGE, VMSA_PAGE } from './vmsa';

/** The pages, each by the name of its editor. */
export const PAGES = {
  vmsa: VMSA_PAGE,
  comparison: COMPARISON_PAGE,
  ovmf: OVMF_PAGE,
  images: IMAGES_PAGE,
  report: REPORT_PAGE,
  references: REFERENCES_PAGE,
  snpReport: SNP_REPORT_PAGE,
  snpReports: SNP_REPORTS_PAGE,
  idBlock: ID_BLOCK_PAGE,
} as const satisfies Record<string, PageTable>;

type Pages = typeof PAGES;
/** The name of a page. */
export type PageName = keyof Pages;
/** The names of the pages. */
export const PAGE_NAMES = Object.keys(PAGES) as readonly PageName[];

type Of<Shapes, Name extends keyof Shapes> = Shapes[Name] extends v.GenericSchema
  ? v.InferOutput<Shapes[Name]>
  : never;
type Typed<Shapes> = { [M in keyof Shapes]: { readonly type: M } & Of<Shapes, M> }[keyof Shapes];

/** What a page can show. */
export type StateOf<P extends PageName> = {
  [K in keyof Pages[P]['states']]: Of<Pages[P]['states'], K>;
}[keyof Pages[P]['states']];
/** What a page can ask its host to do with what it shows. */
export type ActionOf<P extends PageName> = keyof Pages[P]['actions'];
/** What the host sends to a page besides its state. */
export type ToPage<P extends PageName> = Typed<Pages[P]['fromHost']>;
/** What a page sends. */
export type FromPage<P extends PageName> = Typed<Pages[P]['fromPage']>;

/** What any page can show, with everything needed to draw it. */
export type View = { [P in PageName]: StateOf<P> }[PageName];
/** The action of any page. */
export type Action = { [P in PageName]: ActionOf<P> }[PageName];
/** Host to any page. */
export type HostMessage =
  { readonly type: 'show'; readonly view: View } | { [P in PageName]: ToPage<P> }[PageName];
/** Any page to its host. */
export type WebviewMessage = { [P in PageName]: FromPage<P> }[PageName];

const ALL: readonly PageTable[] = Object.values(PAGES);

/** The buttons of the actions. */
export const BUTTONS = Object.assign({}, ...ALL.map(({ actions }) => actions)) as Readonly<
  Record<Action, ActionRow>
>;

/** The large members of each state. */
export const LARGE = Object.fromEntries(
  ALL.flatMap(({ states, large }) => Object.keys(states).map((kind) => [kind, large])),
) as Readonly<Record<View['kind'], PageTable['large']>>;

/** Whether a table has a shape of this name that the value has. */
const has = (shapes: PageTable['states'], name: unknown, value: unknown): boolean =>
  typeof name === 'string' && Object.hasOwn(shapes, name) && v.is(shapes[name]!, value);

/** Whether a message that arrived in a page is from its host; the page gets others, too. */
export function isToPage<P extends PageName>(
  page: P,
  message: unknown,
): message is { readonly type: 'show'; readonly view: StateOf<P> } | ToPage<P> {
  if (!isObject(message)) return false;
  const { states, fromHost }: PageTable = PAGES[page];
  const { type, view } = message;
  return type === 'show' ? isObject(view) && has(states, view['kind'], view) : has(fromHost, type, message);
}

/** Whether a message that arrived in the host is from this page. */
export function isFromPage<P extends PageName>(
  page: P,
  message: unknown,
): message is FromPage<P> & WebviewMessage {
  return isObject(message) && has(PAGES[page].fromPage, message['type'], message);
}

/** Whether a message is one to any page. */
export const isHostMessage = (message: unknown): message is HostMessage =>
  PAGE_NAMES.some((page) => isToPage(page, message));
