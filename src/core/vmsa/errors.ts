// What can be wrong with a request for a page, or with a value for one of its fields.

import { type CheckError, usage } from '../errors';

/** A part of a CPU number that CPUID has no room for. */
export function cpuIdRange(part: string, value: number, most: number): CheckError {
  return usage(
    'cpu-id-range',
    `CPU ${part} is ${value}; CPUID can express 0 to ${most}. Give the number of the guest's CPU model.`,
  );
}

/** A profile name that does not exist. */
export function unknownProfile(id: string, known: readonly string[]): CheckError {
  return usage('unknown-profile', `There is no launch profile "${id}". Use one of ${known.join(', ')}.`);
}

/** A CPU model that QEMU does not have. */
export function unknownCpuModel(name: string): CheckError {
  return usage(
    'unknown-cpu-model',
    `"${name}" is not a QEMU CPU model known here. Names are case sensitive, for example EPYC-Milan; or give family, model and stepping.`,
  );
}

/** An AP page without the address that its AP starts at, or with one that is no 32-bit address. */
export function resetAddressNeeded(found: number | undefined): CheckError {
  return usage(
    'reset-address-needed',
    found === undefined
      ? 'The page of an additional vCPU needs the SEV-ES reset address. Give the OVMF image that the guest starts with, or the address itself.'
      : `The SEV-ES reset address is ${found}; it must be a 32-bit address.`,
  );
}

/** A page for a role that a launch flavour does not have. */
export function roleNotLaunched(profile: string, role: string): CheckError {
  return usage(
    'role-not-launched',
    `"${profile}" has no page for ${role === 'ap' ? 'an additional vCPU: only the first vCPU has one' : `"${role}"`}. Choose the boot processor, or another profile.`,
  );
}

/** An SVSM page without the address that the image starts at, or with a value that no field holds. */
export function badSvsmValue(part: string, found: number | undefined): CheckError {
  return usage(
    'bad-svsm-value',
    found === undefined
      ? 'The page of an SVSM image needs the address of its first instruction (entry). Give it, for example from the load address and the launch offset of the image.'
      : `The SVSM value ${part} is ${found}; it must be a whole number from 0 to 2^53 - 1.`,
  );
}

/** A value that is no number, for a field that is one. */
export function badFieldNumber(field: string, found: string): CheckError {
  const what = found === '' ? 'nothing' : `"${found.slice(0, 40)}"`;
  return usage(
    'bad-field-number',
    `${field} takes a number in decimal or 0x form, found ${what}. Nothing was changed.`,
  );
}

/** A number beyond a field. */
export function fieldTooLarge(field: string, found: string, size: number): CheckError {
  return usage(
    'field-too-large',
    `${field} has ${size * 8} bits, ${found.slice(0, 40)} needs more. Give at most 0x${'f'.repeat(2 * size)}.`,
  );
}

/** A value that is not the bytes of a field. */
export function badFieldBytes(field: string, size: number): CheckError {
  return usage(
    'bad-field-bytes',
    `${field} takes ${size} bytes, ${2 * size} hexadecimal digits. Nothing was changed.`,
  );
}
