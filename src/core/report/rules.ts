// What can be wrong or notable in an attestation report: one table of rules with their severity and documentation text. Severity `error`
// means that firmware makes no such report, or that nobody should trust one.

import { ruleTable } from '../binary/ruleTable';
import { policyRules } from '../tech/snp/policyRules';

const table = ruleTable({
  'report-version': [
    'warning',
    'The version is none whose layout is known (2 to 5). What all versions have in common is decoded.',
  ],
  'report-reserved-set': [
    'error',
    'Reserved bytes are not zero, as they are in every report of that version.',
  ],
  ...policyRules('report-policy'),
  'report-vmpl': ['error', 'The VMPL is above 3, and not what a report for the host has.'],
  'report-for-host': [
    'warning',
    "The host asked for the report, not the guest: its report data are zero or the host's.",
  ],
  'report-algorithm': ['error', 'The report is not signed with ECDSA P-384 and SHA-384.'],
  'report-signature-range': [
    'error',
    'r or s of the signature is zero, or longer than the 48 bytes of a P-384 number.',
  ],
  'report-key-info-reserved': ['error', 'Reserved bits of KEY_INFO are set.'],
  'report-signing-key': ['error', 'SIGNING_KEY is none of VCEK and VLEK.'],
  'report-chip-key-masked': ['warning', 'MASK_CHIP_KEY is set: the platform signs nothing with its VCEK.'],
  'report-platform-reserved': [
    'warning',
    'Bits of PLATFORM_INFO are set of which is not known what they mean.',
  ],
  'report-alias-check': [
    'info',
    'ALIAS_CHECK_COMPLETE is clear: memory was not checked for aliases (BadRAM, CVE-2024-21944).',
  ],
  'report-product': ['warning', 'The CPU is none of a known product, so that TCBs are bytes without names.'],
  'report-chip-masked': [
    'info',
    'CHIP_ID is zero: the host masks it, or a VLEK signed. Whether the certificate is of this chip cannot be compared.',
  ],
  'report-chip-zero': [
    'error',
    'CHIP_ID is zero, but a VCEK signed and MASK_CHIP_KEY is clear: nothing says why no chip is named.',
  ],
  'report-chip-id-length': ['error', 'CHIP_ID of a Turin or Venice has more than 8 bytes that are not zero.'],
  'report-author-key': ['error', 'AUTHOR_KEY_EN and AUTHOR_KEY_DIGEST contradict each other.'],
  'report-author-without-id': ['error', 'There is the digest of an author key, but none of an ID key.'],
  'report-tcb-reserved': ['error', 'Reserved bytes of a TCB are not zero.'],
  'report-tcb-order': [
    'error',
    'The TCBs contradict each other: reported is at most committed, committed and launch are at most current.',
  ],
  'report-provisional': [
    'warning',
    'The firmware that runs is newer than what was committed: the host can go back to the older one.',
  ],
  'report-milan-seed': [
    'warning',
    "The seed of Milan's VCEKs was extracted by software (arXiv 2605.12990): a report of a Milan can be forged by who has one.",
  ],
  'report-mitigations': ['warning', 'Mitigations were in place at launch that are not any more.'],
  'report-table-end': ['error', 'The table of certificates has no entry of zeros, with which it ends.'],
  'report-table-outside': ['error', 'An entry of the table of certificates leads out of the file.'],
  'report-table-overlap': ['error', 'An entry of the table of certificates leads into the table itself.'],
  'report-table-twice': ['warning', 'The table of certificates has two entries of one kind.'],
  'report-table-unknown': ['info', 'The table of certificates has an entry whose GUID is not known.'],
  'report-table-padding': ['info', 'Zeros follow the report, where a table of certificates could be.'],
});

/** The name of a rule about attestation reports. */
export type ReportRule = keyof typeof table.rules;

/** All rules by name, in the order of the documentation. */
export const REPORT_RULES = table.rules;

/** A finding under a rule of the table. */
export const reportFinding = table.finding;
