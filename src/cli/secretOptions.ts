// The options of `sevscope validate` with the secrets for a guest.

import { readSecret } from '../app/keys';
import type { Io } from '../app/io';
import { secretGuid, type Secret } from '../core/tech/sev/secret';
import * as errors from './errors';
import { needed } from './launchOptions';
import type { ValidateOptions } from './validateOptions';

/** Sealed secrets go to two files, and to no guest. */
export function checkSecretFiles({
  domain,
  secretHeader,
  secretPayload,
}: Pick<ValidateOptions, 'domain' | 'secretHeader' | 'secretPayload'>): void {
  if (domain !== undefined && (secretHeader ?? secretPayload) !== undefined) throw errors.injectOrSeal();
  if ((secretHeader === undefined) !== (secretPayload === undefined)) throw errors.bothSecretFiles();
}

/** The destination of sealed secrets must be given before anything is read. */
export function checkSecretOptions({
  injectSecret,
  secretHeader,
  secretPayload,
}: Pick<ValidateOptions, 'injectSecret' | 'secretHeader' | 'secretPayload'>): void {
  if (injectSecret.length > 0) needed(secretHeader, '--secret-header');
  if (injectSecret.length > 0) needed(secretPayload, '--secret-payload');
}

/** Reads the secrets of `--inject-secret`. @throws CheckError when one cannot be read; no other stays in memory then */
export async function readSecrets(io: Io, specs: readonly string[]): Promise<Secret[]> {
  const secrets: Secret[] = [];
  try {
    for (const spec of specs) {
      const [name, path, ...rest] = spec.split(':');
      if (!name || path === undefined || rest.length > 0) throw errors.badSecret();
      secrets.push({ guid: secretGuid(name), data: await readSecret(io, path) });
    }
    return secrets;
  } catch (error) {
    for (const { data } of secrets) data.fill(0);
    throw error;
  }
}
