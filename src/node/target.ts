// Where a file is written: behind all links, also behind one to a file that is still to be made.

import { readlink, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** As many links as Linux follows. */
const MOST_LINKS = 40;

/** The path behind all links; links in a circle lead nowhere, and the first is returned. */
export async function linkTarget(path: string): Promise<string> {
  let at = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    try {
      return await realpath(at);
    } catch {
      const link = await readlink(at).catch(() => undefined);
      if (link === undefined) return at;
      at = resolve(await realpath(dirname(at)), link);
    }
  }
  return path;
}
