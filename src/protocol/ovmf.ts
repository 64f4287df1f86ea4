// What the pages of firmware images show: one image, or a comparison of two. Images are read and compared in a thread of the
// extension host; the pages draw what it found.

import type { ImageComparison } from '../core/ovmf/compare/compare';
import type { ImageContents } from '../core/ovmf/contents';
import type { ImageTables } from '../core/ovmf/imageTables';
import type { NamedPage } from './shared';

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
