// What can be wrong with a request for a page, or with a value for one of its fields.

import { type CheckError, usage } from '../errors';

/** Family, model or stepping is too large for CPUID. @param part which of them, by input name */
export function cpuOutOfRange(part: string, value: number, most: number): CheckError {
  return usage('cpu-out-of-range', `CPU ${part} is ${value}; CPUID can express 0 to ${most}.`, {
    advice: "Give the number of the guest's CPU model.",
    at: { input: part },
  });
}

/** No launch profile has this name. */
export function unknownProfile(id: string, known: readonly string[]): CheckError {
  return usage('unknown-profile', `There is no launch profile "${id}".`, {
    advice: `Use one of ${known.join(', ')}.`,
    at: { input: 'profile' },
  });
}

/** QEMU has no CPU model with this name. @param meant the one that is perhaps meant */
export function unknownCpuModel(name: string, meant?: string): CheckError {
  const names =
    meant === undefined
      ? 'Names are case sensitive, for example EPYC-Milan;'
      : `Did you mean ${meant}? Names are case sensitive;`;
  return usage('unknown-cpu-model', `"${name}" is not a QEMU CPU model known here.`, {
    advice: `${names} or give family, model and stepping.`,
    at: { input: 'cpu' },
  });
}

/** The page of an AP was requested without the address at which the firmware starts it. */
export function resetAddressNeeded(): CheckError {
  return usage('reset-address-needed', 'The page of an additional vCPU needs the SEV-ES reset address.', {
    advice: 'Give the OVMF image that the guest starts with, or the address itself.',
    at: { input: 'resetAddress' },
  });
}

/** The reset address for an AP does not fit into 32 bits. */
export function badResetAddress(found: number): CheckError {
  return usage('bad-reset-address', `The SEV-ES reset address is ${found}; it must be a 32-bit address.`, {
    at: { input: 'resetAddress' },
  });
}

/** The start of an AP that a guest starts by itself is beyond what a SIPI can name. */
export function badSipiAddress(found: number): CheckError {
  return usage(
    'bad-sipi-address',
    `The start address is 0x${found.toString(16)}; a Linux guest starts its additional processors below 1 MiB.`,
    { at: { input: 'resetAddress' } },
  );
}

/** A profile launches no vCPU with this role, so it has no page for it. */
export function roleNotLaunched(profile: string, role: string): CheckError {
  const what = role === 'ap' ? 'an additional vCPU: only the first vCPU has one' : `"${role}"`;
  return usage('no-page-for-role', `"${profile}" has no page for ${what}.`, {
    advice: 'Choose the boot processor, or another profile.',
    at: { input: 'role' },
  });
}

/** The page of an SVSM image was requested without the address at which the image starts. */
export function svsmEntryNeeded(): CheckError {
  return usage(
    'svsm-entry-needed',
    'The page of an SVSM image needs the address of its first instruction (entry).',
    {
      advice: 'Give it, for example from the load address and the launch offset of the image.',
      at: { input: 'entry' },
    },
  );
}

/** An address of an SVSM image is negative, not an integer, or too large. @param part which address, by input name */
export function badSvsmValue(part: string, found: number): CheckError {
  return usage(
    'bad-svsm-value',
    `The SVSM value ${part} is ${found}; it must be a whole number from 0 to 2^53 - 1.`,
    { at: { input: part } },
  );
}

/** A text that is not a number was given for a field that holds one. */
export function badFieldNumber(field: string, found: string): CheckError {
  const what = found === '' ? 'nothing' : `"${found.slice(0, 40)}"`;
  return usage(
    'field-not-a-number',
    `${field} takes a number in decimal or 0x form, found ${what}. Nothing was changed.`,
    { at: { input: field } },
  );
}

/** A number does not fit its field. @param size of the field in bytes */
export function fieldTooLarge(field: string, found: string, size: number): CheckError {
  return usage('field-too-large', `${field} has ${size * 8} bits, ${found.slice(0, 40)} needs more.`, {
    advice: `Give at most 0x${'f'.repeat(2 * size)}.`,
    at: { input: field },
  });
}

/** The text for a field of bytes is not hexadecimal, or its length differs from the field's. @param found a phrase */
export function badFieldBytes(field: string, size: number, found: string): CheckError {
  return usage(
    'field-not-bytes',
    `${field} takes ${size} bytes, ${2 * size} hexadecimal digits; found ${found}. Nothing was changed.`,
    { at: { input: field } },
  );
}
