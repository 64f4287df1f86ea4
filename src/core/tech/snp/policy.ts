// The SEV-SNP guest policy, 64 bits: SEV-SNP Firmware ABI, section 4.3 (guest policy). It is told from that of SEV by
// bit 17, which every SNP policy has: in SEV's, that is an API major version of 2 or more, which no firmware has.

import { bits, flag } from '../../binary/bits';
import { describeBits } from '../../binary/describe';
import { hex } from '../../binary/hex';
import type { Bit } from '../../binary/struct';

/** The bits of an SNP policy. Debugging has the opposite sense to SEV's. */
const SNP_POLICY: readonly Bit[] = [
  bits(7, 0, 'ABI_MINOR', 'lowest ABI minor version of the firmware'),
  bits(15, 8, 'ABI_MAJOR', 'lowest ABI major version of the firmware'),
  flag(16, 'SMT', 'may run with SMT on'),
  flag(17, 'bit 17, always set', 'must be 1'),
  flag(18, 'MIGRATE_MA', 'may have a migration agent'),
  flag(19, 'DEBUG', 'the host may debug the guest'),
  flag(20, 'SINGLE_SOCKET', 'only on one socket'),
  flag(21, 'CXL_ALLOW', 'may use CXL devices'),
  flag(22, 'MEM_AES_256_XTS', 'AES-256 XTS memory encryption is required'),
  flag(23, 'RAPL_DIS', 'RAPL must be off'),
  flag(24, 'CIPHERTEXT_HIDING', 'ciphertext hiding is required'),
  flag(25, 'PAGE_SWAP_DISABLE', 'pages may not be moved or swapped'),
];

const ALWAYS_SET = 1 << 17;

/** Whether a policy is one of SEV-SNP, so that nothing of SEV's policy is to be read from it. */
export function isSnpPolicy(policy: number | bigint): boolean {
  return BigInt(policy) >> 32n !== 0n || (Number(policy) & ALWAYS_SET) !== 0;
}

/** A policy of SNP in words: the names of its bits. */
export function describeSnpPolicy(policy: number | bigint): string {
  return `${hex(policy)} (${describeBits(SNP_POLICY, policy)})`;
}

/** Where the measurement of an SNP guest is, two sentences. */
export const SNP_EVIDENCE =
  'SNP has no TIK and no HMAC. Its measurement, 48 bytes, is in the attestation report that the guest fetches, at offset 0x90.';
