// What a file is, by its content: names and suffixes mean nothing on a build machine.

import { guidText } from './guid';
import { byteCount } from './hex';
import { FOOTER_GUID } from './ovmf/entries';
import { VMSA_SIZE } from './vmsa/layout';

/** What a file can be shown as. */
export type FileKind = 'ovmf' | 'vmsa';

/** No firmware image and no page is larger; a larger file is not read whole. */
export const MAX_FILE = 64 * 2 ** 20;

/**
 * Recognises a file. An image that was trimmed to its last 4096 bytes ends with OVMF's table footer, a VMSA does
 * not; everything that is no page is looked at as firmware, whose parser says what is wrong with it.
 */
export function classify(bytes: Uint8Array): FileKind {
  return bytes.length === VMSA_SIZE && !isImage(bytes) ? 'vmsa' : 'ovmf';
}

function isImage(bytes: Uint8Array): boolean {
  const footer = bytes.length - 48;
  return footer >= 0 && guidText(bytes, footer) === FOOTER_GUID;
}

/** Why a file of another size than 4096 bytes is no VMSA page, and what to do; for the page shown instead. */
export function explainNotVmsa(bytes: Uint8Array): string {
  const found = `It has ${byteCount(bytes.length)}; a VMSA is one page of ${VMSA_SIZE} bytes.`;
  if (bytes.length === 0) return 'The file is empty. Write the page again, or generate one.';
  if (isImage(bytes)) return `${found} It ends with OVMF's table of GUIDs: open it as an OVMF image.`;
  if (bytes.length % VMSA_SIZE === 0) {
    const pages = bytes.length / VMSA_SIZE;
    return `${found} These could be ${pages} pages, one for each vCPU: cut out one, for example with "dd bs=4096 count=1 skip=0".`;
  }
  if (bytes.length < VMSA_SIZE)
    return `${found} A dump of the kernel's structure is shorter than the page: fill it up with zeros to ${VMSA_SIZE} bytes.`;
  return `${found} Open it with another editor, or generate the page that you expected here.`;
}
