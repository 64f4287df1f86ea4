// Which launch files `--launch` names: paths, and patterns that the shell was kept from.

import { lstat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import * as errors from './errors';

/** What `--launch` names. */
export interface LaunchFiles {
  /** Absolute paths, each once: in the order of the arguments, those of one pattern by name. */
  readonly paths: readonly string[];
  /** Whether several are meant, also where one is found: a single path is answered as virt-qemu-sev-validate does. */
  readonly several: boolean;
}

const isThere = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** The files of one argument; a name with brackets is a name when there is such a file. */
async function filesOf(argument: string): Promise<{ paths: string[]; isPattern: boolean }> {
  if (!isDynamicPattern(argument) || (await isThere(argument)))
    return { paths: [resolve(argument)], isPattern: false };
  const found = await glob(argument, {
    ignore: '**/node_modules/**',
    absolute: true,
    expandDirectories: false,
  });
  if (found.length === 0) throw errors.noLaunchMatches(argument);
  return { paths: found.map((path) => resolve(path)).sort(), isPattern: true };
}

/** The files that the arguments name. @throws CheckError (usage) for a pattern that nothing matches */
export async function findLaunchFiles(args: readonly string[]): Promise<LaunchFiles> {
  const found = await Promise.all(args.map(filesOf));
  return {
    paths: [...new Set(found.flatMap(({ paths }) => paths))],
    several: args.length > 1 || found.some(({ isPattern }) => isPattern),
  };
}
