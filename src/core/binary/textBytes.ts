// Bytes that people paste as text: digests, nonces, measurements. Every reader of such a text is this one, because
// many texts fit two forms: 64 hexadecimal digits are 32 bytes, and base64 of 48 others (RFC 4648, sections 4, 5
// and 8). A text is taken where one reading has a wanted size, and described where none or two have.

import { HEX_DIGIT, trimEnd } from './ascii';
import { isGuid } from './guid';
import { BASE64_DIGIT, countOf, fromBase64, fromHex } from './hex';

/**
 * The forms. `separated hex`: pairs with colons or hyphens between them, or any even groups with white space.
 * `base64url` is also base64 without padding. `named hash`: a line of sha256sum, of its --tag or of openssl dgst,
 * sha256:DIGITS, or sha256-BASE64 as npm and Nix write it.
 */
export type TextForm = 'hex' | '0x hex' | 'separated hex' | 'base64' | 'base64url' | 'named hash';

/** The forms of bytes that are no hash. */
export const PLAIN_FORMS: readonly TextForm[] = ['hex', '0x hex', 'separated hex', 'base64', 'base64url'];

/** The forms of a digest. */
export const DIGEST_FORMS: readonly TextForm[] = [...PLAIN_FORMS, 'named hash'];

/** A text that is not the wanted bytes. */
export interface UnfitText {
  readonly ok: false;
  /** What it is, a phrase such as `64 hexadecimal digits (32 bytes)`. Nothing of the text is in it. */
  readonly found: string;
  /** The form of its likeliest reading, and its size in bytes; absent when it has none. */
  readonly form?: TextForm;
  readonly size?: number;
}

/** The bytes of a text, or what it is instead. */
export type TextBytes =
  { readonly ok: true; readonly form: TextForm; readonly bytes: Uint8Array } | UnfitText;

interface Reading {
  readonly form: TextForm;
  readonly bytes: Uint8Array;
  readonly found: string;
  /** The hash is of a kind that nothing here computes. */
  readonly isForeign?: true;
}

/** Of so many bytes, base64 that is hexadecimal by chance is rarer than one in 2^49. */
const PLAINLY_HEX = 16;

const SHA_2: Readonly<Record<string, number>> = { SHA256: 32, SHA384: 48, SHA512: 64 };
const GNU_LINE = /^\\?([0-9a-f]{32,}) [ *][^\n]+$/i;
const TAG_LINE = /^([a-z0-9-]{2,20}) ?\([^\n]+\) ?= ?([0-9a-f]+)$/i;
/** Names of hashes; any other name in such a line may be a part of something secret. */
const HASH_NAME = /^(md[245]|(sha|ripemd|rmd|blake|sm|crc|xxh|skein|whirlpool|tiger)[a-z0-9-]{0,12})$/i;
const PREFIXED = /^([a-z0-9-]{2,20}):([0-9a-f]{32,})$/i;
const INTEGRITY = /^(sha[0-9]{3})-([a-z0-9+/]+={0,2})$/i;
const NUMBERS = /^(0x[0-9a-f]{1,2}[\s,]+)+0x[0-9a-f]{1,2},?$/i;

function namedHash(text: string): Reading | undefined {
  const integrity = INTEGRITY.exec(text);
  const named = integrity ?? TAG_LINE.exec(text) ?? PREFIXED.exec(text);
  const bytes = integrity
    ? fromBase64(integrity[2]!)
    : fromHex(named?.[2] ?? GNU_LINE.exec(text)?.[1] ?? ' ');
  if (!bytes) return undefined;
  const form = 'named hash';
  const name = named?.[1];
  const isForeign =
    name !== undefined && SHA_2[name.toUpperCase().replace(/^SHA(2-|-)/, 'SHA')] !== bytes.length;
  return isForeign
    ? {
        form,
        bytes,
        found: `a line with a hash of ${HASH_NAME.test(name) ? name : 'another kind'}`,
        isForeign,
      }
    : { form, bytes, found: `a line with a hash of ${bytes.length} bytes` };
}

/** Pairs with one separator between them, or with white space between any of them. */
function separated(text: string): Uint8Array | undefined {
  if (/^[0-9a-f]{2}([:-])[0-9a-f]{2}(\1[0-9a-f]{2})*$/i.test(text))
    return fromHex(text.replaceAll(/[:-]/g, ''));
  const groups = text.split(/\s+/);
  return groups.length > 1 && groups.every((group) => group.length % 2 === 0)
    ? fromHex(groups.join(''))
    : undefined;
}

const digits = ({ length }: Pick<Uint8Array, 'length'>): string =>
  `${2 * length} hexadecimal digits (${countOf(length, 'byte')})`;

/** Every reading of a text, the likeliest first. A GUID has none: its bytes have another order than its digits. */
function readingsOf(text: string): Reading[] {
  const trimmed = text.trim();
  const found: Reading[] = [];
  if (isGuid(trimmed)) return found;
  const add = (form: TextForm, bytes: Uint8Array | undefined, describe: (bytes: Uint8Array) => string) => {
    if (bytes && bytes.length > 0) found.push({ form, bytes, found: describe(bytes) });
  };
  const named = namedHash(trimmed);
  if (named) found.push(named);
  const after0x = /^0x/i.test(trimmed) ? trimmed.slice(2).trim() : '';
  add('0x hex', fromHex(after0x) ?? separated(after0x), (bytes) => `0x and ${digits(bytes)}`);
  add('hex', fromHex(trimmed), digits);
  add('separated hex', separated(trimmed), ({ length }) => `${length} bytes in hexadecimal with separators`);
  const base64 = fromBase64(text);
  add('base64', base64, ({ length }) => `base64 of ${length} bytes`);
  if (!base64) add('base64url', fromBase64url(text), ({ length }) => `base64url of ${length} bytes`);
  return found;
}

function fromBase64url(text: string): Uint8Array | undefined {
  if (/[+/]/.test(text) && /[-_]/.test(text)) return undefined;
  const body = text.replaceAll('-', '+').replaceAll('_', '/');
  return fromBase64(body.includes('=') ? body : body.padEnd(Math.ceil(body.length / 4) * 4, '='));
}

/** Zeros in base64 are letters A, which nobody writes as hexadecimal. */
const isPlainlyHex = (text: string, { form, bytes }: Reading): boolean =>
  form === 'hex' && bytes.length >= PLAINLY_HEX && /[^A]/.test(text.trim());

/** What a text is that has no reading. */
function describeOther(text: string): string {
  const trimmed = text.trim();
  const { length } = trimmed;
  if (length === 0) return 'empty';
  if (isGuid(trimmed)) return 'a GUID';
  if (/^(0x)?[0-9a-f]+$/i.test(trimmed))
    return `an odd number of hexadecimal digits (${trimmed.replace(/^0x/i, '').length})`;
  if (NUMBERS.test(trimmed)) return `${trimmed.match(/0x/gi)!.length} numbers with 0x`;
  const [dense] = readingsOf(text.replaceAll(/\s+/g, ''));
  if (dense && dense.form !== 'named hash' && dense.bytes.length > 2 && /\s/.test(text))
    return `${dense.found} with white space`;
  if (/^[\w+/-]+={0,2}$/.test(trimmed) && !/^[0-9a-f-]+$/i.test(trimmed))
    return 'base64 that is mistyped or cut off at its end';
  const stranger = trimmed.search(/[^\w+/-]/);
  const place = stranger < 0 ? '' : ` (character ${stranger + 1} of ${length})`;
  return `neither hexadecimal nor base64${place}`;
}

/**
 * Reads bytes that were given as text.
 * @param sizes wanted, in bytes; @param forms that are taken
 * @returns the bytes of the one reading that has a wanted form and size, or what was found instead
 */
export function readTextBytes(text: string, sizes: readonly number[], forms: readonly TextForm[]): TextBytes {
  const all = readingsOf(text);
  const plain = all.find((reading) => isPlainlyHex(text, reading));
  const readings = plain ? all.filter(({ form }) => form !== 'base64' && form !== 'base64url') : all;
  const fit = readings.filter(
    ({ form, bytes, isForeign }) => !isForeign && forms.includes(form) && sizes.includes(bytes.length),
  );
  const [first, second] = fit;
  if (first && second) return { ok: false, found: `${first.found}, or ${second.found}` };
  if (first) return { ok: true, form: first.form, bytes: first.bytes };
  const likeliest = readings.find(({ form }) => forms.includes(form)) ?? readings[0];
  if (!likeliest) return { ok: false, found: describeOther(text) };
  return { ok: false, found: likeliest.found, form: likeliest.form, size: likeliest.bytes.length };
}

/** The form of a file that should be binary and is text, and a phrase that says so as `found` of an UnfitText does. */
export interface TextInFile {
  readonly form: 'hex' | 'base64' | 'other';
  readonly found: string;
}

/**
 * What text is in a file that should hold a key; undefined when its bytes are not all printable. No string is made of
 * them, because a string cannot be cleared.
 */
export function textInFile(bytes: Uint8Array): TextInFile | undefined {
  const text = bytes.subarray(0, trimEnd(bytes, 0, bytes.length));
  const { length } = text;
  if (length === 0 || !text.every((c) => c >= 0x20 && c < 0x7f)) return undefined;
  if (length % 2 === 0 && text.every((c) => HEX_DIGIT[c] !== 255))
    return { form: 'hex', found: digits({ length: length / 2 }) };
  const padding = text[length - 1] !== PADDING ? 0 : text[length - 2] !== PADDING ? 1 : 2;
  if (length % 4 === 0 && text.subarray(0, length - padding).every((c) => BASE64_DIGIT[c] !== 255))
    return { form: 'base64', found: `base64 of ${countOf((length / 4) * 3 - padding, 'byte')}` };
  return { form: 'other', found: countOf(length, 'character') };
}

const PADDING = 0x3d;
