// What an OVMF image is known by: names and suffixes mean nothing on a build machine.

import { guidText } from '../binary/guid';
import { FOOTER_GUID } from './entries';

/** Whether a file ends with the footer of OVMF's table of GUIDs; one that was trimmed to its last 4096 bytes does, and no VMSA. */
export function isImage(bytes: Uint8Array): boolean {
  const footer = bytes.length - 48;
  return footer >= 0 && guidText(bytes, footer) === FOOTER_GUID;
}
