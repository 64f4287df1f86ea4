// The guest owner's keys: read when needed, cleared after use, and in no message. TIK and TEK are 16 bytes each,
// or one file with TEK first (virt-qemu-sev-validate --tk).

import * as ioErrors from './ioErrors';
import { textInFile } from '../core/binary/textBytes';
import type { KeyPaths } from '../core/check/launchFile';
import { KEY_SIZE } from '../core/tech/sev/evidence';
import type { InputIdOf } from '../core/launch/inputs';
import { atInput } from './inputs';
import type { Io, ReadOptions } from './io';

/** The transport integrity key and, if given, the transport encryption key. */
export interface Keys {
  readonly tik: Uint8Array;
  readonly tek: Uint8Array | undefined;
}

/** What is in each key file, and its size in bytes. */
export const KEY_FILES = {
  'keys.tik': { what: 'TIK', size: KEY_SIZE },
  'keys.tek': { what: 'TEK', size: KEY_SIZE },
  'keys.tk': { what: 'TEK and TIK', size: 2 * KEY_SIZE },
} as const satisfies Readonly<Record<InputIdOf<'key'>, { readonly what: string; readonly size: number }>>;

/**
 * Refuses a path that names nothing without repeating it: somebody may have typed the key itself, in whatever form.
 * @param what stands there, a phrase
 */
async function refuseMissing(io: Io, path: string, what: string): Promise<void> {
  const found = await io.stat(path);
  if (found.kind === 'none' && ioErrors.isNowhere(found.code))
    throw ioErrors.unreadableFile(what, found.code);
}

/** Reads the file of a secret for a guest; the caller clears it. @throws CheckError when it cannot be read */
export async function readSecret(io: Io, path: string, options?: ReadOptions): Promise<Uint8Array> {
  await refuseMissing(io, path, 'The file with the secret');
  return io.read(path, 'secret', options);
}

/** Reads the file of a private key; the caller clears it. @throws CheckError when it cannot be read */
export async function readSigningKeyFile(io: Io, path: string): Promise<Uint8Array> {
  await refuseMissing(io, path, 'The file with the private key');
  return io.read(path, 'signingKey');
}

/** An input that is a key. */
export type KeyInput = keyof typeof KEY_FILES;

async function readKey(
  io: Io,
  path: string,
  { what, size }: (typeof KEY_FILES)[KeyInput],
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  await refuseMissing(io, path, `The file with the ${what}`);
  const bytes = await ioErrors.unlessTooLarge(io.read(path, 'key', { signal }), () =>
    // Its true size does not matter.
    ioErrors.badKeyFile(what, path, undefined, size),
  );
  if (bytes.length === size) return bytes;
  const text = textInFile(bytes);
  bytes.fill(0);
  throw ioErrors.badKeyFile(what, path, bytes.length, size, text);
}

/**
 * Calls `use` with the keys and always clears them.
 * @throws CheckError when a file cannot be read or has the wrong length
 */
export async function withKeys<T>(
  io: Io,
  paths: KeyPaths,
  use: (keys: Keys) => Promise<T> | T,
  signal?: AbortSignal,
): Promise<T> {
  const read: Uint8Array[] = [];
  const take = async (input: KeyInput, path: string): Promise<Uint8Array> => {
    const bytes = await atInput(input, () => readKey(io, path, KEY_FILES[input], signal));
    read.push(bytes);
    return bytes;
  };
  try {
    if ('tk' in paths) {
      const both = await take('keys.tk', paths.tk);
      return await use({ tek: both.subarray(0, KEY_SIZE), tik: both.subarray(KEY_SIZE) });
    }
    const tik = await take('keys.tik', paths.tik);
    const tek = paths.tek === undefined ? undefined : await take('keys.tek', paths.tek);
    return await use({ tik, tek });
  } finally {
    for (const bytes of read) bytes.fill(0);
  }
}

/**
 * Both keys in one file are as long as one key in hexadecimal, and are read as virt-qemu-sev-validate reads them. No key
 * of random bytes is text: one pair in 10^13 is.
 */
function warnOfText(paths: KeyPaths, { tik, tek }: Keys): string[] {
  const forms = [tek, tik].map((key) => key && textInFile(key)?.form);
  if (!('tk' in paths) || forms.includes(undefined)) return [];
  const isHex = forms.every((form) => form === 'hex');
  const found = isHex ? '32 hexadecimal digits, as one key of 16 bytes is written' : 'not keys in binary';
  return [`${paths.tk} is text, ${found}. Its characters were taken for TEK and TIK.`];
}

/**
 * Reports bad key files before any long work starts. Skips pipes, which deliver a key only once.
 * @returns warnings for the report
 * @throws CheckError as withKeys does
 */
export async function checkKeys(io: Io, paths: KeyPaths, signal?: AbortSignal): Promise<string[]> {
  const pipes = await Promise.all(
    [...Object.values(paths)].map(
      async (path) => path !== undefined && (await io.stat(path)).kind === 'pipe',
    ),
  );
  return pipes.includes(true) ? [] : withKeys(io, paths, (keys) => warnOfText(paths, keys), signal);
}
