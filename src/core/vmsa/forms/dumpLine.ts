// One line of a dump with addresses: where it says that its bytes are, and these. LINE_FORMS is the grammar: each
// row a way to write such lines, with the programs that do.

import { CHAR, HEX_DIGIT } from '../../binary/ascii';

/** Which byte of a word is printed first. */
export type ByteOrder = 'memory' | 'little-endian';

/** One way to write the lines of a dump. */
export interface LineForm {
  readonly id: string;
  /** Who prints such lines. */
  readonly programs: string;
  /** Whether a colon ends the address. */
  readonly colon: boolean;
  /** Whether each word begins with 0x. */
  readonly prefix?: true;
  /** Whether a backquote halves addresses and words of 64 bits. */
  readonly halves?: true;
  /** Whether a line begins with one space and ends in characters without a frame. */
  readonly indented?: true;
  /** The bytes in a word, where not all of 1, 2, 4 and 8 are printed; any number in the order of memory. */
  readonly units?: readonly number[];
  /** The order of the bytes in a word; without it, programs differ, and the page has to tell. */
  readonly order?: ByteOrder;
}

/** Every form, the most distinctive first: the first that a line agrees with is its own. */
export const LINE_FORMS = [
  {
    id: 'numbers',
    programs: "gdb's and lldb's x, QEMU's xp",
    colon: true,
    prefix: true,
    order: 'little-endian',
  },
  { id: 'windbg', programs: "WinDbg's db, dd and dq", colon: false, halves: true, order: 'little-endian' },
  { id: 'objdump', programs: 'objdump -s', colon: false, indented: true, units: [4], order: 'memory' },
  {
    id: 'columns',
    programs: 'hexdump, od, Format-Hex, WinDbg for 32 bits',
    colon: false,
    order: 'little-endian',
  },
  {
    id: 'colon',
    programs: "xxd, Linux's print_hex_dump, crash's rd, U-Boot's md, lldb's memory read",
    colon: true,
  },
] as const satisfies readonly LineForm[];

/** The bytes of words of which order is in question. */
export const WORDS: readonly number[] = [2, 4, 8, 16];

/** A line; offsets are places in the text, except for those of `bytes`. */
export interface DumpLine {
  readonly form: LineForm;
  /** The digits of the address. */
  readonly address: string;
  /** In the order in which they are printed. */
  readonly bytes: readonly number[];
  /** Bytes in a word; the last word of a line can be shorter. */
  readonly unit: number;
  /** Where the characters at the end of the line begin. */
  readonly rest: number;
  /** Whether the line may have ended after eight bytes, and characters that look like bytes follow. */
  readonly mayEndAtEight: boolean;
}

const MOST_ADDRESS_DIGITS = 16;
const LEAST_ADDRESS_DIGITS = 4;
/** No program prints more bytes per line. */
const MOST_LINE_BYTES = 256;
/** No logger writes more before a line. */
const MOST_PREFIX = 256;
/** A line after other words has at least so many bytes: fewer are an accident. */
const LEAST_AFTER_PREFIX = 4;

const [ZERO, X, DASH, LESS, MORE, BACKQUOTE] = Array.from('0x-<>`', (c) => c.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
  number,
  number,
];

const isDigit = (c: number | undefined) => c !== undefined && HEX_DIGIT[c]! < 16;
const isBlank = (c: number | undefined) => c === CHAR.space || c === CHAR.tab;

/** The end of the digits that start at `at`. */
export function digitsEnd(text: Uint8Array, at: number, end: number): number {
  while (at < end && isDigit(text[at])) at++;
  return at;
}

/** Whether 0x is at a place. */
export const isPrefixed = (text: Uint8Array, at: number): boolean => text[at] === ZERO && text[at + 1] === X;

function blanksEnd(text: Uint8Array, at: number, end: number): number {
  while (at < end && isBlank(text[at])) at++;
  return at;
}

/** The bytes of a run of digits. */
export function pushDigits(text: Uint8Array, from: number, to: number, bytes: number[]): void {
  for (let i = from; i < to; i += 2) bytes.push((HEX_DIGIT[text[i]!]! << 4) | HEX_DIGIT[text[i + 1]!]!);
}

/** An address: its digits, where what follows it begins, and what is special about it. */
interface Address {
  readonly digits: string;
  readonly end: number;
  readonly colon: boolean;
  readonly halves: boolean;
}

const ascii = (text: Uint8Array, from: number, to: number) => String.fromCharCode(...text.subarray(from, to));

/** The address at a place: hexadecimal digits with an optional 0x, backquote, gdb's symbol in `<>`, colon. */
function addressAt(text: Uint8Array, at: number, end: number): Address | undefined {
  const start = isPrefixed(text, at) ? at + 2 : at;
  let to = digitsEnd(text, start, end);
  let digits = to - start > MOST_ADDRESS_DIGITS ? '' : ascii(text, start, to);
  const halves = text[to] === BACKQUOTE && digits.length === 8;
  if (halves) {
    const low = digitsEnd(text, to + 1, end);
    if (low - to !== 9) return undefined;
    digits += ascii(text, to + 1, low);
    to = low;
  }
  if (digits.length < LEAST_ADDRESS_DIGITS) return undefined;
  const symbol = blanksEnd(text, to, end);
  if (symbol > to && text[symbol] === LESS) {
    const close = text.subarray(symbol, end).indexOf(MORE);
    if (close > 0 && text[symbol + close + 1] === CHAR.colon) to = symbol + close + 1;
  }
  const colon = text[to] === CHAR.colon;
  if (!colon && to < end && !isBlank(text[to])) return undefined;
  return { digits, end: colon ? to + 1 : to, colon, halves };
}

/** The words after an address, up to the characters: where gaps between words widen, or no word follows. */
function readWords(text: Uint8Array, from: number, end: number, colon: boolean) {
  const bytes: number[] = [];
  let [unit, prefix, mayEndAtEight, dashed] = [0, false, false, false];
  let at = from;
  const widest = colon ? 1 : Math.max(1, blanksEnd(text, from, end) - from);
  while (at < end && bytes.length < MOST_LINE_BYTES) {
    const dash = text[at] === DASH && unit === 1 && bytes.length === 8;
    const start = dash ? at + 1 : blanksEnd(text, at, end);
    const gap = start - at;
    const isMiddle = unit === 1 && bytes.length === 8;
    if (gap === 0 || (bytes.length > 0 && gap > (unit === 1 ? 1 : widest) && !isMiddle)) break;
    const isHex = isPrefixed(text, start);
    const first = isHex ? start + 2 : start;
    let to = digitsEnd(text, first, end);
    const size = (to - first) / 2;
    // WinDbg's word of 64 bits, in halves.
    const low = size === 4 && text[to] === BACKQUOTE ? digitsEnd(text, to + 1, end) : 0;
    const whole = low - to === 9 ? 8 : size;
    const last = low - to === 9 ? low : to;
    const ends = last === end || isBlank(text[last]) || (text[last] === DASH && bytes.length === 7);
    if (!ends || size === 0 || !Number.isInteger(size) || (unit !== 0 && isHex !== prefix)) break;
    // The last word of a line can have fewer bytes than the others, but then nothing follows closely.
    if (
      unit !== 0 &&
      (whole > unit || (whole < unit && isBlank(text[last]) && digitsEnd(text, last + 1, end) > last + 1))
    )
      break;
    if (isMiddle && gap > 1) mayEndAtEight = true;
    if (dash) dashed = true;
    pushDigits(text, first, to, bytes);
    if (last > to) pushDigits(text, to + 1, last, bytes);
    to = last;
    if (unit === 0) [unit, prefix] = [whole, isHex];
    at = to;
    if (whole < unit) break;
  }
  return { bytes, unit, prefix, dashed, rest: at, mayEndAtEight };
}

function formOf(
  text: Uint8Array,
  lead: number,
  end: number,
  { colon, halves }: Address,
  { unit, prefix, dashed, rest }: ReturnType<typeof readWords>,
): LineForm | undefined {
  const hasCharacters = rest + 2 < end && isBlank(text[rest + 1]) && text[rest + 2] !== MORE;
  return LINE_FORMS.find((form: LineForm) => {
    if (form.colon !== colon || (form.prefix ?? false) !== prefix) return false;
    if (form.halves) return halves || dashed;
    if (form.indented && !(text[lead] === CHAR.space && hasCharacters)) return false;
    return (form.units ?? (colon ? [unit] : [0, 1, ...WORDS])).includes(unit);
  });
}

function lineAt(text: Uint8Array, lead: number, at: number, end: number): DumpLine | undefined {
  const address = addressAt(text, at, end);
  if (!address) return undefined;
  const words = readWords(text, address.end, end, address.colon);
  const form = formOf(text, lead, end, address, words);
  if (!form || (words.unit === 0 && blanksEnd(text, address.end, end) < end)) return undefined;
  const { bytes, unit, rest, mayEndAtEight } = words;
  return { form, address: address.digits, bytes, unit, rest, mayEndAtEight };
}

/** Where the first address with a colon begins after other words, such as the prefix of a log; -1 without one. */
function addressAfterPrefix(text: Uint8Array, from: number, end: number): number {
  const most = Math.min(end, from + MOST_PREFIX);
  for (let at = from; at < most; at++) {
    if (text[at] !== CHAR.colon || !isBlank(text[at + 1])) continue;
    let start = at;
    while (start > from && isDigit(text[start - 1])) start--;
    if (text[start - 1] === X && text[start - 2] === ZERO) start -= 2;
    if (at - start >= LEAST_ADDRESS_DIGITS && start > from && isBlank(text[start - 1])) return start;
  }
  return -1;
}

/**
 * Parses one line; undefined for text that is not a line of a dump. An address alone, without bytes, ends a dump.
 * @param from its start @param to its end, without white space
 */
export function parseDumpLine(text: Uint8Array, from: number, to: number): DumpLine | undefined {
  const start = blanksEnd(text, from, to);
  const line = lineAt(text, start === from + 1 ? from : start, start, to);
  if (line) return line;
  const after = addressAfterPrefix(text, start, to);
  const found = after < 0 ? undefined : lineAt(text, after, after, to);
  return found && found.bytes.length >= LEAST_AFTER_PREFIX ? found : undefined;
}

/** Whether a line is the `*` that stands for repetitions of the line before it. */
export function isRepetition(text: Uint8Array, from: number, to: number): boolean {
  const start = blanksEnd(text, from, to);
  return start + 1 === to && text[start] === CHAR.star;
}
