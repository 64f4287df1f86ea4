// Explains to people why a file is not a VMSA page.

import { byteCount, hex } from '../../binary/hex';
import { isImage } from '../../ovmf/footer';
import { KERNEL_STRUCT_SIZE, VMSA_SIZE } from '../layout/layout';

/** Bytes of an attestation report, and where it has its policy and the launch digest (SEV-SNP ABI, table 23). */
const REPORT = { size: 0x4a0, policy: 8, measurement: 0x90 } as const;
/** What the firmware and Linux's driver put before a report: a status, its size, reserved bytes. */
const RESPONSE_HEADER = 0x20;
const REPORT_VERSIONS = [2, 3, 4, 5];
/** Bit 17 of a guest's policy is always one, and none above 25 is assigned. */
const [POLICY_ONE, POLICY_END] = [1 << 17, 1 << 26];

const readWord = (bytes: Uint8Array, at: number) =>
  bytes[at]! + 2 ** 8 * bytes[at + 1]! + 2 ** 16 * bytes[at + 2]! + 2 ** 24 * bytes[at + 3]!;

/** Whether an attestation report begins at a place. */
function isReport(bytes: Uint8Array, at: number): boolean {
  const policy = readWord(bytes, at + REPORT.policy);
  return (
    REPORT_VERSIONS.includes(readWord(bytes, at)) &&
    (policy & POLICY_ONE) !== 0 &&
    policy < POLICY_END &&
    readWord(bytes, at + REPORT.policy + 4) === 0
  );
}

/** What bytes are that have their place beside a VMSA, and are taken for one: a sentence or two. */
export function describeArtefact(bytes: Uint8Array): string | undefined {
  const { length } = bytes;
  const inResponse = length >= RESPONSE_HEADER + REPORT.size && readWord(bytes, 4) === REPORT.size;
  const at = length === REPORT.size ? 0 : inResponse && readWord(bytes, 0) === 0 ? RESPONSE_HEADER : -1;
  if (at < 0 || !isReport(bytes, at)) return undefined;
  return `It has ${byteCount(length)} and is an SEV-SNP attestation report, version ${readWord(bytes, at)}; its measurement is at ${hex(at + REPORT.measurement)}.`;
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
  // A text can be short for other reasons.
  if (bytes.length < VMSA_SIZE && bytes.includes(0))
    return `${found} It is cut short: write the page again, whole.`;
  return `${found} Pages one after the other, a log with Linux's dumps, a hex dump, base64, bytes in source code, sevctl's JSON and what "vmsa export" writes can be read, too; this is none of them.`;
}
