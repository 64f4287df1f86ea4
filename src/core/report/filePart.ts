// What is in a file with an attestation report besides the report: plain data, so that a thread can send it to a page.

import type { ByteRange } from '../binary/region';

/** A part of a file, or of a certificate: a header, a table, an entry, a field. */
export interface FilePart {
  readonly name: string;
  /** Its value, as `Details` and the tree show it. */
  readonly raw: string;
  readonly meaning: string;
  readonly doc: string;
  /** Its bytes in the carrier; undefined where the file is another, or has them in another form. */
  readonly range?: ByteRange;
  readonly children: readonly FilePart[];
  /** It names a machine. */
  readonly isPrivate?: boolean;
}
