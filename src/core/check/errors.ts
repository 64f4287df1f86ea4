// Launch inputs that are missing or contradict each other. For failures that `launch lint` reports too,
// the code is the name of the rule.

import { type CheckError, usage } from '../errors';

/** A launch file that has neither a recorded launch nor a domain to ask. */
export function nothingToCheck(): CheckError {
  return usage(
    'nothing-to-check',
    'There is nothing to check: record a "launch", name the "domain" to ask, the "launchDigest" that the inputs must give, or the "report" of the guest.',
  );
}

/** A launch digest beside a measurement or a domain, or a report beside a measurement: one file asks one question. */
export function severalToCheck(member: 'launchDigest' | 'report'): CheckError {
  return usage(
    'several-to-check',
    member === 'launchDigest'
      ? 'A "launchDigest" is to be matched, and a "launch" or a "domain", too; a launch file asks one question.'
      : 'A "report" of SEV-SNP is to be matched, and a "launch" of SEV, too; a launch file asks one question.',
    { advice: 'Make two files of it.', at: { input: member } },
  );
}

/** There is no firmware, and no report that could be verified without. */
export function firmwareNeeded(): CheckError {
  return usage('firmware-needed', 'There is no "firmware", and only a "report" can be checked without.', {
    advice: 'Name the firmware image that was launched.',
    at: { input: 'firmware' },
  });
}

/** What is of a report, and no report. */
export function reportNeeded(member: 'certificates' | 'require'): CheckError {
  const what = member === 'certificates' ? 'Certificates' : 'Wishes of a report';
  return usage('report-needed', `${what} are given, and no report that they are of.`, {
    advice: 'Name the "report", too, or leave them out.',
    at: { input: member },
  });
}

/** A measurement is to be checked without the key that it was made with. @param ofDomain it may be one of SNP, which has none */
export function keysNeeded(ofDomain = false): CheckError {
  const advice = 'Give "keys": the path of the TIK, or of one file with both keys.';
  return usage('keys-needed', 'A measurement is checked under the TIK, and no keys are given.', {
    advice: ofDomain ? `${advice} For a domain of SEV-SNP say "technology": "snp" instead.` : advice,
    at: { input: 'keys.tik' },
  });
}

const QEMU_POLICY = "Use 0x30000, QEMU's own, or set what you want on top of that.";

/** No firmware launches a guest under a policy without bit 17. @param text says so, a sentence */
export function policyWithoutBit17(text: string): CheckError {
  return usage('snp-policy-bit-17', text, { advice: QEMU_POLICY });
}

/** No firmware launches a guest under a policy with bits that mean nothing. @param text says so, a sentence */
export function policyWithReservedBits(text: string): CheckError {
  return usage('snp-policy-reserved', text, { advice: QEMU_POLICY });
}

/** The technology that a launch file names is not that of its launch. @param found its name */
export function otherTechnology(named: string, found: string): CheckError {
  return usage(
    'other-technology',
    `The technology is said to be ${named}, and the policy is one of ${found}.`,
    { advice: 'Leave "technology" out, or correct one of them.' },
  );
}

/** A report beside another technology. @param named its name */
export function reportOfSnp(named: string): CheckError {
  return usage(
    'report-of-snp',
    `A report of SEV-SNP is given, and the technology is said to be ${named}, which has none.`,
    { advice: 'Leave "technology" out, or the report.', at: { input: 'report' } },
  );
}

/** The profile is not of the technology, or not of what is launched. @param what an SNP launch has, a phrase */
export function profileOfOther(id: string, what: string, known: readonly string[]): CheckError {
  return usage('profile-of-other', `"${id}" is not a profile of ${what}.`, {
    advice: `Use one of ${known.join(', ')}.`,
    at: { input: 'profile' },
  });
}

/** Two inputs say who launches an SNP guest, and not the same. @param other the other one, a phrase */
export function otherVmm(vmm: string, other: string): CheckError {
  return usage('other-vmm', `${vmm} is said to launch the guest, and ${other}.`, {
    advice: 'Leave "vmm" out, or correct one of them.',
    at: { input: 'vmm' },
  });
}

/** It is not known how far below the firmware an SVSM image lies. */
export function svsmVariables(): CheckError {
  return usage(
    'svsm-variables',
    'An SVSM image lies below the variables of the firmware: give their size, or the file with them.',
    { advice: 'Give one of "varsSize" and "varsFile".', at: { input: 'varsSize' } },
  );
}

/** A kernel beside the wish that kernel hashes are off. */
export function kernelHashesOff(): CheckError {
  return usage(
    'kernel-hashes-off',
    'A kernel is given, and kernel hashes are to be off, with which nothing of it is measured.',
    { advice: 'Leave out the kernel, or "kernelHashes".', at: { input: 'kernelHashes' } },
  );
}

/** An SVSM image beside a domain. */
export function svsmOfDomain(): CheckError {
  return usage('svsm-of-domain', 'An SVSM image is given, and libvirt launches a domain without one.', {
    advice: 'Leave "svsm" and the variables out, or match the "launchDigest" in place of the domain.',
    at: { input: 'svsm' },
  });
}

/**
 * A key where its path belongs; the message must not reveal it.
 * @param where it was given @param seen who has it now, the end of a sentence
 */
export function inlinedKey(where = 'This', seen = 'whoever saw this file has it'): CheckError {
  return usage('inlined-key', `${where} looks like the key itself, where the path of its file belongs.`, {
    advice: `Put it into a file that only you can read, and make new keys for the next launch: ${seen}.`,
  });
}

/** vCPUs are measured, but their number is not given. @param why the beginning of a sentence */
export function vcpuCountNeeded(why: string): CheckError {
  return usage('vcpus-needed', `${why} each vCPU.`, {
    advice: 'Give the number of vCPUs.',
    at: { input: 'vcpus' },
  });
}

/** VMSAs are measured, and there are neither VMSA files nor a CPU to generate pages for. @param why the beginning of a sentence */
export function vmsaNeeded(why: string): CheckError {
  return usage('pages-needed', `${why} the VMSA of each vCPU.`, {
    advice: 'Give the CPU (family, model and stepping, or a QEMU model), or VMSA files.',
    at: { input: 'cpu' },
  });
}

/** An initrd or a command line was given without the kernel whose hash accompanies theirs. */
export function kernelNeeded(): CheckError {
  return usage('kernel-needed', 'An initrd or a command line is measured with a kernel only.', {
    advice: 'Give the kernel, or leave them out.',
    at: { input: 'kernel' },
  });
}

/** VMSA files were given, and also a CPU to generate pages for. */
export function cpuAndVmsa(): CheckError {
  return usage('cpu-and-pages', 'VMSA pages come from files or are generated for a CPU.', {
    advice: 'Give one of the two.',
    at: { input: 'cpu' },
  });
}

/** There is a VMSA file for additional vCPUs but none for the first. The caller adds how to give it. */
export function bspPageNeeded(): CheckError {
  return usage('bsp-page-needed', 'There is a VMSA for additional vCPUs but none for the boot processor.', {
    at: { input: 'vmsa.bsp' },
  });
}

/** An SEV or SEV-ES measurement is to be checked with a profile of another technology. */
export function notSevEsProfile(id: string, known: readonly string[]): CheckError {
  return usage(
    'not-sev-es-profile',
    `"${id}" is not a profile of an SEV-ES launch, which is what such a measurement is of.`,
    { advice: `Use one of ${known.join(', ')}.`, at: { input: 'profile' } },
  );
}

/** A launch digest of the wrong size is to be matched. @param name of the technology @param sizes in bytes */
export function otherDigestSize(found: number, name: string, wanted: number): CheckError {
  return usage(
    'digest-size',
    `The launch digest has ${found} bytes; that of a launch with ${name} has ${wanted}.`,
    { advice: 'Give the digest of such a launch.', at: { input: 'launchDigest' } },
  );
}
