// Command lines that look the same to a person, although their bytes, and so their hashes, differ.

import { utf8 } from '../binary/hex';

/** Bytes that may have been hashed, and how they differ from the given text, in words. */
export interface CmdlineVariant {
  /** Including the terminating NUL. */
  readonly bytes: Uint8Array;
  /** A phrase after "the command line is". */
  readonly words: string;
  /** The text, if a launch file can hold it. */
  readonly text?: string;
}

/** Each rewriting of a text, with its description. */
const REWRITES: readonly (readonly [string, (text: string) => string])[] = [
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
  ['the given one with single spaces, trimmed', (text) => text.replaceAll(/\s+/g, ' ').trim()],
  ['the given one with double spaces', (text) => text.replaceAll(/ +/g, '  ')],
  ['the given one with spaces for tabs', (text) => text.replaceAll('\t', ' ')],
  ['the given one with plain spaces for no-break spaces', (text) => text.replaceAll('\u00a0', ' ')],
  ['the given one without the quotes around it', (text) => text.replace(/^(["'])(.*)\1$/s, '$2')],
  ['the given one in double quotes', (text) => `"${text}"`],
  ['the given one in single quotes', (text) => `'${text}'`],
  ['the given one without any quotes, as a shell leaves it', (text) => text.replaceAll(/["']/g, '')],
  ['the given one with backslashes before its quotes', (text) => text.replaceAll('"', '\\"')],
];

/** What firmware and boot loaders add to the command line after it was measured, and guests show in /proc/cmdline. */
const ADDED: typeof REWRITES = [
  [
    'the given one without " initrd=initrd", which OVMF adds after it was measured',
    (text) => text.replace(/ ?\binitrd=initrd(?= |$)/, ''),
  ],
  [
    'the given one with " initrd=initrd"',
    (text) => (/\binitrd=/.test(text) ? text : `${text} initrd=initrd`),
  ],
  [
    'the given one without BOOT_IMAGE=, which boot loaders add',
    (text) => text.replace(/(^| )BOOT_IMAGE=\S*( |$)/, (_all, before: string) => before),
  ],
  [
    'the given one without BOOT_IMAGE= and initrd=, which boot loaders add',
    (text) => text.replaceAll(/(^|(?<= ))(BOOT_IMAGE|initrd)=\S*( |$)/g, '').trimEnd(),
  ],
];

/** What dstack appends to the command line of its image, which is measured with it. */
const DSTACK = /^(?:docker_compose_hash|rootfs_hash|app_id|docker_additional_files_hash)=/;
/** dstack's command line for an image that has none. */
const DSTACK_BASE = 'console=ttyS0 loglevel=7';

/** The words of a text, and the index of the first of those at its end that dstack appends. */
function wordsOfDstack(text: string): { words: readonly string[]; own: number } {
  const words = text.trimEnd().split(' ');
  return { words, own: words.findLastIndex((word) => word !== '' && !DSTACK.test(word)) + 1 };
}

/** The text without the last few values that dstack appends: fewer of them in earlier versions of it. */
function withoutLast(text: string, count: number): string {
  const { words, own } = wordsOfDstack(text);
  if (own === words.length) return text;
  return words
    .slice(0, Math.max(own, words.length - count))
    .join(' ')
    .trimEnd();
}

/** What dstack makes of the command line of an image: it trims it, has one of its own for none, and appends values (dstack-mr, sev.rs). */
const BY_DSTACK: typeof REWRITES = [
  ['the given one without what dstack appends to it', (text) => withoutLast(text, Infinity)],
  ['the given one without the last value that dstack appends', (text) => withoutLast(text, 1)],
  ['the given one without the last two values that dstack appends', (text) => withoutLast(text, 2)],
  ['the given one without the last three values that dstack appends', (text) => withoutLast(text, 3)],
  [
    `"${DSTACK_BASE}", which dstack has for an image without one, and what it appends`,
    (text) => {
      const { words, own } = wordsOfDstack(text);
      return [DSTACK_BASE, ...words.slice(own)].join(' ').trim();
    },
  ],
];

const withNuls = (text: string, nuls: number): Uint8Array => {
  const bytes = utf8(text);
  const all = new Uint8Array(bytes.length + nuls);
  all.set(bytes);
  return all;
};

/** The variants of a text, all of them different from it. */
export function cmdlineVariants(text: string): CmdlineVariant[] {
  const seen = new Set([text, '']);
  const variants: CmdlineVariant[] = [];
  for (const [words, rewrite] of [...REWRITES, ...ADDED, ...BY_DSTACK]) {
    const other = rewrite(text);
    if (seen.has(other)) continue;
    seen.add(other);
    variants.push({ bytes: withNuls(other, 1), words, text: other });
  }
  if (text !== '') variants.push({ bytes: withNuls(text, 0), words: 'hashed without the NUL at its end' });
  variants.push({ bytes: withNuls(text, 2), words: 'hashed with two NULs at its end' });
  return variants;
}

/** A parameter that says how many vCPUs the kernel may use: Kata writes the number of the guest there. */
const CPU_COUNT = /(^|[ \t])((?:nr_cpus|maxcpus|possible_cpus)=)(\d+)(?=\s|$)/g;

/** The text with another number of vCPUs in its parameters; undefined where it has none, or this very number. */
export function withCpuCount(text: string, count: number): string | undefined {
  const other = text.replaceAll(
    CPU_COUNT,
    (_all, before: string, name: string) => `${before}${name}${count}`,
  );
  return other === text ? undefined : other;
}
