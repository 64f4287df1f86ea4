// What the two ends of an image tell of it, at once: whatever looks at more of it runs in a thread.

import { parseFirmware } from './firmwareFile';
import { imageTables, type ImageTables, type MeasuredParts } from './imageTables';
import { endsOf } from './kinds/fileKind';

/** The tables of an image, of which only the ends, END bytes each, need be there yet. */
export function tablesAtEnd(bytes: Uint8Array, measured?: MeasuredParts): ImageTables {
  const { head, tail, fileSize } = endsOf(bytes);
  return imageTables(parseFirmware(tail, { fileSize, head, hasRest: true }), measured);
}
