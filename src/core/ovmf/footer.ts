// How an OVMF image is recognised: file names and suffixes are unreliable.

import { guidText } from '../binary/guid';
import { FOOTER_GUID } from './entries';

/**
 * Whether a file ends with the footer of OVMF's GUIDed table. An image trimmed to its last 4096 bytes
 * still does; a VMSA never does.
 */
export function isImage(bytes: Uint8Array): boolean {
  const footer = bytes.length - 48;
  return footer >= 0 && guidText(bytes, footer) === FOOTER_GUID;
}
