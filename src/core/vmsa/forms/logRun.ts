// The lines of one dump among those of a kernel log: 16 pairs of digits at the end of a line, behind a prefix that has
// the same shape on every line. dmesg, journalctl, syslog and /dev/kmsg each have their own.

import { Bytes, CHAR, HEX_DIGIT, isSpace, latin1, lineEnd, skipSpace, trimEnd } from '../../binary/ascii';
import { KERNEL_STRUCT_SIZE } from '../layout/layout';
import { MAX_PAGE_BYTES } from './pageSource';

/** Bytes in a line. */
export const LINE_BYTES = 16;
/** No logger writes a longer prefix. */
export const MAX_PREFIX = 512;
/** After this many lines of other messages, a dump counts as ended. */
const MAX_GAP = 10_000;
/** Characters of 16 pairs with a space between them. */
const LINE_CHARS = 3 * LINE_BYTES - 1;

const [OPEN, CLOSE, ZERO, NINE, NUMBER] = Array.from('[]09#', (c) => c.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
  number,
];

/** The month of syslog, or the day of the week, which change at midnight. */
const MONTH = /^[A-Z][a-z]{2} (?=#)/;

/** What may directly precede the first pair of digits: the end of a prefix without a trailing space. */
const BOUNDARY = new Set(Array.from(' \t>;:])|="', (c) => c.charCodeAt(0)));
/** What a table of logs in CSV puts behind a message. */
const CELL_END = new Set(Array.from('",', (c) => c.charCodeAt(0)));

/** Where the 16 pairs at the end of a line begin; -1 without them. What precedes them is prefix, even if it is a pair. */
function pairsStart(text: Uint8Array, from: number, to: number): number {
  const start = to - LINE_CHARS;
  if (start < from) return -1;
  for (let at = start; at < to; at += 3) {
    if (HEX_DIGIT[text[at]!]! > 15 || HEX_DIGIT[text[at + 1]!]! > 15) return -1;
    if (at + 2 < to && text[at + 2] !== CHAR.space) return -1;
  }
  return start === from || BOUNDARY.has(text[start - 1]!) ? start : -1;
}

/** The end of a line without white space, quotation marks and commas. */
function messageEnd(text: Uint8Array, from: number, to: number): number {
  let end = trimEnd(text, from, to);
  while (end > from && CELL_END.has(text[end - 1]!)) end--;
  return end;
}

/** The prefix of a line with times and numbers, which vary between lines, normalised; without its indentation. */
export function prefixShape(text: Uint8Array, from: number, to: number): string {
  const end = Math.min(to, from + MAX_PREFIX);
  const codes: number[] = [];
  for (let at = from; at < end; at++) {
    const c = text[at]!;
    const inside = c === OPEN ? text.subarray(at, end).indexOf(CLOSE) : -1;
    if (inside > 0) {
      codes.push(OPEN, CLOSE);
      at += inside;
    } else {
      const kind = isSpace(c) ? CHAR.space : c >= ZERO && c <= NINE ? NUMBER : c;
      const isRun = kind === CHAR.space || kind === NUMBER;
      if (!isRun || kind !== codes.at(-1)) codes.push(kind);
    }
  }
  return String.fromCharCode(...codes)
    .trim()
    .replace(MONTH, '# ');
}

/** A prefix that counts bytes is that of another dump. */
const ADDRESS = /(^|[\s\]])(0x)?[0-9a-f#]+:?$/i;

/** The start of the line that holds a place. */
export function lineStart(text: Uint8Array, at: number): number {
  const first = Math.max(0, at - MAX_PREFIX);
  while (at > first && text[at - 1] !== CHAR.newline) at--;
  return at;
}

/** Times with fractions, by which lines are ordered: since boot, and ISO 8601. */
const SINCE_BOOT = /\[ *(\d{1,10}\.\d{6})\]/;
const ISO_TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.,]\d{1,9}/;

/** The time in a prefix as text that sorts as times do; '' without one. */
function timeOf(prefix: string): string {
  return SINCE_BOOT.exec(prefix)?.[1]!.padStart(17, '0') ?? ISO_TIME.exec(prefix)?.[0] ?? '';
}

/** Consecutive lines of bytes. */
export interface LogRun {
  readonly bytes: Uint8Array;
  /** The number of the first line that is older than the line before it. */
  readonly backwards?: number;
}

/** What is known of the lines before they are read. */
interface RunOptions {
  /** The shape of the text before the header's words, with which prefixes must begin. */
  readonly title?: string;
  /** Whether the text has to begin with such a line, as there is no header. */
  readonly begins?: boolean;
}

function lineNumber(text: Uint8Array, at: number): number {
  let number = 1;
  for (let i = text.indexOf(CHAR.newline); i >= 0 && i < at; i = text.indexOf(CHAR.newline, i + 1)) number++;
  return number;
}

/** Reads the lines of a dump, from place `from` to `to` of a log. */
export function readLogRun(
  text: Uint8Array,
  from: number,
  to: number,
  { title, begins }: RunOptions,
): LogRun {
  const dump = new Bytes(MAX_PAGE_BYTES);
  let shape: string | undefined;
  let gap = 0;
  let time = '';
  let backwards: number | undefined;
  for (let start = begins ? skipSpace(text, from, to) : from; start < to && gap < MAX_GAP;) {
    const end = lineEnd(text, start, to);
    const at = pairsStart(text, start, messageEnd(text, start, end));
    const mine = at < 0 ? undefined : prefixShape(text, start, at);
    if (shape === undefined && mine !== undefined && !ADDRESS.test(mine) && (title?.startsWith(mine) ?? true))
      shape = mine;
    if (begins && shape === undefined) break;
    if (mine !== undefined && mine === shape) {
      for (let i = 0; i < LINE_CHARS; i += 3)
        dump.push((HEX_DIGIT[text[at + i]!]! << 4) | HEX_DIGIT[text[at + i + 1]!]!);
      const now = timeOf(latin1(text, start, Math.min(at, start + MAX_PREFIX)));
      if (now.length === time.length && now < time) backwards ??= lineNumber(text, start);
      time = now;
      gap = 0;
    } else {
      gap++;
      // Whatever follows a complete structure is something else, even if it looks the same.
      if (!begins && dump.length > 0 && dump.length % KERNEL_STRUCT_SIZE === 0) break;
    }
    start = end + 1;
  }
  return { bytes: dump.take(), ...(backwards !== undefined && { backwards }) };
}
