// Words that programs add to a command line, before it is measured or after it was: boot loaders, firmware, dstack.

import type { Weight } from './explanation';

/** A rewriting of a text, how its outcome differs from the text, in words, and how much that matters, unless it is a mistake. */
export type Rewrite = readonly [words: string, rewrite: (text: string) => string, weight?: Weight];

/** The text without the words that a pattern matches, and without the space that set each off. */
const withoutWords = (text: string, word: RegExp): string =>
  text
    .split(' ')
    .filter((one) => !word.test(one))
    .join(' ');

/** What firmware and boot loaders add to the command line after it was measured, and guests show in /proc/cmdline. */
export const ADDED: readonly Rewrite[] = [
  [
    'the given one without initrd=initrd, which OVMF adds after it was measured',
    (text) => withoutWords(text, /^initrd=initrd$/),
  ],
  ['the given one without initrd=, which boot loaders add', (text) => withoutWords(text, /^initrd=/)],
  ['the given one without BOOT_IMAGE=, which boot loaders add', (text) => withoutWords(text, /^BOOT_IMAGE=/)],
  [
    'the given one without BOOT_IMAGE= and initrd=, which boot loaders add',
    (text) => withoutWords(text, /^(BOOT_IMAGE|initrd)=/).trimEnd(),
  ],
];

/** Names of the given files, which boot loaders write into the command line. */
export interface FileNames {
  readonly kernel?: string | undefined;
  readonly initrd?: string | undefined;
}

/** Where boot loaders find a kernel: from the root, from a partition of its own, beside themselves, and as GRUB names disks. */
const FOLDERS = [
  '/boot/',
  '/',
  '',
  ...['gpt1', 'gpt2', 'msdos1'].flatMap((part) => [`(hd0,${part})/`, `(hd0,${part})/boot/`]),
];

/** Words that the launched command line may have at one end, and the given one has not. */
function wordsOf({ kernel, initrd }: FileNames): string[] {
  const initrds =
    initrd === undefined ? [] : ['/boot/', '/', '', '\\'].map((folder) => `initrd=${folder}${initrd}`);
  const kernels = kernel === undefined ? [] : FOLDERS.map((folder) => `BOOT_IMAGE=${folder}${kernel}`);
  return ['initrd=initrd', ...initrds, ...kernels];
}

/** The text with each of these words at its end and before it, unless it has a word of that name. */
export const addedWords = (files: FileNames): Rewrite[] =>
  wordsOf(files).flatMap((word) => {
    const name = word.slice(0, word.indexOf('=') + 1);
    const unlessThere = (add: (text: string) => string) => (text: string) =>
      text.split(/\s+/).some((one) => one.startsWith(name)) ? text : add(text);
    const at: Rewrite[] = [
      [`the given one with " ${word}"`, unlessThere((text) => `${text} ${word}`)],
      [`the given one with "${word} " before it`, unlessThere((text) => `${word} ${text}`)],
    ];
    return at;
  });

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

/** What dstack makes of the command line of an image; without what it appends nothing binds the guest to its application: it trims it, has one of its own for none, and appends values (dstack-mr, sev.rs). */
export const BY_DSTACK: readonly Rewrite[] = [
  ['the given one without what dstack appends to it', (text) => withoutLast(text, Infinity), 'serious'],
  ['the given one without the last value that dstack appends', (text) => withoutLast(text, 1), 'serious'],
  [
    'the given one without the last two values that dstack appends',
    (text) => withoutLast(text, 2),
    'serious',
  ],
  [
    'the given one without the last three values that dstack appends',
    (text) => withoutLast(text, 3),
    'serious',
  ],
  [
    `"${DSTACK_BASE}", which dstack has for an image without one, and what it appends`,
    (text) => {
      const { words, own } = wordsOfDstack(text);
      return [DSTACK_BASE, ...words.slice(own)].join(' ').trim();
    },
  ],
];
