// Inputs of a launch that contradict each other, or of which one is missing.

import { type CheckError, usage } from '../errors';
import { waysToGive } from '../launch/inputWords';

/** A launch file of which nobody knows what was launched. */
export function nothingToCheck(): CheckError {
  return usage(
    'nothing-to-check',
    'There is nothing to check: record a "launch", or name the "domain" to ask.',
  );
}

/** A key in place of its path; not a word of what it is. */
export function inlinedKey(): CheckError {
  return usage('inlined-key', 'This looks like the key itself, where the path of its file belongs.', {
    advice:
      'Put it into a file that only you can read, and make new keys for the next launch: whoever saw this file has it.',
  });
}

/** SEV-ES without a vCPU count. */
export function vcpuCountNeeded(): CheckError {
  return usage(
    'vcpu-count-needed',
    'The policy asks for SEV-ES (bit 2), which measures each vCPU. Give the number of vCPUs.',
  );
}

/** SEV-ES without pages or a CPU to make them for. */
export function vmsaNeeded(): CheckError {
  return usage(
    'vmsa-needed',
    'The policy asks for SEV-ES (bit 2), which measures the VMSA of each vCPU. Give the CPU (family, model and stepping, or a QEMU model), or VMSA files.',
  );
}

/** What only counts with a kernel. */
export function kernelNeeded(): CheckError {
  return usage(
    'kernel-needed',
    'An initrd or a command line is measured with a kernel only. Give the kernel, or leave them out.',
  );
}

/** Generated pages and pages from files. */
export function cpuAndVmsa(): CheckError {
  return usage('cpu-and-vmsa', 'VMSA pages come from files or are generated for a CPU. Give one of the two.');
}

/** Pages of the other vCPUs without that of the first. */
export function bspPageNeeded(): CheckError {
  return usage(
    'bsp-page-needed',
    `There is a VMSA for additional vCPUs but none for the boot processor. Give that, too, ${waysToGive('bspPage')}.`,
  );
}

/** A profile whose pages no SEV-ES launch measures, for the check of such a launch. */
export function notSevEsProfile(id: string, known: readonly string[]): CheckError {
  return usage(
    'not-sev-es-profile',
    `"${id}" is not a profile of an SEV-ES launch, which is what such a measurement is of. Use one of ${known.join(', ')}.`,
  );
}
