// Whether a file could be committed by mistake: it lies in a Git work tree, and no ignore file of that tree names it
// (gitignore(5)). Git itself is not started: that could run programs that a repository names.

import ignore from 'ignore';
import type { Io } from './io';
import { textOf } from './text';

/** The work tree that a file lies in, by its top folder; undefined when there is none. @param path absolute, of no link */
export async function workTreeOf(io: Io, path: string): Promise<string | undefined> {
  const { dirname, join } = io.path;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    // A folder, or in linked work trees and submodules a file.
    if ((await io.stat(join(folder, '.git'))).kind !== 'none') return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** Patterns with the folder that they count from, by its path in the work tree. */
interface Patterns {
  readonly base: string;
  readonly test: (path: string) => { readonly ignored: boolean; readonly unignored: boolean };
}

async function patternsIn(io: Io, file: string, base: string): Promise<Patterns[]> {
  const found = await io.stat(file);
  if (found.kind !== 'file') return [];
  const bytes = await io.read(file, found.size).catch(() => undefined);
  if (!bytes || bytes.length === 0) return [];
  const rules = ignore({ ignorecase: false }).add(textOf(bytes));
  return [{ base, test: (path) => rules.test(path) }];
}

/** Whether Git leaves a file of a work tree alone. What it was told to add by force it keeps all the same. */
export async function isIgnored(io: Io, workTree: string, path: string): Promise<boolean> {
  const { join, relative, toSlashes } = io.path;
  const parts = toSlashes(relative(workTree, path)).split('/');
  // The last file that says something decides.
  const all = [
    ...(await patternsIn(io, join(io.configFolder(), 'git', 'ignore'), '')),
    ...(await patternsIn(io, join(workTree, '.git', 'info', 'exclude'), '')),
  ];
  for (const [i] of parts.entries()) {
    const folders = parts.slice(0, i);
    const base = folders.map((name) => `${name}/`).join('');
    all.push(...(await patternsIn(io, join(workTree, ...folders, '.gitignore'), base)));
    const here = `${base}${parts[i]!}${i < parts.length - 1 ? '/' : ''}`;
    // Inside of a folder that is ignored nothing can be taken back.
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
