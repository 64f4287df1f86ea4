// The launch measurement: an HMAC under the TIK over the launch digest and what the platform reports about
// itself. AMD SEV API specification, section 6.5 (LAUNCH_MEASURE); before API 0.17 as AMDESE/sev-tool computes it
// (src/commands.cpp).

import * as errors from './errors';
import type { CheckError } from '../../errors';
import { toBase64 } from '../../binary/hex';
import { readTextBytes, type TextBytes } from '../../binary/textBytes';
import { encode, row, struct } from '../../binary/struct';
import type { Hmac } from '../../launch/hasher';

/** The message that the HMAC authenticates. */
const MEASURED_MESSAGE = struct('measured message', 56, [
  row(0, 'context', 'u8', '0x04 for a launch measurement'),
  row(1, 'api_major', 'u8', 'API major version of the firmware'),
  row(2, 'api_minor', 'u8', 'API minor version of the firmware'),
  row(3, 'build_id', 'u8', 'build of the firmware'),
  row(4, 'policy', 'u32', 'guest policy'),
  row(8, 'launch_digest', 32, 'SHA-256 of all that was loaded'),
  row(40, 'mnonce', 16, 'nonce of this launch, chosen by the firmware'),
]);

/** The same before API 0.17. */
const EARLY_MESSAGE = struct('measured message before API 0.17', 52, [
  row(0, 'policy', 'u32', 'guest policy'),
  row(4, 'launch_digest', 32, 'SHA-256 of all that was loaded'),
  row(36, 'mnonce', 16, 'nonce of this launch, chosen by the firmware'),
]);

/** What the platform reports about a launch, besides the measurement itself. */
export interface Platform {
  readonly apiMajor: number;
  readonly apiMinor: number;
  readonly buildId: number;
  /** 32 bits; the same word as in the domain's XML. */
  readonly policy: number;
}

/**
 * Whether a launch is measured as before API 0.17: API version and build are not in the HMAC, nor is the measurement in
 * the MAC of a launch secret.
 */
export function isEarlyFirmware({ apiMajor, apiMinor }: Pick<Platform, 'apiMajor' | 'apiMinor'>): boolean {
  return apiMajor === 0 && apiMinor < 17;
}

/** Bytes of the message that the HMAC authenticates. */
export function measuredSize(platform: Platform): number {
  return (isEarlyFirmware(platform) ? EARLY_MESSAGE : MEASURED_MESSAGE).size;
}

/** A parsed measurement: 32 bytes of HMAC and 16 bytes of nonce. */
export interface ReportedMeasurement {
  readonly hmac: Uint8Array;
  readonly mnonce: Uint8Array;
}

/** Bytes of a reported measurement: an HMAC and a nonce. */
export const MEASUREMENT_SIZE = 48;

/** Bytes of a TIK and of a TEK. */
export const KEY_SIZE = 16;

/**
 * Refuses a key of another size, which HMAC would take all the same.
 * @throws CheckError (bug): who reads keys checks their files
 */
export function checkKeySize(name: 'TIK' | 'TEK', { length }: Uint8Array): void {
  if (length !== KEY_SIZE) throw errors.wrongKeySize(name, length, KEY_SIZE);
}

const readMeasurement = (text: string): TextBytes => readTextBytes(text, [MEASUREMENT_SIZE], ['base64']);

/** Why a text is not a reported measurement; undefined when it is one. */
export function unfitMeasurement(text: string): CheckError | undefined {
  const read = readMeasurement(text);
  return read.ok ? undefined : errors.badMeasurement(read);
}

/**
 * Parses a reported measurement: base64 of exactly 48 bytes, as in libvirt's sev-measurement and
 * QMP's query-sev-launch-measure.
 * @throws CheckError (usage) for anything else; leniency would turn a typing mistake into a mismatch.
 */
export function parseMeasurement(text: string): ReportedMeasurement {
  const read = readMeasurement(text);
  if (!read.ok) throw errors.badMeasurement(read);
  return { hmac: read.bytes.slice(0, 32), mnonce: read.bytes.slice(32) };
}

/** A measurement in the form that libvirt reports. */
export function measurementText({ hmac, mnonce }: ReportedMeasurement): string {
  return toBase64(Uint8Array.from([...hmac, ...mnonce]));
}

/**
 * The measurement that the firmware must have reported, 32 bytes.
 * @param tik 16 bytes; @param launchDigest 32 bytes; @param mnonce 16 bytes
 * @throws CheckError (bug) for a TIK of another size
 * @throws RangeError for versions that do not fit one byte: callers validate them on input
 */
export function computeMeasurement(
  hmac: Hmac,
  tik: Uint8Array,
  platform: Platform,
  launchDigest: Uint8Array,
  mnonce: Uint8Array,
): Uint8Array {
  checkKeySize('TIK', tik);
  const { apiMajor: api_major, apiMinor: api_minor, buildId: build_id, policy } = platform;
  const last = { policy, launch_digest: launchDigest, mnonce };
  const message = isEarlyFirmware(platform)
    ? encode(EARLY_MESSAGE, last)
    : encode(MEASURED_MESSAGE, { context: 0x04, api_major, api_minor, build_id, ...last });
  return hmac(tik, message);
}
