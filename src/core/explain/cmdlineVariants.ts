// Command lines that look the same to a person, although their bytes, and so their hashes, differ.

import { bytesOfText } from '../binary/rawText';
import type { Weight } from './explanation';
import { addedWords, ADDED, BY_DSTACK, type FileNames, type Rewrite } from './cmdlineWords';

/** Bytes that may have been hashed, and how they differ from the given text, in words. */
export interface CmdlineVariant {
  /** Including the terminating NUL. */
  readonly bytes: Uint8Array;
  /** A phrase after "the command line is". */
  readonly words: string;
  /** The text, if a launch file can hold it. */
  readonly text?: string;
  /** How much it matters, unless it is a mistake. */
  readonly weight?: Weight;
}

/** Characters that word processors and web pages put in place of plain ones. */
const withPlainSigns = (text: string): string =>
  text
    .replaceAll(/[\u2018\u2019]/g, "'")
    .replaceAll(/[\u201c-\u201e]/g, '"')
    .replaceAll('\u2014', '--')
    .replaceAll(/[\u2010\u2011\u2013]/g, '-');

/** What XML has in place of characters. The ampersand is last, so that nothing is replaced twice. */
const ENTITIES = [
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&apos;', "'"],
  ['&amp;', '&'],
] as const;

const withoutEntities = (text: string): string =>
  ENTITIES.reduce((all, [entity, character]) => all.replaceAll(entity, character), text);
const withEntities = (text: string): string =>
  ENTITIES.toReversed().reduce((all, [entity, character]) => all.replaceAll(character, entity), text);

/** Each rewriting of a text, with its description. */
const REWRITES: readonly Rewrite[] = [
  ['the given one without the byte order mark', (text) => text.replace(/^\ufeff/, '')],
  ['the given one with a line feed at its end', (text) => `${text}\n`],
  ['the given one without white space at its ends, as dstack trims it', (text) => text.trim()],
  ['the given one without the line end', (text) => text.replace(/\r?\n$/, '')],
  ['the given one with a space at its end', (text) => `${text} `],
  ['the given one with a space before it', (text) => ` ${text}`],
  ['the given one with CR and LF at its end', (text) => `${text}\r\n`],
  ['the given one with LF for CR LF', (text) => text.replaceAll('\r\n', '\n')],
  ['the given one with spaces for line ends', (text) => text.replaceAll(/\r?\n/g, ' ')],
  ['the given one with spaces for line ends, trimmed', (text) => text.replaceAll(/\r?\n/g, ' ').trim()],
  ['the given one with single spaces', (text) => text.replaceAll(/ {2,}/g, ' ')],
  ['the given one with one space for each run of white space', (text) => text.replaceAll(/\s+/g, ' ')],
  ['the given one with single spaces, trimmed', (text) => text.replaceAll(/\s+/g, ' ').trim()],
  ['the given one with double spaces', (text) => text.replaceAll(/ +/g, '  ')],
  ['the given one with spaces for tabs', (text) => text.replaceAll('\t', ' ')],
  ['the given one with tabs for spaces', (text) => text.replaceAll(' ', '\t')],
  ['the given one with one tab for each run of white space', (text) => text.replaceAll(/\s+/g, '\t')],
  ['the given one with line feeds for white space', (text) => text.replaceAll(/\s+/g, '\n')],
  ['the given one with plain spaces for no-break spaces', (text) => text.replaceAll('\u00a0', ' ')],
  ['the given one with no-break spaces for spaces', (text) => text.replaceAll(' ', '\u00a0')],
  ['the given one without the quotes around it', (text) => text.replace(/^(["'])(.*)\1$/s, '$2')],
  ['the given one in double quotes', (text) => `"${text}"`],
  ['the given one in single quotes', (text) => `'${text}'`],
  ['the given one without any quotes, as a shell leaves it', (text) => text.replaceAll(/["']/g, '')],
  ['the given one with backslashes before its quotes', (text) => text.replaceAll('"', '\\"')],
  ['the given one without backslashes before its quotes', (text) => text.replaceAll('\\"', '"')],
  ['the given one with plain quotes and hyphens for typographic ones', withPlainSigns],
  ['the given one with characters for XML entities', withoutEntities],
  ['the given one with XML entities, as in a file of libvirt', withEntities],
];

/** More places than this have no runs of white space that anybody typed. */
const MOST_PLACES = 64;

/** The text with other white space in one place only. */
function inOnePlace(text: string): Rewrite[] {
  const runs = [...text.trim().matchAll(/\s+/g)].slice(0, MOST_PLACES);
  const lead = text.length - text.trimStart().length;
  return runs.flatMap(({ 0: run, index }) => {
    const [start, end] = [lead + index, lead + index + run.length];
    const after = text.slice(end).split(/\s/, 1)[0];
    return SPACES.filter(([space]) => space !== run).map(
      ([space, words]) =>
        [
          `the given one with ${words} before "${after}"`,
          (other: string) => `${other.slice(0, start)}${space}${other.slice(end)}`,
        ] as const,
    );
  });
}

/** What may be between two words, in words. */
const SPACES = [
  [' ', 'one space'],
  ['  ', 'two spaces'],
  ['\t', 'a tab'],
  ['\n', 'a line feed'],
  ['\u00a0', 'a no-break space'],
] as const;

const withNuls = (text: string, nuls: number): Uint8Array => {
  const bytes = bytesOfText(text);
  const all = new Uint8Array(bytes.length + nuls);
  all.set(bytes);
  return all;
};

/** The variants of a text, all of them different from it. */
export function cmdlineVariants(text: string, files: FileNames = {}): CmdlineVariant[] {
  const seen = new Set([text, '']);
  const variants: CmdlineVariant[] = [];
  const rewrites = [...REWRITES, ...ADDED, ...addedWords(files), ...BY_DSTACK, ...inOnePlace(text)];
  for (const [words, rewrite, weight] of rewrites) {
    const other = rewrite(text);
    if (seen.has(other)) continue;
    seen.add(other);
    variants.push({ bytes: withNuls(other, 1), words, text: other, ...(weight && { weight }) });
  }
  if (text !== '') {
    variants.push({ bytes: withNuls(text, 0), words: 'hashed without the NUL at its end' });
    variants.push({
      bytes: withNuls(`${text}\n`, 0),
      words: 'hashed with a line feed in place of the NUL at its end',
    });
  }
  variants.push({ bytes: withNuls(text, 2), words: 'hashed with two NULs at its end' });
  return variants;
}
