// What the tables of all pages share: shapes, messages, and actions that more than one page offers.

import * as v from 'valibot';
import { isObject } from '../core/binary/values';

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

export const text = v.string();
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
export const texts = v.pipe(v.array(text), v.readonly());
/** Bytes as they are in this world: those of another runtime do not pass for them. */
export const bytes = v.instance(Uint8Array);
/** Plain data that core made: the page draws it, and its shape is core's. */
export const plain = <T extends object>(): v.GenericSchema<T> => v.custom<T>(isObject);

/** The members of named bytes. */
export const NAMED_PAGE = { name: text, bytes, from: v.exactOptional(count) };

/** A page that can only say something: why there is nothing else to show, and what to do. */
export interface Notice<A extends string> {
  readonly kind: 'notice';
  readonly title: string;
  readonly text: string;
  readonly actions: readonly A[];
}

/** What the button of an action says, and the codicon on it. */
export interface ActionRow {
  readonly label: string;
  readonly icon: string;
}

/** A notice with the actions of a page. */
export const noticeOf = <A extends string>(
  actions: Readonly<Record<A, ActionRow>>,
): v.GenericSchema<Notice<A>> =>
  v.object({
    kind: v.literal('notice'),
    title: text,
    text,
    actions: v.array(v.picklist(Object.keys(actions) as A[])),
  });

const place: v.GenericSchema<CursorPlace> = v.object({ name: text, offset: count, size: count });

/** What every page may send: that it waits for its state, that it has drawn the first, and a text for the clipboard. */
export const FROM_EVERY_PAGE = {
  ready: v.object({}),
  drawn: v.object({}),
  copy: v.object({ text: v.pipe(text, v.maxLength(2 ** 20 - 1)) }),
};
/** Where the cursor is; only in a diff does another page follow it. */
export const PLACE = { place: v.object({ place }) };
/** Selects what the other side of a diff has selected. */
export const SELECT = { select: v.object({ place }) };
/** The press of a button. @param more what goes with it */
export const pressOf = <A extends string, E extends v.ObjectEntries>(
  actions: Readonly<Record<A, ActionRow>>,
  more: E,
) => v.object({ action: v.picklist(Object.keys(actions) as A[]), ...more });

/** Actions that more than one page offers. */
export const OPEN_WITH = { openAsText: { label: 'Open With…', icon: 'go-to-file' } } as const;
export const GENERATE = { generate: { label: 'Generate VMSA…', icon: 'new-file' } } as const;
export const OPEN_COMPARISON = {
  openComparison: { label: 'Compare in One View', icon: 'diff-single' },
} as const;

/**
 * A member of a state that is large and never changed. Its lists are sent in parts, and what stays one object is sent once.
 */
export interface LargeMember {
  /** Whether core already made every character of its texts visible. */
  readonly visible: boolean;
}

/**
 * A page: the states that it can show, the messages that its host sends besides, its actions, the messages that it
 * sends, and the large members of its states.
 */
export interface PageTable {
  readonly states: Readonly<Record<string, v.GenericSchema>>;
  readonly fromHost: Readonly<Record<string, v.GenericSchema>>;
  readonly actions: Readonly<Record<string, ActionRow>>;
  readonly fromPage: Readonly<Record<string, v.GenericSchema>>;
  readonly large: Readonly<Record<string, LargeMember>>;
}
