// How an SEV-SNP attestation report is told from other files (SEV-SNP firmware ABI, "ATTESTATION_REPORT").

import { u32At } from './fileKind';

/** Bytes of a report, and where it has its policy and its measurement, which is the launch digest. */
export const REPORT = { size: 0x4a0, policy: 8, measurement: 0x90 } as const;
/** What the firmware and Linux's driver put before a report: a status, its size, reserved bytes. */
export const RESPONSE_HEADER = 0x20;
const VERSIONS = [2, 3, 4, 5];
/** Bit 17 of a guest's policy is always one, and none above 25 is assigned. */
const [POLICY_ONE, POLICY_END] = [1 << 17, 1 << 26];

/**
 * Where a report begins in a file that holds nothing else: at its start, or behind the header of a response.
 * @param head the file, or at least its first KiB
 */
export function reportStart(head: Uint8Array, fileSize: number): number | undefined {
  const isResponse = fileSize >= RESPONSE_HEADER + REPORT.size && u32At(head, 4) === REPORT.size;
  const at = fileSize === REPORT.size ? 0 : isResponse && u32At(head, 0) === 0 ? RESPONSE_HEADER : undefined;
  if (at === undefined) return undefined;
  return VERSIONS.includes(u32At(head, at) ?? 0) && isGuestPolicy(head, at + REPORT.policy) ? at : undefined;
}

/** Whether a guest can have the policy that stands somewhere. */
export function isGuestPolicy(bytes: Uint8Array, at: number): boolean {
  const policy = u32At(bytes, at) ?? 0;
  return (policy & POLICY_ONE) !== 0 && policy < POLICY_END && u32At(bytes, at + 4) === 0;
}
