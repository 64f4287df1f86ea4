// Images that no VMM launches as an SEV-SNP guest.

import { CheckError, usage } from '../../errors';

/** Firmware that no VMM launches as SNP. */
export function noSnpMetadata(): CheckError {
  return new CheckError(
    'config',
    'no-snp-metadata',
    'The firmware has no SEV metadata, so no VMM launches it with SEV-SNP. Use an X64 build of edk2-stable202202 or later.',
  );
}

/** A section of the SEV metadata that nobody knows how to launch. */
export function unknownSnpSection(type: number): CheckError {
  return usage(
    'unknown-snp-section',
    `The SEV metadata of the firmware have a section of type ${type}, of which is not known how it is measured. There is no digest.`,
  );
}

/** A kernel for firmware that has no place for its hashes. */
export function noHashArea(): CheckError {
  return new CheckError(
    'config',
    'no-hash-area',
    "The firmware has no area for kernel hashes, so no VMM starts it with a kernel that is measured. Leave the kernel out, or use firmware that has one, such as OVMF's AmdSev build.",
  );
}
