// The launch files that `--launch` names: paths, and patterns that the shell did not expand.

import { resolve } from 'node:path';
import type { FileSystemAdapter } from 'tinyglobby';
import * as errors from './errors';
import type { Io } from '../app/io';
import { LINKED_FILES } from '../node/linkedFiles';

/** What `--launch` names. */
export interface LaunchFiles {
  /** Absolute paths without duplicates: in the order of the arguments, the matches of one pattern by name. */
  readonly paths: readonly string[];
  /**
   * Whether several are meant, even if only one is found: a single path is answered as virt-qemu-sev-validate does.
   */
  readonly several: boolean;
}

const isThere = async (io: Io, path: string) => (await io.stat(path, { ofLink: true })).kind !== 'none';

/** The files of one argument; a name with brackets is taken literally when such a file exists. */
async function filesOf(io: Io, argument: string): Promise<{ paths: string[]; isPattern: boolean }> {
  // Most checks name no files in this way.
  const { glob, isDynamicPattern } = await import('tinyglobby');
  if (!isDynamicPattern(argument) || (await isThere(io, argument)))
    return { paths: [resolve(argument)], isPattern: false };
  const found = await glob(argument, {
    ignore: '**/node_modules/**',
    absolute: true,
    expandDirectories: false,
    followSymbolicLinks: false,
    fs: LINKED_FILES as FileSystemAdapter,
  });
  if (found.length === 0) throw errors.noLaunchMatches(argument);
  return { paths: found.map((path) => resolve(path)).sort(), isPattern: true };
}

/** The files that the arguments name. @throws CheckError (usage) for a pattern that nothing matches */
export async function findLaunchFiles(io: Io, args: readonly string[]): Promise<LaunchFiles> {
  const found = await Promise.all(args.map((argument) => filesOf(io, argument)));
  return {
    paths: [...new Set(found.flatMap(({ paths }) => paths))],
    several: args.length > 1 || found.some(({ isPattern }) => isPattern),
  };
}
