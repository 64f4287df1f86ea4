// Seals secrets for the guest of a launch that matched.

import { parseMeasurement } from '../core/tech/sev/evidence';
import { checkSecretRoom, sealSecrets, type Secret, type SecretPacket } from '../core/tech/sev/secret';
import type { OvmfImage } from '../core/ovmf/image';
import * as errors from './errors';
import type { Io } from './io';
import { withKeys } from './keys';
import type { LaunchInputs } from './launch';

/** What LAUNCH_SECRET takes; `noRoom` is a phrase that says why the firmware has no area for it, if it has none. */
export interface SealedSecrets extends SecretPacket {
  readonly noRoom: string | undefined;
}

/**
 * Seals secrets for the guest of a launch that matched, and clears them.
 * @param image the one that was measured
 * @throws CheckError when a key cannot be read, or the secrets do not fit into one packet or the firmware's
 * secret area
 */
export async function sealForLaunch(
  io: Io,
  inputs: LaunchInputs,
  image: OvmfImage,
  secrets: readonly Secret[],
): Promise<SealedSecrets> {
  try {
    const packet = await withKeys(io, inputs.keys, ({ tik, tek }) => {
      if (!tek) throw errors.tekNeeded();
      const { hmac } = parseMeasurement(inputs.measurement);
      const launch = { platform: inputs.platform, hmac };
      return sealSecrets(secrets, { tik, tek }, launch, io.random(16), io);
    });
    return { ...packet, noRoom: checkSecretRoom(packet.payload.length, image) };
  } finally {
    for (const { data } of secrets) data.fill(0);
  }
}
