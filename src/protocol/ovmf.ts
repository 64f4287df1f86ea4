// The pages of firmware images, one image and a comparison of two: what they show and send. Images are read and compared in a thread of the
// extension host; the pages draw what it found.

import * as v from 'valibot';
import type { ImageComparison } from '../core/ovmf/compare/compare';
import type { ImageContents } from '../core/ovmf/contents';
import type { ImageTables } from '../core/ovmf/imageTables';
import {
  count,
  FROM_EVERY_PAGE,
  GENERATE,
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

/** A digest of an image: its value in hexadecimal, or why there is none. */
export interface DigestRow {
  readonly title: string;
  readonly value?: string;
  readonly none?: string;
}

/** What is known of an image, each when it was read, in this order. */
export interface ImageFound {
  readonly tables?: ImageTables;
  /** Its volumes; pending until their compressed sections are read as well. */
  readonly contents?: ImageContents;
  readonly digests?: { readonly rows: readonly DigestRow[] };
}

/** What is known of how two images differ. */
export interface ImagesFound {
  /** Pending until compressed sections, which count as bytes at first, are compared as well. */
  readonly comparison?: ImageComparison & { readonly pending: boolean };
}

/** A firmware image. */
export interface OvmfViewState extends NamedPage, ImageFound, ImagesFound {
  readonly kind: 'ovmf';
  /** Why more of it is unknown, a sentence. */
  readonly unread?: string;
  /** Bytes that somebody opened the image at, and a number of that wish: each is selected once. */
  readonly at?: { readonly offset: number; readonly size: number; readonly wish: number };
  /** The image on the other side of a diff editor, or the previous content of a file that was rewritten: what it is compared with. */
  readonly other?: NamedPage & { readonly side: 'original' | 'modified' | 'before' };
  /** Why more of the comparison is unknown, a sentence. */
  readonly uncompared?: string;
}

/** A comparison of two firmware images. */
export interface ImagesViewState extends NamedPage, ImagesFound {
  readonly kind: 'images';
  readonly other: NamedPage;
  /** Why more of the comparison is unknown, a sentence. */
  readonly uncompared?: string;
}

const OTHER = v.object(NAMED_PAGE);
const COMPARED = {
  comparison: v.exactOptional(plain<NonNullable<ImagesFound['comparison']>>()),
  uncompared: v.exactOptional(text),
};
const OVMF_STATE: v.GenericSchema<OvmfViewState> = v.object({
  kind: v.literal('ovmf'),
  ...NAMED_PAGE,
  tables: v.exactOptional(plain<ImageTables>()),
  contents: v.exactOptional(plain<ImageContents>()),
  digests: v.exactOptional(plain<NonNullable<ImageFound['digests']>>()),
  unread: v.exactOptional(text),
  at: v.exactOptional(v.object({ offset: count, size: count, wish: count })),
  other: v.exactOptional(v.object({ ...NAMED_PAGE, side: v.picklist(['original', 'modified', 'before']) })),
  ...COMPARED,
});
const IMAGES_STATE: v.GenericSchema<ImagesViewState> = v.object({
  kind: v.literal('images'),
  ...NAMED_PAGE,
  other: OTHER,
  ...COMPARED,
});

const LARGE_COMPARISON = { comparison: { visible: false } };

const OVMF_ACTIONS = {
  compareImage: { label: 'Compare with Image…', icon: 'diff-multiple' },
  newLaunchFile: { label: 'New Launch File…', icon: 'verified' },
  forgetBefore: { label: 'Dismiss', icon: 'close' },
  ...OPEN_COMPARISON,
  ...GENERATE,
  ...OPEN_WITH,
} as const;

/** The page of an image. */
export const OVMF_PAGE = {
  states: { ovmf: OVMF_STATE, notice: noticeOf(OVMF_ACTIONS) },
  fromHost: SELECT,
  actions: OVMF_ACTIONS,
  fromPage: { ...FROM_EVERY_PAGE, ...PLACE, action: pressOf(OVMF_ACTIONS, {}) },
  large: { tables: { visible: false }, contents: { visible: true }, ...LARGE_COMPARISON },
} as const satisfies PageTable;

/** The page that compares two images. */
export const IMAGES_PAGE = {
  states: { images: IMAGES_STATE, notice: noticeOf({}) },
  fromHost: {},
  actions: {},
  fromPage: { ...FROM_EVERY_PAGE, ...PLACE },
  large: LARGE_COMPARISON,
} as const satisfies PageTable;
