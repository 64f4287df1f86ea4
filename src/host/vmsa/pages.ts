// The VMSA pages of a file, whatever its form. Pages that are in the file byte for byte can be edited in place;
// those read from text cannot.

import type { Uri } from 'vscode';
import { findPages, type PartialPage, type SourcePage } from '../../core/vmsa/forms/findPages';
import { formatTitle } from '../../core/vmsa/forms/pageSource';

/** A page of a file, counted from 0. */
export interface PageOfFile {
  readonly file: Uri;
  readonly page: number;
}

/** What a text says of a page: which vCPU it is of, and how it was read. */
export type PageOrigin = Omit<SourcePage, 'bytes'>;

/** A sentence that says why there are no pages, and what a dump lists of some. */
export interface NoPages {
  readonly reason: string;
  readonly partial?: readonly PartialPage[];
  /** What `partial` was read from. */
  readonly source?: string;
}

/** Pages of 4096 bytes each, or why there are none. */
export type FilePages =
  | {
      readonly pages: readonly Uint8Array[];
      readonly inPlace: boolean;
      readonly source?: string;
      /** Of each page, if it was read from text. */
      readonly origins?: readonly PageOrigin[];
    }
  | NoPages;

/** A page without its bytes. */
function originOf({ label, vcpu, note }: PageOrigin): PageOrigin {
  return { label, ...(vcpu !== undefined && { vcpu }), ...(note !== undefined && { note }) };
}

/** Reads the pages of a file; those that are in it byte for byte are views of it. */
export function findFilePages(bytes: Uint8Array): FilePages {
  const read = findPages(bytes);
  if ('reason' in read) {
    const { reason, partial, format } = read;
    return partial && format ? { reason, partial, source: formatTitle(format) } : { reason };
  }
  const pages = read.pages.map((page) => page.bytes);
  if (read.format === 'page' || read.format === 'pages') return { pages, inPlace: true };
  return { pages, inPlace: false, source: read.title, origins: read.pages.map(originOf) };
}
