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
  /** Whether a backquote splits addresses and words of 64 bits. */
  readonly backquoted?: true;
  /** Whether a line begins with one space and ends in characters without a frame. */
  readonly indented?: true;
  /** The bytes in a word, if not any number. */
  readonly units?: readonly number[];
  /** The order of the bytes in a word; without it, programs differ, and the page has to tell. */
  readonly order?: ByteOrder;
}

/** The bytes of words of which the order is in question. */
export const WORDS: readonly number[] = [2, 4, 8, 16];

/** Every form, the most distinctive first: the first that a line agrees with is its own. */
export const LINE_FORMS: readonly LineForm[] = [
  {
    id: 'numbers',
    programs: "the x command of gdb, lldb and QEMU's monitor",
    colon: true,
    prefix: true,
    order: 'little-endian',
  },
  {
    id: 'colon',
    programs: "xxd, Linux's print_hex_dump, crash's rd, U-Boot's md and lldb's memory read",
    colon: true,
  },
  {
    id: 'windbg',
    programs: "WinDbg's db, dd and dq",
    colon: false,
    backquoted: true,
    order: 'little-endian',
  },
  { id: 'objdump', programs: 'objdump -s', colon: false, indented: true, units: [4], order: 'memory' },
  {
    id: 'columns',
    programs: 'hexdump, od, Format-Hex and WinDbg for 32 bits',
    colon: false,
    units: [0, 1, ...WORDS],
    order: 'little-endian',
  },
];

/** A line. */
export interface DumpLine {
  readonly form: LineForm;
  /** The digits of the address. */
  readonly address: string;
  /** In the order in which they are printed. */
  readonly bytes: readonly number[];
  /** Bytes in a word; the last word of a line can be shorter. */
  readonly unit: number;
  /** Where in the text the words end. */
  readonly rest: number;
  /** Whether the line may have ended after eight bytes, and characters that look like bytes follow. */
  readonly mayEndAtEight: boolean;
}

/** Shorter digits without 0x are no address. */
export const LEAST_ADDRESS_DIGITS = 4;
const MOST_ADDRESS_DIGITS = 16;
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
  readonly backquoted: boolean;
}

/** Behind a symbol in `<>` and before a colon, as gdb prints it after an address; the same place without one. */
function symbolEnd(text: Uint8Array, at: number, end: number): number {
  const symbol = blanksEnd(text, at, end);
  if (symbol === at || text[symbol] !== LESS) return at;
  let close = symbol;
  while (close < end && text[close] !== MORE) close++;
  return text[close + 1] === CHAR.colon ? close + 1 : at;
}

/** The address at a place: hexadecimal digits with an optional 0x, backquote, symbol and colon. */
function addressAt(text: Uint8Array, at: number, end: number): Address | undefined {
  const isNumber = isPrefixed(text, at);
  const start = isNumber ? at + 2 : at;
  let to = digitsEnd(text, start, end);
  const size = to - start;
  if (size < (isNumber ? 1 : LEAST_ADDRESS_DIGITS) || size > MOST_ADDRESS_DIGITS) return undefined;
  const backquoted = size === 8 && text[to] === BACKQUOTE;
  if (backquoted) {
    to = digitsEnd(text, to + 1, end);
    if (to - start !== 17) return undefined;
  }
  let digits = '';
  for (let i = start; i < to; i++) if (text[i] !== BACKQUOTE) digits += String.fromCharCode(text[i]!);
  to = symbolEnd(text, to, end);
  const colon = text[to] === CHAR.colon;
  if (!colon && to < end && !isBlank(text[to])) return undefined;
  return { digits, end: colon ? to + 1 : to, colon, backquoted };
}

/** The words of a line, where they end, and what is special about them. */
interface Words {
  readonly bytes: readonly number[];
  readonly unit: number;
  readonly prefix: boolean;
  /** Whether a dash parts the first eight bytes from the others. */
  readonly dashed: boolean;
  readonly rest: number;
  readonly mayEndAtEight: boolean;
}

/** The words after an address, up to the characters: where gaps between words widen, or no word follows. */
function readWords(text: Uint8Array, from: number, end: number, colon: boolean): Words {
  const bytes: number[] = [];
  let [at, unit, prefix, dashed, mayEndAtEight] = [from, 0, false, false, false];
  // After a colon, there can be any number of spaces; in columns, as many as between two words.
  const widest = colon ? 1 : Math.max(1, blanksEnd(text, from, end) - from);
  while (at < end && bytes.length < MOST_LINE_BYTES) {
    const isMiddle = unit === 1 && bytes.length === 8;
    const dash = isMiddle && text[at] === DASH;
    const start = dash ? at + 1 : blanksEnd(text, at, end);
    const gap = start - at;
    if (gap === 0 || (unit > 0 && gap > (unit === 1 ? 1 : widest) && !isMiddle)) break;
    const isNumber = isPrefixed(text, start);
    const first = isNumber ? start + 2 : start;
    const half = digitsEnd(text, first, end);
    const isHalf = half - first === 8 && text[half] === BACKQUOTE;
    const last = isHalf ? digitsEnd(text, half + 1, end) : half;
    const size = (last - first - (isHalf ? 1 : 0)) / 2;
    const ends = last === end || isBlank(text[last]) || (text[last] === DASH && bytes.length === 7);
    if (!ends || size === 0 || size % 1 !== 0 || (unit > 0 && (isNumber !== prefix || size > unit))) break;
    // Only the last word of a line can have fewer bytes than the others: nothing may follow closely.
    if (size < unit && isDigit(text[last + 1])) break;
    if (isMiddle && gap > 1) mayEndAtEight = true;
    pushDigits(text, first, half, bytes);
    if (isHalf) pushDigits(text, half + 1, last, bytes);
    [at, dashed] = [last, dashed || dash];
    if (unit === 0) [unit, prefix] = [size, isNumber];
    else if (size < unit) break;
  }
  return { bytes, unit, prefix, dashed, rest: at, mayEndAtEight };
}

function formOf(
  text: Uint8Array,
  lead: number,
  end: number,
  address: Address,
  words: Words,
): LineForm | undefined {
  const { unit, prefix, dashed, rest } = words;
  for (const form of LINE_FORMS) {
    if (form.colon !== address.colon || (form.prefix ?? false) !== prefix) continue;
    if (form.backquoted && !address.backquoted && !dashed) continue;
    const hasCharacters = rest + 2 < end && isBlank(text[rest + 1]) && text[rest + 2] !== MORE;
    if (form.indented && !(text[lead] === CHAR.space && hasCharacters)) continue;
    if (!form.units || form.units.includes(unit)) return form;
  }
  return undefined;
}

function lineAt(text: Uint8Array, lead: number, at: number, end: number): DumpLine | undefined {
  const address = addressAt(text, at, end);
  if (!address) return undefined;
  const words = readWords(text, address.end, end, address.colon);
  const { bytes, unit, rest, mayEndAtEight } = words;
  // An address before other words is no dump.
  if (unit === 0 && blanksEnd(text, address.end, end) < end) return undefined;
  const form = formOf(text, lead, end, address, words);
  return form && { form, address: address.digits, bytes, unit, rest, mayEndAtEight };
}

/**
 * Parses one line; undefined for text that is not a line of a dump. An address alone, without bytes, ends a dump.
 * @param from its start @param to its end, without white space
 * @param address where its first address with a colon begins, -1 without one; it counts after the prefix of a log, too
 */
export function parseDumpLine(
  text: Uint8Array,
  from: number,
  to: number,
  address: number,
): DumpLine | undefined {
  const start = blanksEnd(text, from, to);
  if (isDigit(text[start])) {
    const line = lineAt(text, start === from + 1 ? from : start, start, to);
    if (line) return line;
  }
  if (address <= start || address > from + MOST_PREFIX) return undefined;
  const isNumber = text[address - 1] === X && text[address - 2] === ZERO;
  if (!isBlank(text[isNumber ? address - 3 : address - 1])) return undefined;
  const line = lineAt(text, address, address, to);
  return line && line.bytes.length >= LEAST_AFTER_PREFIX ? line : undefined;
}

/** Whether a line is the `*` that stands for repetitions of the line before it. */
export function isRepetition(text: Uint8Array, from: number, to: number): boolean {
  const start = blanksEnd(text, from, to);
  return start + 1 === to && text[start] === CHAR.star;
}
