// What can be wrong with the measurement, the vCPUs and the secrets of an SEV or SEV-ES launch.

import type { UnfitText } from '../../binary/textBytes';
import { CheckError, usage } from '../../errors';
import { SNP_EVIDENCE } from '../snp/policy';

/** What is probably meant by a value of so many bytes, a phrase, and whether it is of SEV-SNP. */
const LIKELY: Readonly<Record<number, readonly [phrase: string, isSnp?: true]>> = {
  16: ['the nonce of a launch alone'],
  32: ['the HMAC alone, as sev-tool prints it, or a launch digest, without the nonce of the launch'],
  48: ['the form of a launch digest of SEV-SNP', true],
  1184: ['the size of an attestation report of SEV-SNP', true],
};

/** The reported measurement is not 48 bytes of base64. */
export function badMeasurement({ found, form, size = 0 }: UnfitText): CheckError {
  const isUrl = form === 'base64url' && size === 48;
  const [phrase, isSnp] = isUrl ? ['with - for + and _ for /'] : (LIKELY[size] ?? []);
  const what = phrase === undefined ? found : `${found}: ${phrase}`;
  return usage(
    'bad-measurement',
    `The measurement is ${what}.${isSnp ? ` ${SNP_EVIDENCE}` : ''} A measurement of SEV or SEV-ES is base64 of 48 bytes, the HMAC and its nonce: 64 characters without spaces.`,
    {
      advice:
        'Copy it again from "virsh domlaunchsecinfo" (sev-measurement), or from QMP\'s query-sev-launch-measure (data).',
      at: { input: 'measurement' },
    },
  );
}

/** A key that is to be used does not have the size of one. Both numbers are bytes. */
export function wrongKeySize(name: string, found: number, wanted: number): CheckError {
  return new CheckError('bug', 'wrong-key-size', `The ${name} has ${found} bytes; it must have ${wanted}.`);
}

/** The number of vCPUs is not an integer, less than one, or more than any machine supports. */
export function badVcpuCount(count: number, most: number): CheckError {
  return usage('bad-vcpu-count', `The number of vCPUs is ${count}; it must be 1 to ${most}.`, {
    at: { input: 'vcpus' },
  });
}

/** There are several vCPUs, but only a page for the first. */
export function apPageNeeded(count: number): CheckError {
  return usage(
    'ap-page-needed',
    `The guest has ${count} vCPUs, but there is a VMSA for the first one only.`,
    { advice: 'Give the page of the others, too.', at: { input: 'vmsa.ap' } },
  );
}

/** A secret is named by neither a GUID nor an alias of one. What stands there may be the secret itself, and is not repeated. */
export function unknownSecret(aliases: readonly string[]): CheckError {
  return usage(
    'unknown-secret',
    `The name of a secret is neither a GUID nor a known name (${aliases.join(', ')}).`,
    { at: { input: 'secrets' } },
  );
}

/** Two secrets have the same GUID, so the guest would find only one of them. */
export function repeatedSecret(guid: string): CheckError {
  return usage(
    'repeated-secret',
    `The secret ${guid} is given twice. The guest would find only one of them.`,
    { at: { input: 'secrets' } },
  );
}

/** The secrets take more bytes than a single launch-secret command can carry. */
export function secretsTooLarge(most: number): CheckError {
  return usage(
    'secrets-too-large',
    `The secrets and their table take more than ${most} bytes; the firmware takes no more at once.`,
    { at: { input: 'secrets' } },
  );
}

/** The secrets are longer than the area that the guest's firmware sets aside for them. Both numbers are bytes. */
export function secretAreaTooSmall(found: number, room: number): CheckError {
  return usage(
    'secret-area-too-small',
    `The secrets and their table take ${found} bytes, but the firmware's area for secrets has ${room}.`,
    {
      advice: 'Give fewer or shorter secrets, or use firmware with a larger area.',
      at: { input: 'secrets' },
    },
  );
}
