// Images that no VMM can launch as an SEV-SNP guest, and SNP launches where those of SEV belong.

import { hex } from '../../binary/hex';
import { CheckError, usage } from '../../errors';
import { describeSnpPolicy, SNP_EVIDENCE } from './policy';

/** The firmware lacks the SEV metadata that every VMM needs for an SNP launch. */
export function noSnpMetadata(): CheckError {
  return new CheckError(
    'config',
    'no-snp-metadata',
    'The firmware has no SEV metadata, so no VMM launches it with SEV-SNP.',
    {
      advice: 'Use an X64 build of edk2-stable202202 or later.',
      at: { input: 'firmware' },
    },
  );
}

/** The SEV metadata are of another version, or not as long as they say. @param offset of the list in the firmware file */
export function brokenSnpMetadata(offset: number | undefined): CheckError {
  return new CheckError(
    'config',
    'broken-snp-metadata',
    'The SEV metadata of the firmware are not version 1, or not as long as their header says, so no VMM launches it with SEV-SNP.',
    {
      advice: 'Use an image as it was built; the findings about this one say what is wrong.',
      at: { input: 'firmware', ...(offset !== undefined && { offset }) },
    },
  );
}

/** The SEV metadata list a section of an unspecified type. @param offset of the section in the firmware file */
export function unknownSnpSection(type: number, offset: number): CheckError {
  return usage(
    'unknown-snp-section',
    `The SEV metadata of the firmware have a section of type ${type}, of which is not known how it is measured. There is no digest.`,
    { at: { input: 'firmware', offset } },
  );
}

/** The SEV metadata list more pages than a digest is computed for. @param offset in the firmware file, of the section that is too much */
export function tooManyPages(most: number, offset: number): CheckError {
  return usage(
    'too-many-snp-pages',
    `The sections of the SEV metadata of the firmware have more than ${most} pages; no firmware has, and no digest is computed.`,
    { at: { input: 'firmware', offset } },
  );
}

/** A kernel was given, but the firmware has no area for its hashes, so it would not be measured. */
export function noHashArea(): CheckError {
  return new CheckError(
    'config',
    'no-hash-area',
    'The firmware has no area for kernel hashes, so no VMM starts it with a kernel that is measured.',
    {
      advice: "Leave the kernel out, or use firmware that has one, such as OVMF's AmdSev build.",
      at: { input: 'firmware' },
    },
  );
}

/** A launch of SEV or SEV-ES is to be checked, but its policy is one of SNP. */
export function snpPolicy(policy: number | bigint): CheckError {
  return usage(
    'snp-policy',
    `The policy ${hex(policy)} (${describeSnpPolicy(policy)}) is one of SEV-SNP, whose launches have no measurement of this kind. ${SNP_EVIDENCE}`,
    {
      advice:
        'Verify the signature of that report, and compare its measurement with the launch digest that you expect.',
      at: { input: 'policy' },
    },
  );
}
