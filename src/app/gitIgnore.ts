// Whether a file could be committed by mistake: it is in a Git work tree, and no ignore file of that tree matches
// it (gitignore(5)). Git itself is not started, because it could run programs that a repository names.

import ignore from 'ignore';
import type { Io } from './io';
import { textOf } from './text';

/**
 * The top folder of the work tree that contains a file; undefined when there is none.
 * @param path absolute, without links
 */
export async function workTreeOf(io: Io, path: string): Promise<string | undefined> {
  const { dirname, join } = io.path;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    // A folder; in linked work trees and submodules, a file.
    if ((await io.stat(join(folder, '.git'))).kind !== 'none') return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** Patterns with the folder they are relative to, by its path in the work tree. */
interface Patterns {
  readonly base: string;
  readonly test: (path: string) => { readonly ignored: boolean; readonly unignored: boolean };
}

async function patternsIn(io: Io, file: string, base: string): Promise<Patterns[]> {
  // Whatever else is there has no patterns, also for Git.
  const bytes = await io.read(file, 'ignore', { onlyFile: true }).catch(() => undefined);
  if (!bytes || bytes.length === 0) return [];
  const rules = ignore({ ignorecase: false }).add(textOf(bytes));
  return [{ base, test: (path) => rules.test(path) }];
}

/** Whether Git ignores a file of a work tree. A file that was added by force is tracked all the same. */
export async function isIgnored(io: Io, workTree: string, path: string): Promise<boolean> {
  const { join, relative, toSlashes } = io.path;
  const parts = toSlashes(relative(workTree, path)).split('/');
  // The last file with a matching pattern decides.
  const all = [
    ...(await patternsIn(io, join(io.configFolder(), 'git', 'ignore'), '')),
    ...(await patternsIn(io, join(workTree, '.git', 'info', 'exclude'), '')),
  ];
  for (const [i] of parts.entries()) {
    const folders = parts.slice(0, i);
    const base = folders.map((name) => `${name}/`).join('');
    all.push(...(await patternsIn(io, join(workTree, ...folders, '.gitignore'), base)));
    const here = `${base}${parts[i]!}${i < parts.length - 1 ? '/' : ''}`;
    // Nothing inside an ignored folder can be re-included.
    if (isIgnoredBy(all, here)) return true;
  }
  return false;
}

function isIgnoredBy(all: readonly Patterns[], path: string): boolean {
  for (const { base, test } of [...all].reverse()) {
    const { ignored, unignored } = test(path.slice(base.length));
    if (ignored || unignored) return ignored;
  }
  return false;
}
