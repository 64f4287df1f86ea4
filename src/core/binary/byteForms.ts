// The forms in which selected bytes are copied for other tools.

import { guidText } from './guid';
import { bytesToHex, hex, toBase64 } from './hex';

/** One form; `size` is set when only byte runs of that length have it. */
export interface ByteForm {
  readonly title: string;
  readonly size?: number;
  readonly write: (bytes: Uint8Array) => string;
}

const PER_LINE = 12;

/** A C array, twelve bytes per line. */
function cArray(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let i = 0; i < bytes.length; i += PER_LINE) {
    lines.push(`  ${Array.from(bytes.subarray(i, i + PER_LINE), (b) => `${hex(b, 2)},`).join(' ')}`);
  }
  return ['{', ...lines, '}'].join('\n');
}

/** Every form. */
export const BYTE_FORMS: readonly ByteForm[] = [
  { title: 'hex', write: bytesToHex },
  { title: 'C', write: cArray },
  { title: 'base64', write: toBase64 },
  { title: 'GUID', size: 16, write: (bytes) => guidText(bytes, 0) },
];
