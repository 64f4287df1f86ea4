// How Node writes result files: whole or not at all.

import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { CheckError } from '../core/errors';
import type { Content } from '../app/io';
import * as ioErrors from '../app/ioErrors';
import { codeOf } from './open';

/**
 * Writes a temporary file in the same folder and renames it over the target.
 * @param mode of a new file
 * @throws CheckError when it cannot be written
 */
export async function writeWhole(path: string, bytes: Content, mode?: number): Promise<void> {
  try {
    const target = await realpath(path).catch(() => path);
    const present = await stat(target).catch(() => undefined);
    if (present && !present.isFile()) await writeFile(target, bytes);
    else await replace(target, bytes, present?.mode ?? mode);
  } catch (error) {
    // The producer of the parts may have a reason to stop.
    if (error instanceof CheckError) throw error;
    throw ioErrors.unwritableFile(path, codeOf(error));
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
