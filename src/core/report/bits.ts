// The bits of an attestation report's scalars (SEV-SNP Firmware ABI, ATTESTATION_REPORT, PLATFORM_INFO and KEY_INFO).

import { bits, flag, mustBeZero } from '../binary/bits';
import type { Bit } from '../binary/struct';

/** What is on in the platform. */
export const PLATFORM_INFO = [
  flag(0, 'SMT_EN', 'SMT is on'),
  flag(1, 'TSME_EN', 'transparent memory encryption is on'),
  flag(2, 'ECC_EN', 'memory has ECC'),
  flag(3, 'RAPL_DIS', 'RAPL, which counts energy, is off'),
  flag(4, 'CIPHERTEXT_HIDING_DRAM_EN', 'ciphertext in memory is hidden from the host'),
  flag(
    5,
    'ALIAS_CHECK_COMPLETE',
    'no memory is reachable at two addresses, checked since the last reset (against BadRAM)',
  ),
  flag(6, 'IOMMU_WRITE_SAFE', 'the IOMMU keeps devices from writing to memory of guests'),
  flag(7, 'SEV_TIO_EN', 'SEV-TIO, trusted devices, is on'),
  mustBeZero(63, 8),
] as const satisfies readonly Bit[];

/** The keys that sign reports, by the number in KEY_INFO; 2 to 6 are reserved. */
export const SIGNING_KEYS = { 0: 'VCEK', 1: 'VLEK', 7: 'none' } as const;

/** Which keys took part. */
export const KEY_INFO = [
  flag(0, 'AUTHOR_KEY_EN', 'the ID key is signed by an author key, whose digest is in AUTHOR_KEY_DIGEST'),
  flag(1, 'MASK_CHIP_KEY', 'the VCEK signs nothing on this platform'),
  { ...bits(4, 2, 'SIGNING_KEY', 'the key that signed the report', SIGNING_KEYS), zeroCounts: true },
  mustBeZero(31, 5),
] as const satisfies readonly Bit[];

/** The algorithm of the signature. */
export const SIGNATURE_ALGORITHM: readonly Bit[] = [
  {
    ...bits(31, 0, 'algorithm', 'of the signature', { 0: 'not signed', 1: 'ECDSA P-384 with SHA-384' }),
    zeroCounts: true,
  },
];

/** A mitigation vector: bulletins of AMD say which bit stands for which mitigation. */
export const MITIGATIONS: readonly Bit[] = Array.from({ length: 64 }, (_, i) =>
  flag(i, `MIT${i}`, `the mitigation that AMD gave bit ${i} is in place`),
);
