// Writes result files whole or not at all. Node only; used by the command line and the extension host.

import { rename, rm, stat, writeFile } from 'node:fs/promises';
import * as errors from '../core/errors';

/** Writes a file so that an interrupted run leaves the old one; keeps the mode of a file that is there. */
export async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    const mode = await stat(path).then(
      (s) => s.mode & 0o777,
      () => 0o644,
    );
    await writeFile(partial, bytes, { mode, flag: 'wx' });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw errors.unwritableFile(
      path,
      error instanceof Error && 'code' in error ? String(error.code) : String(error),
    );
  }
}
