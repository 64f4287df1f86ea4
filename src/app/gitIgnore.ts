// Whether a file could be committed by mistake: it lies in a Git work tree, and no ignore file of that tree names it
// (gitignore(5)). Git itself is not started: that could run programs that a repository names.

import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import ignore from 'ignore';

/** The work tree that a file lies in, by its top folder; undefined when there is none. @param path absolute, of no link */
export async function workTreeOf(path: string): Promise<string | undefined> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    // A folder, or in linked work trees and submodules a file.
    const found = await stat(join(folder, '.git')).catch(() => undefined);
    if (found) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** Patterns with the folder that they count from, by its path in the work tree. */
interface Patterns {
  readonly base: string;
  readonly test: (path: string) => { readonly ignored: boolean; readonly unignored: boolean };
}

async function patternsIn(file: string, base: string): Promise<Patterns[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text === '') return [];
  const rules = ignore({ ignorecase: false }).add(text);
  return [{ base, test: (path) => rules.test(path) }];
}

/** Whether Git leaves a file of a work tree alone. What it was told to add by force it keeps all the same. */
export async function isIgnored(workTree: string, path: string): Promise<boolean> {
  const parts = relative(workTree, path).split(sep);
  const config = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  // The last file that says something decides.
  const all = [
    ...(await patternsIn(join(config, 'git', 'ignore'), '')),
    ...(await patternsIn(join(workTree, '.git', 'info', 'exclude'), '')),
  ];
  for (const [i] of parts.entries()) {
    const folders = parts.slice(0, i);
    const base = folders.map((name) => `${name}/`).join('');
    all.push(...(await patternsIn(join(workTree, ...folders, '.gitignore'), base)));
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
