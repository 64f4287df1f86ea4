// The SEV-SNP guest policy, 64 bits: SEV-SNP Firmware ABI, section 4.3 (guest policy).

import { bits, flag } from '../../binary/bits';
import { describeBits } from '../../binary/describe';
import { hex } from '../../binary/hex';
import type { Bit } from '../../binary/struct';

/** The bits of an SNP policy. Debugging has the opposite sense to SEV's. */
export const SNP_POLICY = [
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
] as const satisfies readonly Bit[];

/** The name of a bit, or of the two versions. */
export type SnpPolicyName = (typeof SNP_POLICY)[number]['name'];

const bitNamed = (name: SnpPolicyName): Bit => SNP_POLICY.find((bit) => bit.name === name)!;

/** The value of named bits. */
export function snpPolicyValue(policy: bigint, name: SnpPolicyName): number {
  const { lsb, width } = bitNamed(name);
  return Number((policy >> BigInt(lsb)) & ((1n << BigInt(width)) - 1n));
}

/** A bit with its number, for a sentence: `DEBUG, bit 19`. */
export const snpPolicyPlace = (name: SnpPolicyName): string => `${name}, bit ${bitNamed(name).lsb}`;

/** Bits 63 to 26. */
const RESERVED = ~0n << 26n;

/** Why the firmware launches no guest with a policy, phrases; none when it does. */
export function unfitSnpPolicy(
  policy: bigint,
): { readonly id: 'bit-17' | 'reserved'; readonly why: string }[] {
  const reserved = BigInt.asUintN(64, policy & RESERVED);
  return [
    ...(snpPolicyValue(policy, 'bit 17, always set') === 0
      ? [{ id: 'bit-17' as const, why: 'bit 17 is clear, which must be set' }]
      : []),
    ...(reserved === 0n
      ? []
      : [
          {
            id: 'reserved' as const,
            why: `it has bits that mean nothing (${hex(reserved)}), which must be clear`,
          },
        ]),
  ];
}

const ALWAYS_SET = 1 << 17;
/** Bits 31 to 26. */
const ALWAYS_CLEAR = 0xfc000000;

/**
 * Whether a policy is one of SEV-SNP, so that nothing of SEV's policy is to be read from it. It has more than 32 bits, or
 * bit 17 set, which every SNP policy has: in SEV's, that is an API major version of 2 or more, which no firmware has.
 */
export function isSnpPolicy(policy: number | bigint): boolean {
  if (BigInt(policy) >> 32n !== 0n) return true;
  const word = Number(policy);
  return (word & ALWAYS_SET) !== 0 && (word & ALWAYS_CLEAR) === 0 && !isSwappedFloor(word);
}

/** Whether it is one of SEV that asks for API 1.x with the two bytes of that in each other's place: 0x01370005. */
function isSwappedFloor(policy: number): boolean {
  const flags = policy & 0xffff;
  return policy >>> 24 === 1 && flags >= 1 && flags <= 0x3f;
}

/** A policy of SNP in words: the names of its bits. */
export function describeSnpPolicy(policy: number | bigint): string {
  return describeBits(SNP_POLICY, policy);
}

/** Where the measurement of an SNP guest is, two sentences. */
export const SNP_EVIDENCE =
  'SNP has no TIK and no HMAC. Its measurement, 48 bytes, is in the attestation report that the guest fetches, at offset 0x90.';
