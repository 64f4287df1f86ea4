// A launch of plain SEV with 4 KiB of firmware, as files in a folder, as options and as the measurement that a platform
// would report, by Node's own hashes.

import { createHash, createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes, seeded } from './random';

const random = seeded(20);
const FIRMWARE = Buffer.from(randomBytes(random, 4096));
const bytes16 = () => Buffer.from(randomBytes(random, 16));

export const [TIK, TEK, NONCE] = [bytes16(), bytes16(), bytes16()];
/** The launch digest. */
export const DIGEST = createHash('sha256').update(FIRMWARE).digest();

/** Writes the files that the options name, and a secret. */
export function writePlainLaunch(folder: string): void {
  const files = { 'fw.bin': FIRMWARE, 'tik.bin': TIK, 'tek.bin': TEK, secret: 'a secret' };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}

/** A version of the SEV firmware. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly build: number;
}

export const USUAL: Version = { major: 1, minor: 55, build: 24 };

/** The HMAC of the launch, 32 bytes; `isEarly` leaves out context, version and build. */
export function hmacOf({ major, minor, build }: Version, policy: number, isEarly = false): Buffer {
  const word = Buffer.alloc(4);
  word.writeUInt32LE(policy);
  const head = isEarly ? [] : [Buffer.of(4, major, minor, build)];
  return createHmac('sha256', TIK)
    .update(Buffer.concat([...head, word, DIGEST, NONCE]))
    .digest();
}

/** A measurement as libvirt reports it. */
export const blobOf = (hmac: Buffer): string => Buffer.concat([hmac, NONCE]).toString('base64');

/** The options of the launch, without its measurement. */
export const launchOptions = ({ major, minor, build }: Version, policy: string): string[] => [
  ...['-f', 'fw.bin', '--tik', 'tik.bin', '--tek', 'tek.bin', '--policy', policy],
  ...['--api-major', `${major}`, '--api-minor', `${minor}`, '--build-id', `${build}`],
];
