// What can be wrong with the measurement, the vCPUs and the secrets of an SEV or SEV-ES launch.

import { type CheckError, usage } from '../../errors';

/** A measurement that is not 48 bytes of base64. `found` is its length, or nothing when it is no base64. */
export function badMeasurement(found: number | undefined): CheckError {
  const what = found === undefined ? 'not strict base64' : `${found} bytes`;
  return usage(
    'bad-measurement',
    `The measurement is ${what}; it must be base64 of 48 bytes, 64 characters without spaces. Copy it again from "virsh domlaunchsecinfo" (sev-measurement).`,
  );
}

/** A vCPU count that no guest has. */
export function badVcpuCount(count: number, most: number): CheckError {
  return usage('bad-vcpu-count', `The number of vCPUs is ${count}; it must be 1 to ${most}.`);
}

/** More vCPUs than pages. */
export function apPageNeeded(count: number): CheckError {
  return usage(
    'ap-page-needed',
    `The guest has ${count} vCPUs, but there is a VMSA for the first one only. Give the page of the others, too.`,
  );
}

/** Neither an alias nor a GUID. */
export function unknownSecret(name: string, aliases: readonly string[]): CheckError {
  return usage(
    'unknown-secret',
    `"${name}" is neither a GUID nor a known name of a secret (${aliases.join(', ')}).`,
  );
}

/** One GUID for two secrets. */
export function repeatedSecret(guid: string): CheckError {
  return usage(
    'repeated-secret',
    `The secret ${guid} is given twice. The guest would find only one of them.`,
  );
}

/** More secrets than a packet holds. */
export function secretsTooLarge(most: number): CheckError {
  return usage(
    'secrets-too-large',
    `The secrets and their table take more than ${most} bytes; the firmware takes no more at once.`,
  );
}

/** More secrets than the firmware has room for; both in bytes. */
export function secretAreaTooSmall(found: number, room: number): CheckError {
  return usage(
    'secret-area-too-small',
    `The secrets and their table take ${found} bytes, but the firmware's area for secrets has ${room}. Give fewer or shorter secrets, or use firmware with a larger area.`,
  );
}
