// Rows of the table of causes for values that were taken for others. They have no alternatives: what such a value may be is compared before all else.

import type { LaunchCause } from './cause';

const MEASUREMENT = { dimension: 'measurement', input: 'measurement', weight: 'mistake' } as const;

/** The row for a launch digest of another technology than the inputs are of. */
export const DIGEST_OF_OTHER: LaunchCause = {
  id: 'digest-of-other-technology',
  ...MEASUREMENT,
  title: 'the given value',
  doc: 'The given launch digest is one of SEV or SEV-ES (32 bytes) where the inputs are of SEV-SNP (48 bytes), or the other way round.',
  why: 'SEV and SEV-ES have SHA-256 over all that is loaded, SEV-SNP a SHA-384 that goes on from page to page: the same inputs have another digest for each. Tools choose by an option, as sev-snp-measure by --mode.',
  advice: 'Take a digest of the technology that the guest is launched with.',
  prior: 32,
  alternatives: () => [],
};

/** The row for a digest of one file that was given as a launch digest, which is compared before all else. */
export const DIGEST_OF_FILE: LaunchCause = {
  id: 'digest-of-file',
  ...MEASUREMENT,
  title: 'the given value',
  doc: 'The given value is the SHA-256 or SHA-384 of one input alone (firmware, kernel, initrd, command line, table of kernel hashes, VMSA file, SVSM image), or the digest of the pages of the firmware (snp:ovmf-hash).',
  why: 'A launch digest is over all that is loaded: the firmware, the kernel hashes and the page of each vCPU. Only without kernel hashes and under a policy of plain SEV is it the SHA-256 of the firmware.',
  advice:
    'Take the launch digest of the whole launch, as `sevscope digest` computes it from this file and the rest.',
  prior: 34,
  alternatives: () => [],
};

/**
 * The row for a launch digest that was given as a measurement, or the reverse. It has no alternatives,
 * because every launch digest is compared anyway.
 */
export const DIGEST_FOR_MEASUREMENT: LaunchCause = {
  id: 'digest-for-measurement',
  ...MEASUREMENT,
  title: 'the reported value',
  doc: 'The first 32 bytes of the given measurement are the launch digest, or the given launch digest is the HMAC of a measurement.',
  why: 'The launch digest is the hash of what was loaded; the measurement is an HMAC over it that only the platform and the owner of the TIK can make. Tools such as sev-snp-measure print the digest.',
  advice:
    'Take the measurement that the host reports (sev-measurement); a digest proves nothing, because anybody can compute it.',
  prior: 33,
  alternatives: () => [],
};
