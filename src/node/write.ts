// How Node writes result files: whole or not at all.

import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync, writeFile as writeWithCallback } from 'node:fs';
import { rename, stat, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { CheckError } from '../core/errors';
import type { Content } from '../app/io';
import * as ioErrors from '../app/ioErrors';
import { leftover } from '../leftovers';
import { codeOf } from './open';
import { fileBehind, writeTo } from './stdio';
import { linkTarget } from './target';

const append = promisify(writeWithCallback) as (fd: number, part: Uint8Array | string) => Promise<void>;

/**
 * Writes a temporary file in the same folder and renames it over the target.
 * @param mode of a new file
 * @param named the path that a failure names, where another one is written for a time
 * @throws CheckError when it cannot be written
 */
export async function writeWhole(path: string, bytes: Content, mode?: number, named = path): Promise<void> {
  try {
    const fd = fileBehind(path);
    if (fd !== undefined) {
      for await (const part of partsOf(bytes)) writeTo(fd, part);
      return;
    }
    const target = await linkTarget(path);
    const present = await stat(target).catch(() => undefined);
    if (present && !present.isFile()) await writeFile(target, bytes);
    else await replace(target, bytes, present?.mode ?? mode);
  } catch (error) {
    // The producer of the parts may have a reason to stop.
    if (error instanceof CheckError) throw error;
    throw ioErrors.unwritableFile(named, codeOf(error));
  }
}

async function replace(path: string, bytes: Content, mode = 0o644): Promise<void> {
  // No other process has this name for it, nor had one that was killed.
  const partial = `${path}.${randomBytes(6).toString('hex')}.partial`;
  // Minded before it is there: until then a signal ends the process on the spot. And opened in this turn: in one of Node's threads, it
  // could appear after a signal has removed it.
  const forget = leftover(() => {
    rmSync(partial, { force: true });
  });
  try {
    const fd = openSync(partial, 'wx', mode & 0o777);
    try {
      for await (const part of partsOf(bytes)) await append(fd, part);
    } finally {
      closeSync(fd);
    }
    await rename(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  } finally {
    forget();
  }
}

const partsOf = (content: Content): Iterable<Uint8Array | string> | AsyncIterable<string> =>
  typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
