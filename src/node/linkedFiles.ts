// How a pattern of paths sees links: one to a file is that file, as ConfigMaps of Kubernetes have them, and one to a folder is not
// entered, because it may lead out of the folder that is meant, or in a circle.

import { readdir, type Dirent } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

type Done = (error: NodeJS.ErrnoException | null, entries: Dirent[]) => void;

async function seen(folder: string, entry: Dirent): Promise<Dirent> {
  if (!entry.isSymbolicLink()) return entry;
  const end = await stat(join(folder, entry.name)).catch(() => undefined);
  if (end?.isFile() !== true) return entry;
  return Object.assign(Object.create(entry) as Dirent, { isFile: () => true, isSymbolicLink: () => false });
}

/** The part of Node's fs that lists a folder for a pattern. */
export const LINKED_FILES = {
  readdir(folder: string, options: { withFileTypes: true }, done: Done): void {
    readdir(folder, options, (error, entries) => {
      if (error) done(error, []);
      else
        void Promise.all(entries.map((entry) => seen(folder, entry))).then((all) => {
          done(null, all);
        });
    });
  },
};
