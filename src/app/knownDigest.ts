// Checks a measurement against a launch digest that the owner wrote down, without anything that was loaded: what SEV's own tools call
// a launch digest in place of the firmware. The keys are needed, files are not.

import { otherDigestSize } from '../core/check/errors';
import { checkKnownDigest } from '../core/check/check';
import { refuseUnfit } from '../core/check/judge';
import type { KeyPaths } from '../core/check/launchFile';
import { TECHNOLOGY_NAMES } from '../core/launch/inputs';
import type { Report } from '../core/launch/report';
import type { Platform } from '../core/tech/sev/evidence';
import { isSevEs } from '../core/tech/sev/policy';
import { waysToGive } from './inputs';
import type { Io } from './io';
import { checkKeys, withKeys } from './keys';
import type { CheckOptions } from './launch';

/** Bytes of a launch digest of SEV and SEV-ES. */
const DIGEST_SIZE = 32;

/** A measurement and the launch digest that it should be of. */
export interface KnownDigestInputs {
  readonly title: string;
  /** 32 bytes. */
  readonly launchDigest: Uint8Array;
  /** Base64 as libvirt reports it. */
  readonly measurement: string;
  readonly platform: Platform;
  readonly keys: KeyPaths;
}

/** Checks it. @throws CheckError when an input is unsuitable, or a key cannot be read */
export async function checkAgainstKnownDigest(
  io: Io,
  inputs: KnownDigestInputs,
  { signal, admit }: Pick<CheckOptions, 'signal' | 'admit'> = {},
): Promise<Report> {
  const { launchDigest, measurement, platform, keys } = inputs;
  const launch = { measurement, ...platform };
  const remarks = refuseUnfit({ given: { launch } }, 'measurement', waysToGive);
  const name = TECHNOLOGY_NAMES[isSevEs(platform.policy) ? 'sev-es' : 'sev'];
  if (launchDigest.length !== DIGEST_SIZE) throw otherDigestSize(launchDigest.length, name, DIGEST_SIZE);
  await admit?.(Object.values(keys).filter((path) => path !== undefined));
  const ofKeys = await checkKeys(io, keys, signal);
  const warnings = [...remarks, ...ofKeys];
  return withKeys(io, keys, ({ tik }) => checkKnownDigest({ ...inputs, tik, warnings }, io.hmac), signal);
}
