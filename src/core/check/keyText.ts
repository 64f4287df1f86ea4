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

const countOf = (text: string, characters: RegExp): number => text.match(characters)?.length ?? 0;

/** In random base64 two of three neighbours are of different kinds; in words and names far fewer. */
function isScrambled(text: string): boolean {
  const kinds = Array.from(text, (c) =>
    /[A-Z]/.test(c) ? 0 : /[a-z]/.test(c) ? 1 : /[0-9]/.test(c) ? 2 : 3,
  );
  const changes = kinds.filter((kind, i) => i > 0 && kind !== kinds[i - 1]).length;
  return isMixed(text) && changes > 0.4 * (text.length - 1) && !/[a-z]{7}|[A-Z]{7}/.test(text);
}

/**
 * Whether a text may be a key, or what is left of one, with mistakes of typing too. For texts that name nothing: what names
 * a file, a domain or a field is none, whatever it looks like.
 */
export function mayBeKey(text: string): boolean {
  if (text.length > LONGEST) return text.includes('-----BEGIN ');
  const dense = text
    .trim()
    .replace(/^\w{1,16}[=:](?=[^=])/, '')
    .replaceAll(/[\s:-]+/g, '');
  if (isGuid(text.trim().slice(-GUID_TEXT)) || NUMBER.test(text.trim()) || DIGESTS.includes(dense.length))
    return false;
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

/** The keys that a text holds: alone, behind `name=` or `name:`, or behind the option that it should be the value of. */
function keysIn(text: string): string[] {
  const end = text.slice(-MOST_TEXT);
  const behind = Array.from(end.matchAll(/[=:]/g), ({ index }) => end.slice(index + 1));
  const before = text.slice(0, MOST_TEXT).split('=', 1);
  const parts = [text, text.replace(/^(--(tik|tek|tk)|-[a-z0-9])/i, ''), ...before, ...behind];
  return [...parts.filter(mayBeKey), ...(text.match(DIGITS) ?? [])];
}

/** The password of a connection URI. */
function passwordIn(text: string): string | undefined {
  return /:\/\/[^/?#:]*:(.*)@/.exec(text)?.[1];
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
      passwords.reduce<string>(
        (text, password) => text.replaceAll(`:${password!}@`, ':(withheld)@'),
        message,
      ),
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

/** A path that names nothing, without what may be a key: one that was typed where a path belongs is resolved to one. */
export function withoutKey(path: string): string {
  const parts = path.split(/(?<=[/\\])/);
  const at = parts.findIndex((_, i) => mayBeKey(parts.slice(i).join('')));
  return at < 0 ? path : WITHHELD;
}
