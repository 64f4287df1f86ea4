// Keys that are pasted where something else belongs: they are told by their form, and kept out of what is printed.

import { isGuid } from '../binary/guid';

// 16 or 32 bytes in hexadecimal or padded base64, and PEM.
const PASTED =
  /^(0x)?([0-9a-f]{2}[ :-]?){15}[0-9a-f]{2}(([ :-]?[0-9a-f]{2}){16})?$|^[\w+/-]{22}==$|^[\w+/-]{43}=$|-----BEGIN /i;

// The same in base64 without padding: the last digit has no bits beyond the last byte.
const UNPADDED = /^[\w+/-]{21}[AQgw]$|^[\w+/-]{42}[AEIMQUYcgkosw048]$/;

/** Base64 of random bytes lacks one of them in a few of a hundred keys; names of files often do. */
const isMixed = (text: string): boolean => /[A-Z]/.test(text) && /[a-z]/.test(text) && /[0-9]/.test(text);

/**
 * Whether a text that should be the path of a key file is more likely the key itself, also as `name=key`, which must never be in a file
 * that is shown. A path that looks like this can be written with a leading ./.
 */
export function looksLikeKey(text: string): boolean {
  const trimmed = text.trim();
  return [trimmed, trimmed.replace(/^\w{1,16}[=:]/, '')].some(
    (value) => PASTED.test(value) || (UNPADDED.test(value) && isMixed(value)),
  );
}

/** A key that is cut, or has a digit too many or a wrong one, has at least so many characters of hexadecimal or of base64. */
const LEAST_HEX = 15;
const LEAST_BASE64 = 11;
const WHOLE_BASE64 = 22;
/** What is longer is none, but PEM. */
const LONGEST = 512;
/** A number of 64 bits, which is no key although it is as long as half of one. */
const NUMBER = /^0x[0-9a-f]{1,16}$/i;
/** Digests of SEV-SNP and of SHA-512 in hexadecimal; no key has their length. */
const DIGESTS = [96, 128];

/** What a key is called in front of it. */
const NAMED = /^\w{1,16}[=:](?=[^=])/;

const countOf = (text: string, characters: RegExp): number => text.match(characters)?.length ?? 0;

/** In random base64 two of three neighbours are of different kinds; in words and names far fewer. */
function isScrambled(text: string): boolean {
  const kinds = Array.from(text, (c) =>
    /[A-Z]/.test(c) ? 0 : /[a-z]/.test(c) ? 1 : /[0-9]/.test(c) ? 2 : 3,
  );
  const changes = kinds.filter((kind, i) => i > 0 && kind !== kinds[i - 1]).length;
  // A whole key may be without a digit.
  const isKind = isMixed(text) || (UNPADDED.test(text) && /[A-Z]/.test(text) && /[a-z]/.test(text));
  return isKind && changes > 0.4 * (text.length - 1) && !/[a-z]{7}|[A-Z]{7}/.test(text);
}

/** Pieces of names of things: words, words in one, numbers, times, and hashes of Nix. */
const PIECES = [
  /^(?:[A-Za-z]?[a-z]*|[A-Z]+)\d{0,4}$/,
  /^[a-z]*(?:[A-Z][a-z]+\d{0,4})+$/,
  /^\d{1,20}$/,
  /^\d{8}T\d{4,6}Z?$/,
  /^(?=[0-9a-f]*[g-z])[0-9a-df-np-sv-z]{32}$/,
];
const isName = (text: string): boolean =>
  text.split(/[-_./\\]/).every((piece) => PIECES.some((form) => form.test(piece)));

/** As clouds give them: `i-0a1b2c3d4e5f60718`. */
const ID = /^[a-z]{1,8}-[0-9a-f]{8,17}$/;
/** Of Git. */
const SHA1 = /^[0-9a-f]{40}$/i;
/** A time (RFC 3339). */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?$/;
/** A register: a run of one digit is rare in a key. */
const REGISTER = /^(?=.*([0-9a-f])\1{3})[0-9a-f]{1,16}$/i;
/** A digest whose name says so, as on a kernel's command line and in names of stored files. */
const NAMED_DIGEST =
  /(?:hash|digest|sum|sha-?(?:256|1))[=:-](?:[0-9a-f]{64}|[0-9a-f]{40}|[\w+-]{43}=?)(?![\w+=])/gi;

/** An IPv6 address. Of eight groups of four digits, which are a key's, too, only those that begin as addresses do. */
function isAddress(text: string): boolean {
  const groups = text.replaceAll(/^\[|\](:\d+)?$/g, '').split(':');
  if (groups.length < 3 || groups.length > 8 || !groups.every((group) => /^[0-9a-f]{0,4}$/i.test(group)))
    return false;
  if (text.includes('::')) return true;
  if (groups.length < 8 || groups.every(({ length }) => length === 2)) return false;
  return groups.some(({ length }) => length < 4) || /^(?:2001|2[46ac]..|fe80|fd..)$/i.test(groups[0]!);
}

/** Whether a text is the name, number or address of something. A whole key is none, even if it could be. */
const isOrdinary = (text: string): boolean =>
  isAddress(text) ||
  (!looksLikeKey(text) && (isName(text) || [ID, SHA1, REGISTER, TIME].some((form) => form.test(text))));

/**
 * Whether a text may be a key, or what is left of one, with mistakes of typing too. For texts that name nothing: what names
 * a file, a domain or a field is none, whatever it looks like.
 */
export function mayBeKey(text: string): boolean {
  if (text.length > LONGEST) return text.includes('-----BEGIN ');
  const trimmed = text.trim();
  const bare = trimmed.replace(NAMED, '');
  const dense = bare.replaceAll(/[\s:-]+/g, '');
  if (isGuid(trimmed.slice(-GUID_TEXT)) || NUMBER.test(trimmed) || DIGESTS.includes(dense.length))
    return false;
  if (isOrdinary(trimmed) || isOrdinary(bare)) return false;
  if (looksLikeKey(text) || looksLikeKey(text.replaceAll(/\s+/g, ''))) return true;
  const digits = dense.replace(/^0x/i, '');
  const hex = countOf(digits, /[0-9a-f]/gi);
  const isHex = hex >= 0.85 * digits.length && countOf(digits, /[0-9]/g) > 2 && !/[./\\]/.test(digits);
  if (isHex && digits.length >= LEAST_HEX) return true;
  // Of a whole key one character may be wrong.
  const right = dense.length < WHOLE_BASE64 ? dense : dense.replace(/[^\w+/=.-]/, '');
  const isBase64 = /^[\w+/-]+={0,2}$/.test(right) && !/^[./~]/.test(text);
  return isBase64 && right.length >= LEAST_BASE64 && isScrambled(right.replace(/={1,2}$/, ''));
}

/** Digits of a key that are no part of a path; one with a digit or two too many is one, too. */
const DIGITS = /(?<![0-9a-f/\\])(?:[0-9a-f]{64,66}|[0-9a-f]{32,34})(?![0-9a-f/\\.])/gi;

/** Characters of a GUID. */
const GUID_TEXT = 36;

/** No key as text is longer, but PEM. */
const MOST_TEXT = 128;

// Bytes one by one, in hexadecimal or decimal: `d1,f7`, `0xd1, 0xf7`, `\xd1\xf7`.
const LIST =
  /(?:(?:0x|\\x)?[0-9a-f]{1,3}[\s,.;:_|/-]{1,3}){14,63}(?:0x|\\x)?[0-9a-f]{1,3}|(?:\\x[0-9a-f]{2}){8,63}/i;

/** Whether bytes are listed in a text; numbers that only grow are of something else, such as processors. */
function hasList(text: string): boolean {
  const list = LIST.exec(text)?.[0];
  if (list === undefined) return false;
  if (/[a-z]/i.test(list)) return true;
  const numbers = list.match(/\d+/g)!.map(Number);
  return !numbers.every((number, i) => i === 0 || number > numbers[i - 1]!);
}

/** A text without what does not show, and without escapes of URIs. */
const plainly = (text: string): string =>
  // Most are ASCII, for which Unicode's tables need not be read.
  (/^[ -~]*$/.test(text) ? text : text.normalize('NFKC').replaceAll(/\p{Cf}/gu, '')).replaceAll(
    /%([0-7][0-9a-f])/gi,
    (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)),
  );

/** The texts between quotes, brackets and separators, without the name before each. */
const tokensOf = (text: string): string[] =>
  text.split(/["'`{}()[\]<>,;\s]+/).map((token) => token.replace(NAMED, ''));

/** The keys that a text holds: alone, behind `name=` or `name:`, behind the option that it should be the value of, or in quotes. */
function keysIn(typed: string): string[] {
  // What is no name of an option may be a key itself.
  const value = typed.replace(/^--[a-z]+(?:-[a-z]+)*[01]?=(?=.)/, '');
  if (isOrdinary(value)) return [];
  const text = typed.replaceAll(NAMED_DIGEST, '');
  const end = text.slice(-MOST_TEXT);
  const behind = Array.from(end.matchAll(/[=:]/g), ({ index }) => end.slice(index + 1));
  const before = text.slice(0, MOST_TEXT).split('=', 1);
  const parts = [text, text.replace(/^(--(tik|tek|tk)|-[a-z0-9])/i, ''), ...before, ...behind];
  const plain = plainly(text.slice(0, MOST_SHOWN));
  const tokens = tokensOf(plain).filter(mayBeKey);
  const isHidden = hasList(plain) || tokens.some((token) => !typed.includes(token));
  return [...parts.filter(mayBeKey), ...(text.match(DIGITS) ?? []), ...tokens, ...(isHidden ? [value] : [])];
}

/** Whether a text is a key or holds one, as far as its form tells. */
export const holdsKey = (text: string): boolean => keysIn(text).length > 0;

/** A port is no password. */
const PASSWORDS = [/:\/\/[^/?#:]*:(.*)@/, /:\/\/(?!\[)[^/?#:@]*:(?!\d{1,5}(?:[/?#]|$))([^/?#]+)/];

/** The password of a connection URI, also of one that lacks its host. */
function passwordIn(text: string): string | undefined {
  return PASSWORDS.map((password) => password.exec(text)?.[1]).find((password) => password !== undefined);
}

const WITHHELD = '(withheld: it may be a key)';
/** So much of a key is one still, where a message shortens what it names. */
const FRAGMENT = 8;
/** No message shows more of an argument. */
const MOST_SHOWN = 4096;

/** Takes each part of a key out of a text. */
function withoutFragments(text: string, fragments: ReadonlySet<string>): string {
  let kept = '';
  let end = 0;
  for (let i = 0; i + FRAGMENT <= text.length; i++) {
    if (!fragments.has(text.slice(i, i + FRAGMENT))) continue;
    kept += i > end || end === 0 ? `${text.slice(end, i)}${WITHHELD}` : '';
    end = i + FRAGMENT;
    while (end < text.length && fragments.has(text.slice(end - FRAGMENT + 1, end + 1))) end += 1;
    i = end - 1;
  }
  return kept + text.slice(end);
}

/** Makes the function that takes keys out of a message about these texts, which were typed where something else belongs. */
export function keyFilter(texts: readonly string[]): (message: string) => string {
  const passwords = texts.map(passwordIn).filter((password) => password !== undefined && password !== '');
  const fragments = new Set<string>();
  for (const key of texts.flatMap(keysIn)) {
    // A path that is resolved has no two slashes in a row.
    for (const form of [key, key.replaceAll(/\/+/g, '/')].map((text) => text.slice(0, MOST_SHOWN)))
      for (let i = 0; i + FRAGMENT <= form.length; i++) fragments.add(form.slice(i, i + FRAGMENT));
  }
  if (fragments.size === 0 && passwords.length === 0) return (message) => message;
  return (message) =>
    withoutFragments(
      passwords.reduce<string>((text, password) => text.replaceAll(`:${password!}`, ':(withheld)'), message),
      fragments,
    );
}

/** All texts of a value: its strings, and the names of its members. */
export function textsIn(value: unknown): string[] {
  const texts: string[] = [];
  // One list for all of it: a value may be deep.
  const walk = (inner: unknown): void => {
    if (typeof inner === 'string') texts.push(inner);
    if (typeof inner !== 'object' || inner === null || inner instanceof Uint8Array) return;
    for (const [name, member] of Object.entries(inner)) {
      if (!Array.isArray(inner)) texts.push(name);
      walk(member);
    }
  };
  walk(value);
  return texts;
}

/** A key in base64 has seldom more slashes. */
const MOST_SLASHES = 6;

/** A path that names nothing, without what may be a key: one that was typed where a path belongs is resolved to one. */
export function withoutKey(path: string): string {
  const plain = path.slice(-MOST_SHOWN).replaceAll(NAMED_DIGEST, '');
  const parts = plain.split(/(?<=[/\\])/);
  const isKey = (text: string) => {
    const named = text.replace(/[/\\]$/, '');
    return holdsKey(named) || holdsKey(named.replace(/\.\w{1,8}$/, ''));
  };
  const isFrom = (_: string, start: number) =>
    mayBeKey(parts.slice(start).join('')) ||
    Array.from({ length: MOST_SLASHES }, (_, i) => parts.slice(start, start + i + 1)).some((some) =>
      isKey(some.join('')),
    );
  return hasList(plainly(plain)) || parts.some(isFrom) ? WITHHELD : path;
}
