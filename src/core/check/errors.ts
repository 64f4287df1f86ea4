// Launch inputs that are missing or contradict each other. For failures that `launch lint` reports too,
// the code is the name of the rule.

import { type CheckError, usage } from '../errors';

/** A launch file that has neither a recorded launch nor a domain to ask. */
export function nothingToCheck(): CheckError {
  return usage(
    'nothing-to-check',
    'There is nothing to check: record a "launch", or name the "domain" to ask.',
  );
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

/** The policy asks for SEV-ES, but the number of vCPUs is not given. */
export function vcpuCountNeeded(): CheckError {
  return usage('vcpus-needed', 'The policy asks for SEV-ES (bit 2), which measures each vCPU.', {
    advice: 'Give the number of vCPUs.',
    at: { input: 'vcpus' },
  });
}

/** The policy asks for SEV-ES, and there are neither VMSA files nor a CPU to generate pages for. */
export function vmsaNeeded(): CheckError {
  return usage('pages-needed', 'The policy asks for SEV-ES (bit 2), which measures the VMSA of each vCPU.', {
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
