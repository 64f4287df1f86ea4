// Where Node can, it keeps the compiled scripts of the command line from one run to the next, in the user's cache folder. Nothing of
// what they compute is kept. Whatever is wrong with the folder, a run is only slower without it.

import { mkdirSync, statSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

/** Of Node 22.8 and up. */
const { enableCompileCache, getCompileCacheDir } = nodeModule as {
  enableCompileCache?: (folder: string) => unknown;
  getCompileCacheDir?: () => string | undefined;
};

/** Variables of the environment. */
type Environment = Readonly<Record<string, string | undefined>>;

/** The folder for caches of this user. */
function cachesOfUser(env: Environment): string {
  const { HOME: home = homedir(), XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = env;
  if (process.platform === 'win32') return local ?? join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(home, 'Library', 'Caches');
  return xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, '.cache');
}

/** Whether there is a folder of this user; `alone`: and nobody else writes to it. Windows gives each user folders of their own. */
function isOurs(path: string, { alone }: { readonly alone: boolean }): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true) return false;
  return process.getuid === undefined || (found.uid === process.getuid() && !(alone && found.mode & 0o022));
}

/**
 * The folder for compiled scripts, which is made where it is missing: what is read from it is run, so it must be this user's alone. Under
 * sudo the home may be somebody else's, and nothing is made there.
 * @returns undefined where there can be none
 */
export function compileCacheFolder(env: Environment): string | undefined {
  try {
    const folder = join(cachesOfUser(env), 'sevscope');
    if (!isAbsolute(folder)) return undefined;
    if (!statSync(folder, { throwIfNoEntry: false })) {
      const parent = dirname(folder);
      const last = statSync(parent, { throwIfNoEntry: false }) ? parent : dirname(parent);
      if (!isOurs(last, { alone: false })) return undefined;
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
    return isOurs(folder, { alone: true }) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** From now on scripts are compiled once, and not in each run; unless Node cannot, or the user wants it otherwise. */
export function keepCompiled(): void {
  const { NODE_DISABLE_COMPILE_CACHE: isOff } = process.env;
  if (!enableCompileCache || isOff || getCompileCacheDir?.() !== undefined) return;
  const folder = compileCacheFolder(process.env);
  if (folder !== undefined) enableCompileCache(folder);
}
