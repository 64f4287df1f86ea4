// Mutations of texts: characters, tokens, lines. They work on the bytes of UTF-8, one character for each, so that what
// is no UTF-8 comes about, too.

import type { Random } from '../helpers/random';
import type { Mutation } from './mutateBytes';

const TOKEN =
  /[A-Za-z_][\w-]*|0[xX][0-9a-fA-F]+|[0-9]+|"[^"\n]{0,200}"|'[^'\n]{0,200}'|<[^<>\n]{0,200}>|\s+|[^\s\w]/g;
/** Control characters, marks of direction, zero width and tag characters, the other line ends, and what is no UTF-8. */
const STRANGE = [
  ...['\0', '\x1b[2J', '\x1b]8;;http://a\x07', '\r', '\r\n', '\t', '\b', '\x7f', '\x85', '\x9b', '\u00a0'],
  ...[
    '\u200b',
    '\u200e',
    '\u202e',
    '\u2028',
    '\u2066',
    '\ufeff',
    '\ufffe',
    '\u{e0041}',
    '\u{1f600}',
    'ß',
    'İ',
  ],
].map((text) => Buffer.from(text, 'utf8').toString('latin1'));
const NO_UTF8 = ['\x80', '\xff', '\xc0\x80', '\xed\xa0\x80', '\xf4\x90\x80\x80', '\xe2\x82'];
const PUNCTUATION = [
  '"',
  "'",
  '\\',
  '{',
  '}',
  '[',
  ']',
  '<',
  '>',
  '&',
  ';',
  ':',
  ',',
  '=',
  '/',
  '*',
  '-',
  '%',
  '$(',
  '](',
  '`',
  '|',
  '#',
  '@',
  '?',
];
const NUMBERS = [
  ...[
    '0',
    '-1',
    '1',
    '00',
    '08',
    '1e9',
    '1e400',
    '-0',
    '0.5',
    '4294967295',
    '4294967296',
    '9007199254740993',
  ],
  ...[
    '18446744073709551616',
    '0x',
    '0x0',
    '0xffffffff',
    '0xffffffffffffffff',
    '0x10000000000000000',
    'NaN',
    'Infinity',
  ],
];

const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)]!;

type TextMutation = (text: string, random: Random, other: string, words: readonly string[]) => string;

/** Changes one token. */
const atToken =
  (change: (tokens: string[], at: number, random: Random, words: readonly string[]) => void): TextMutation =>
  (text, random, _, words) => {
    const tokens = text.match(TOKEN) ?? [''];
    change(tokens, random(tokens.length), random, words);
    return tokens.join('');
  };
/** Changes the lines. */
const atLine =
  (change: (lines: string[], at: number, random: Random) => void): TextMutation =>
  (text, random) => {
    const lines = text.split('\n');
    change(lines, random(lines.length), random);
    return lines.join('\n');
  };
const insert = (text: string, random: Random, put: string) => {
  const at = random(text.length + 1);
  return text.slice(0, at) + put + text.slice(at);
};

const TEXT_MUTATIONS: readonly TextMutation[] = [
  (text, random) => insert(text, random, pick(random, STRANGE)),
  (text, random) => insert(text, random, pick(random, PUNCTUATION)),
  (text, random) => insert(text, random, pick(random, NO_UTF8)),
  (text, random) => insert(text, random, String.fromCharCode(random(256))),
  (text, random, _, words) => insert(text, random, words.length > 0 ? pick(random, words) : ' '),
  (text, random) => {
    const at = random(text.length);
    return text.slice(0, at) + text.slice(at + 1 + random(3));
  },
  (text, random) => {
    const at = random(text.length);
    return (
      text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << random(7))) + text.slice(at + 1)
    );
  },
  (text, random) => text.slice(0, random(text.length + 1)),
  (text, random) => text.slice(random(text.length + 1)),
  (text, random, other) => text.slice(0, random(text.length + 1)) + other.slice(random(other.length + 1)),
  atToken((tokens, at) => void tokens.splice(at, 1)),
  atToken((tokens, at, random) => void (tokens[at] = pick(random, tokens))),
  atToken((tokens, at, random) => void (tokens[at] = pick(random, NUMBERS))),
  atToken((tokens, at, random, words) => void (tokens[at] = words.length > 0 ? pick(random, words) : '')),
  atToken((tokens, at) => void tokens.splice(at, 0, tokens[at]!)),
  atToken((tokens, at) => void (tokens[at] = tokens[at]!.toUpperCase())),
  atToken((tokens, at, random) => void (tokens[at] = tokens[at]!.repeat(2 + random(60)))),
  atToken((tokens, at, random) => {
    const with_ = random(tokens.length);
    [tokens[at], tokens[with_]] = [tokens[with_]!, tokens[at]!];
  }),
  atLine((lines, at) => void lines.splice(at, 1)),
  atLine((lines, at) => void lines.splice(at, 0, lines[at]!)),
  atLine((lines, at, random) => {
    const with_ = random(lines.length);
    [lines[at], lines[with_]] = [lines[with_]!, lines[at]!];
  }),
  atLine((lines, at) => void lines.splice(at, 2, (lines[at] ?? '') + (lines[at + 1] ?? ''))),
  atLine((lines, at, random) => void lines.splice(at, 1 + random(lines.length))),
  // A run of the text many times over: what takes more than linear time shows.
  (text, random) => {
    const at = random(text.length);
    const part = text.slice(at, at + 1 + random(12));
    return insert(text, random, part.repeat(1 + random(200)));
  },
];

/** The mutations of texts with these words to put in. */
export const textMutations = (words: readonly string[]): readonly Mutation[] =>
  TEXT_MUTATIONS.map((mutate) => (input, random, other) => {
    const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
    const own = words.map((word) => Buffer.from(word, 'utf8').toString('latin1'));
    return Uint8Array.from(Buffer.from(mutate(latin1(input), random, latin1(other), own), 'latin1'));
  });
