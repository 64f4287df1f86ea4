// What was typed and is the name of a file that is there: no key, whatever it looks like.

import { holdsKey } from '../core/check/keyText';
import type { Io } from './io';

/** An option, or the name of a secret, in front of the name of a file. */
const BEFORE_NAME = /^(?:--[\w-]+=|-[a-z0-9]=?|[^:]+:)/i;

/**
 * The texts that may be keys: without the names of files that are there.
 * @param absolute makes the path of a name
 */
export async function withoutFiles(
  io: Io,
  texts: readonly string[],
  absolute = (name: string): string => name,
): Promise<string[]> {
  const isThere = async (name: string) => name !== '' && (await io.stat(absolute(name))).kind !== 'none';
  const left = async (text: string) => {
    // Few look like keys: only those are looked for.
    if (!holdsKey(text)) return text;
    if (await isThere(text)) return '';
    const before = BEFORE_NAME.exec(text)?.[0] ?? '';
    return before !== '' && (await isThere(text.slice(before.length))) ? before.replace(/[=:]$/, '') : text;
  };
  const kept: string[] = [];
  for (const text of new Set(texts)) kept.push(await left(text));
  return kept.filter((text) => text !== '');
}
