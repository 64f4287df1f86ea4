// What a file is that was given in place of JSON, such as a key, a certificate or an image in place of a launch file.

import { isImage } from '../core/ovmf/footer';
import { endsOf } from '../core/ovmf/kinds/fileKind';
import { kindInTable } from '../core/ovmf/kinds/table';
import { textKind } from '../core/ovmf/kinds/text';
import { badByteIn } from './text';

/** Kinds of text that say no more than that a file may be what is wanted. */
const MAYBE: readonly string[] = ['a JSON text', 'a text file'];

/** Characters that no text has, and JSON only as escapes. */
const isControl = (byte: number): boolean => byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13;

/** What a file is, a phrase after "it is"; undefined for a text that may be JSON. */
export function insteadOfJson(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return 'empty';
  if (isImage(bytes)) return 'an OVMF image';
  // First, because a text may have the marks of other files in its midst.
  const kind = textKind(endsOf(bytes)) ?? kindInTable(endsOf(bytes));
  if (kind) return MAYBE.includes(kind.words) ? undefined : kind.words;
  return bytes.some(isControl) && badByteIn(bytes) ? 'no text' : undefined;
}
