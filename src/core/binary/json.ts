// Plain data as the JSON that commands print and pages copy.

import { bytesToHex, hex } from './hex';
import { visibleJson } from './plainText';

/** Plain data as indented JSON; bigints in 0x form, bytes in hexadecimal, and escapes for what would not show. */
export function jsonText(value: unknown): string {
  // Reads the value from its parent, because a Buffer arrives here as the result of its toJSON.
  function plain(this: Record<string, unknown>, key: string): unknown {
    const v = this[key];
    if (typeof v === 'bigint') return hex(v);
    return v instanceof Uint8Array ? bytesToHex(v) : v;
  }
  return visibleJson(JSON.stringify(value, plain, 2));
}

/** The same in one line. */
export const oneLine = (value: unknown): string => jsonText(value).replaceAll(/\n */g, ' ');
