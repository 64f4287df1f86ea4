// Writes several files of which one is worth nothing without the others: all are on the disk before the first is
// put in its place.

import { randomBytes } from 'node:crypto';
import { linkSync, renameSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { NewFile } from '../app/io';
import * as ioErrors from '../app/ioErrors';
import { codeOf } from './open';
import { leftover } from '../leftovers';
import { linkTarget } from './target';
import { writeWhole } from './write';

/** A new file that waits under another name, and the old one under a third, if there was one. */
interface Staged {
  readonly path: string;
  readonly target: string;
  readonly isNew: boolean;
  readonly waiting: string;
  readonly old: string;
}

/** @throws CheckError when one cannot be written; then no file was changed */
export async function writeAll(files: readonly NewFile[]): Promise<void> {
  const staged: Staged[] = [];
  const clear = () => {
    for (const { waiting, old } of staged) for (const path of [waiting, old]) rmSync(path, { force: true });
  };
  const forget = leftover(clear);
  try {
    const streams: NewFile[] = [];
    for (const { path, content } of files) {
      const target = await linkTarget(path);
      const present = await stat(target).catch(() => undefined);
      if (present && !present.isFile()) {
        streams.push({ path, content });
        continue;
      }
      const name = `${target}.${randomBytes(6).toString('hex')}`;
      const one = { path, target, isNew: !present, waiting: `${name}.new`, old: `${name}.old` };
      staged.push(one);
      await writeWhole(one.waiting, content, present && present.mode & 0o777, path);
    }
    // What went into a pipe cannot be taken back; so that is done when all files are ready.
    for (const { path, content } of streams) await writeWhole(path, content);
    putInPlace(staged);
  } finally {
    clear();
    forget();
  }
}

/** In one turn, so that no signal comes between. */
function putInPlace(staged: readonly Staged[]): void {
  const begun: Staged[] = [];
  for (const one of staged) {
    const { path, target, isNew, waiting, old } = one;
    try {
      begun.push(one);
      // Where a file system has no links, there is no file for a moment.
      if (!isNew && !attempt(() => linkSync(target, old))) renameSync(target, old);
      renameSync(waiting, target);
    } catch (error) {
      for (const { target: written, isNew: wasNew, old: before } of begun) {
        if (wasNew) rmSync(written, { force: true });
        else attempt(() => renameSync(before, written));
      }
      throw ioErrors.unwritableFile(path, codeOf(error));
    }
  }
}

/** Whether it succeeded. */
function attempt(run: () => void): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}
