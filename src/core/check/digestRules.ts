// What can be said against a launch whose digest is wanted and computed all the same: one table of rules.

import type { Finding } from '../binary/region';
import { ruleTable } from '../binary/ruleTable';
import { policyRules } from '../tech/snp/policyRules';

const table = ruleTable({
  'firmware-unfit': [
    'warning',
    'The firmware is a file that no VMM starts a guest with, or that measures as another image than it seems to be.',
  ],
  'bios-size': ['warning', 'QEMU takes the firmware as flash only, which KVM refuses to SNP guests.'],
  'no-effect': ['warning', 'An input plays no part in this launch.'],
  'cpu-twice': [
    'warning',
    'The CPU is given twice, and differs; the first by order of sev-snp-measure counts.',
  ],
  'vmm-unknown': ['warning', 'No SEV-ES launch by this VMM is known; the digest is that of sev-snp-measure.'],
  'svsm-fcw': [
    'warning',
    'The pages of an SVSM guest have the x87 control word 0, as sev-snp-measure leaves it; KVM since Linux 6.10 launches 0x37f.',
  ],
  'launch-found': [
    'info',
    'An input is taken from a command line of QEMU or the XML of a domain, because no option says it.',
  ],
  'launch-not-found': [
    'warning',
    'A command line of QEMU or the XML of a domain does not say an input, or has something that makes another launch of it.',
  ],
  'hash-inputs': [
    'warning',
    'A JSON of hashes has a member that is not known or has no effect, or lacks one that a launch nearly always has.',
  ],
  'hash-inputs-left-out': ['info', 'A JSON of hashes lacks a member: what follows from that.'],
  ...policyRules('launch-policy'),
  'cmdline-template': [
    'warning',
    'The command line has {vcpus} in it, which stands for the number of vCPUs only in a table.',
  ],
  'cmdline-trimmed': ['warning', 'dstack removes the white space at the ends of the command line.'],
});

/** The name of such a rule. */
export type DigestRule = keyof typeof table.rules;

/** All rules by name, in the order of the documentation. Those about the image's own sections are among the rules of images. */
export const DIGEST_RULES = table.rules;

/** A finding about a launch; one that is about bytes of the firmware has their place. */
export type DigestFinding = Pick<Finding, 'rule' | 'severity' | 'message'> &
  Partial<Pick<Finding, 'offset' | 'size'>>;

/** A finding under a rule of the table, which has no place in a file. */
export const digestFinding = (rule: DigestRule, message: string): DigestFinding => ({
  rule,
  severity: table.rules[rule].severity,
  message,
});
