// A page of a VMSA, decoded once. Whoever shows, judges or compares one takes this and not bytes, so that no value is
// read twice, or written back to be read.

import { decode } from '../binary/struct';
import { VMSA, type VmsaValues } from './layout/layout';
import { pageKind, type PageKind } from './pageKind';

/** A page: its 4096 bytes, the values of its fields, and what it is. */
export interface VmsaPage {
  readonly bytes: Uint8Array;
  readonly values: VmsaValues;
  readonly kind: PageKind;
}

/** Decodes a page. Never throws on content. @param bytes 4096, which must not change as long as the page is used */
export function decodePage(bytes: Uint8Array): VmsaPage {
  return { bytes, values: decode(VMSA, bytes), kind: pageKind(bytes) };
}
