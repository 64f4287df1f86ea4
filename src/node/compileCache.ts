// Compiled scripts of the command line are kept from one run to the next, in the user's cache folder. Nothing of what they compute is
// kept. Whatever is wrong with the folder, a run is only slower without it.

import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { constants, Script } from 'node:vm';

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

/** Where the script is kept as it was compiled; undefined where the user wants nothing kept, or keeps it with Node's own means. */
function fileFor(path: string): string | undefined {
  const { NODE_DISABLE_COMPILE_CACHE: isOff, NODE_COMPILE_CACHE: ofNode } = process.env;
  const folder = isOff || ofNode ? undefined : compileCacheFolder(process.env);
  // V8 refuses what another version made, but not what was made for another processor.
  return folder && join(folder, `${basename(path, '.js')}-${process.version}-${process.arch}`);
}

/**
 * What V8 made of this source in a run before. It is in the file twice, with the source behind it: V8 crashes on damaged data, and to compare
 * two copies takes a tenth of the time in which Node loads a checksum.
 */
function readKept(file: string, source: Uint8Array): Uint8Array | undefined {
  try {
    const kept = readFileSync(file);
    const size = (kept.length - source.length) / 2;
    if (!Number.isInteger(size) || size <= 0) return undefined;
    const [data, again] = [kept.subarray(0, size), kept.subarray(size, 2 * size)];
    return data.equals(again) && kept.subarray(2 * size).equals(source) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Others see the old file or the new one. Where one cannot be written, there is none. */
function writeKept(file: string, data: Uint8Array, source: Uint8Array): void {
  const part = `${file}.part`;
  try {
    writeFileSync(part, Buffer.concat([data, data, source]), { mode: 0o600 });
    renameSync(part, file);
  } catch {
    rmSync(part, { force: true });
  }
}

/** Around a script, as Node has it. */
const WRAPPER = ['(function (exports, require, module, __filename, __dirname) { ', '\n})'].map((text) =>
  Buffer.from(text),
) as [Buffer, Buffer];

/**
 * Runs a CommonJS script of ours as `require` does, and keeps what V8 compiled of it from one run to the next, with the functions that were
 * compiled when they were first called. Node's own cache (module.enableCompileCache) keeps a script as it is before it runs, so that each run
 * compiles most of it again, which takes it a third longer.
 * @param isUsual whether the run, which ends with this status, calls what most runs call
 */
export function runCompiled(path: string, isUsual: (status: number) => boolean): void {
  const file = fileFor(path);
  if (file === undefined) {
    createRequire(path)(path);
    return;
  }
  const source = readFileSync(path);
  const kept = readKept(file, source);
  // One string: V8 would collect garbage sooner for two.
  const wrapped = Buffer.concat([WRAPPER[0], source, WRAPPER[1]]).toString();
  const script = new Script(wrapped, {
    filename: path,
    // Without this, the script could not import() modules of Node.
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(kept && { cachedData: kept }),
  });
  if (script.cachedDataRejected !== false)
    process.on('exit', (status) => {
      if (isUsual(status)) writeKept(file, script.createCachedData(), source);
    });
  type Wrapper = (
    exports: unknown,
    require: NodeJS.Require,
    module: unknown,
    filename: string,
    dirname: string,
  ) => void;
  const module = { exports: {} };
  const run = script.runInThisContext() as Wrapper;
  run(module.exports, createRequire(path), module, path, dirname(path));
}
