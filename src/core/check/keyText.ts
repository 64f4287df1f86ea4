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

/** Digits of a key that are no part of a path; one with a digit or two too many is one, too. */
const DIGITS = /(?<![0-9a-f/\\])(?:[0-9a-f]{64,66}|[0-9a-f]{32,34})(?![0-9a-f/\\.])/gi;

/** Characters of a GUID. */
const GUID_TEXT = 36;

/** No key as text is longer, but PEM. */
const MOST_TEXT = 128;

/** The keys that an argument holds: alone, behind `name=` or `name:`, or behind the option that it should be the path of. */
function keysIn(argument: string): string[] {
  const end = argument.slice(-MOST_TEXT);
  const behind = Array.from(end.matchAll(/[=:]/g), ({ index }) => end.slice(index + 1));
  const parts = [argument, argument.replace(/^--(tik|tek|tk)/, ''), ...behind];
  // A domain or a secret is named by a GUID.
  const keys = parts.filter(
    (part) => !isGuid(part.slice(-GUID_TEXT)) && looksLikeKey(part.replaceAll(/\s+/g, '')),
  );
  return [...keys, ...(argument.match(DIGITS) ?? [])];
}

const WITHHELD = '(withheld: it may be a key)';
/** So much of a key is one still, where a message shortens what it names. */
const START = 20;

/** Makes the function that takes keys out of a message about these arguments. */
export function keyFilter(argv: readonly string[]): (message: string) => string {
  // A path that is resolved has no two slashes in a row.
  const found = argv.flatMap(keysIn).map((key) => key.trim());
  const keys = found.flatMap((key) => [key, key.replaceAll(/\/+/g, '/')]);
  // The longest first, because one may be in another.
  keys.sort((a, b) => b.length - a.length);
  return (message) =>
    keys.reduce(
      (text, key) => text.replaceAll(key, WITHHELD).replaceAll(key.slice(0, START), WITHHELD),
      message,
    );
}
