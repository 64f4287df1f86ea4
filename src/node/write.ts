// Writes result files whole or not at all. Node only; used by the command line and the extension host.

import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { CheckError } from '../core/errors';
import * as ioErrors from '../app/ioErrors';

/** What a file is to hold: all of it, or its parts as they come. */
type Content = Uint8Array | string | AsyncIterable<string>;

/**
 * Writes a file so that an interrupted run leaves the old one. Follows links, keeps the mode of a file that is there,
 * and writes into what is no file, as a pipe or a terminal, instead of replacing it.
 * @param mode of a file that is new
 * @throws CheckError when it cannot be written
 */
export async function writeWhole(path: string, bytes: Content, mode?: number): Promise<void> {
  try {
    const target = await realpath(path).catch(() => path);
    const present = await stat(target).catch(() => undefined);
    if (present && !present.isFile()) await writeFile(target, bytes);
    else await replace(target, bytes, present?.mode ?? mode);
  } catch (error) {
    // Who makes the parts may have a reason to stop.
    if (error instanceof CheckError) throw error;
    throw ioErrors.unwritableFile(
      path,
      error instanceof Error && 'code' in error ? String(error.code) : String(error),
    );
  }
}

async function replace(path: string, bytes: Content, mode = 0o644): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    await writeFile(partial, bytes, { mode: mode & 0o777, flag: 'wx' });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
