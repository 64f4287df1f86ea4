// Explains to people why a file is not a VMSA page.

import { byteCount, hex } from '../../binary/hex';
import { isImage } from '../../ovmf/footer';
import { endsOf, u32At } from '../../ovmf/kinds/fileKind';
import { isIdAuth, isIdBlock } from '../../ovmf/kinds/idBlock';
import { REPORT, reportStart } from '../../ovmf/kinds/snpReport';
import { kindInTable } from '../../ovmf/kinds/table';
import { isTextKind } from '../../ovmf/kinds/text';
import { KERNEL_STRUCT_SIZE, VMSA_SIZE } from '../layout/layout';
import { isPlausible } from '../plausible';

/** What bytes are that have their place beside a VMSA, and are taken for one: a sentence or two. */
export function describeArtefact(bytes: Uint8Array): string | undefined {
  const { length } = bytes;
  if (isIdBlock(bytes, length) || isIdAuth(bytes, length))
    return `It has ${byteCount(length)} and is an ${isIdAuth(bytes, length) ? 'ID authentication' : 'ID block'} of SEV-SNP, which has an editor of its own.`;
  const at = reportStart(bytes, length);
  if (at === undefined) return undefined;
  return `It has ${byteCount(length)} and is an SEV-SNP attestation report, version ${u32At(bytes, at)!}; its measurement is at ${hex(at + REPORT.measurement)}.`;
}

/** Whether bytes are those with which a VMSA begins. */
function isStart(bytes: Uint8Array): boolean {
  const page = new Uint8Array(VMSA_SIZE);
  page.set(bytes);
  return isPlausible(page);
}

/**
 * Why a file is not a VMSA page, and what to do; for the page that is shown instead.
 * @param badPage in a file of several pages, the first that cannot be a vCPU's
 */
export function describeNotVmsa(bytes: Uint8Array, badPage?: number): string {
  const found = `It has ${byteCount(bytes.length)}; a VMSA is one page of ${VMSA_SIZE} bytes.`;
  if (bytes.length === 0) return 'The file is empty. Write the page again, or generate one.';
  if (isImage(bytes)) return `${found} It ends with OVMF's table of GUIDs: open it as an OVMF image.`;
  if (badPage !== undefined) {
    return `${found} It is not one page for each vCPU either: page ${badPage} has bytes where every VMSA has zeros, or no registers.`;
  }
  if (bytes.length === KERNEL_STRUCT_SIZE && bytes.includes(0))
    return `${found} This is the size of the kernel's structure, which is shorter than the page: fill it up with zeros to ${VMSA_SIZE} bytes.`;
  const kind = kindInTable(endsOf(bytes));
  if (kind && !isTextKind(kind)) return `${found} It is ${kind.words}.`;
  if (bytes.length < VMSA_SIZE && isStart(bytes))
    return `${found} It is cut short: write the page again, whole.`;
  return `${found} Pages one after the other, a log with Linux's dumps, a hex dump, base64, bytes in source code, sevctl's JSON and what "vmsa export" writes can be read, too; this is none of them.`;
}
