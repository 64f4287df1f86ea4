// The forms that a page is read from and written in.

import { fromBase64, toBase64, utf8 } from '../core/hex';
import { pagesOf } from './pages';

/** A form in which a page leaves the editor. */
export interface ExportFormat {
  readonly id: string;
  readonly title: string;
  readonly extension: string;
  write(page: Uint8Array, name: string): Uint8Array | string;
}

export const EXPORTS: readonly ExportFormat[] = [
  { id: 'raw', title: 'Raw page', extension: 'vmsa', write: (page) => page },
  { id: 'base64', title: 'Base64', extension: 'txt', write: (page) => toBase64(page) },
];

export interface PagesRead {
  readonly format: string;
  readonly title: string;
  readonly pages: readonly { readonly bytes: Uint8Array; readonly label: string }[];
}

export function readPages(bytes: Uint8Array): PagesRead | { reason: string } {
  const text = Buffer.from(bytes).toString('latin1').trim();
  const decoded = fromBase64(text) ?? bytes;
  const read = pagesOf(decoded);
  if ('reason' in read) return read;
  void utf8;
  return { format: 'base64', title: 'base64', pages: read.pages.map((b) => ({ bytes: b, label: '' })) };
}
