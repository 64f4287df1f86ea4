// The messages of a structured log: journalctl -o json (each kind), -o verbose and -o export (systemd's Journal Export
// Formats), dmesg --json. Each message becomes a line, behind its time since boot, as dmesg prints it.

import { CHAR, HEX_DIGIT, finder, isSpace, latin1, lineEnd, skipSpace, trimEnd } from '../../binary/ascii';

const [QUOTE, BACKSLASH, OPEN, CLOSE, LIST, EQUALS, UNDERSCORE, LETTER_A, LETTER_Z, DOT, RECORD] = [
  ...Array.from('"\\{}[=_AZ.', (c) => c.charCodeAt(0)),
  // What begins a text of application/json-seq.
  0x1e,
] as [number, number, number, number, number, number, number, number, number, number, number];

/** The keys of a message, as journalctl and dmesg have them. */
const MESSAGE_KEYS = ['MESSAGE', 'msg'];
/** The keys of the time when the kernel wrote it: in microseconds, and in seconds. */
const TIME_KEYS = ['_SOURCE_MONOTONIC_TIMESTAMP', 'time'];
/** No time has more digits. */
const LONGEST_TIME = 20;
const findMessageKeys = MESSAGE_KEYS.map((key) => finder(`"${key}"`));
const findField = finder('MESSAGE=');

const codesOf = (keys: readonly string[]) => keys.map((key) => Array.from(key, (c) => c.charCodeAt(0)));
const KEYS = [
  ...codesOf(MESSAGE_KEYS).map((codes) => ({ codes, isTime: false })),
  ...codesOf(TIME_KEYS).map((codes) => ({ codes, isTime: true })),
];

/** Which key is at a place; byte by byte, because a log has millions that are none of these. */
function keyAt(text: Uint8Array, from: number, to: number): 'message' | 'time' | undefined {
  for (const { codes, isTime } of KEYS) {
    let i = 0;
    while (i < codes.length && text[from + i] === codes[i]) i++;
    if (i === codes.length && i === to - from) return isTime ? 'time' : 'message';
  }
  return undefined;
}

/** A structured log has a message so early. */
const MOST_BEFORE = 2 ** 16;

const ESCAPED: Readonly<Record<string, number>> = { n: CHAR.space, t: CHAR.tab, r: CHAR.space, b: 8, f: 12 };
/** A character that is none of ASCII. */
const OTHER = '?'.charCodeAt(0);

/** Microseconds, or seconds with a fraction, as dmesg prints a time; '' for anything else. */
function timeText(value: string): string {
  const micros = /^\d{1,15}$/.test(value) ? value.padStart(7, '0') : undefined;
  if (micros !== undefined) return `[${micros.slice(0, -6)}.${micros.slice(-6)}] `;
  return /^\d{1,10}\.\d{6}$/.test(value) ? `[${value}] ` : '';
}

/** Lines of messages; never longer than the text that they are from, whose keys are longer than times. */
class Lines {
  private readonly out: Uint8Array;
  private length = 0;

  constructor(private readonly text: Uint8Array) {
    this.out = new Uint8Array(text.length + 1);
  }

  private push(byte: number): void {
    this.out[this.length++] = byte;
  }

  /** Adds a line. @param from where the message begins @param isJson whether it has the escapes of JSON */
  add(time: string, from: number, to: number, isJson: boolean): void {
    for (let i = 0; i < time.length; i++) this.push(time.charCodeAt(i));
    for (let at = from; at < to; at++) {
      const c = this.text[at]!;
      if (!isJson || c !== BACKSLASH) {
        this.push(c);
        continue;
      }
      const escape = String.fromCharCode(this.text[++at]!);
      if (escape === 'u') {
        const code = [1, 2, 3, 4].reduce((n, i) => 16 * n + HEX_DIGIT[this.text[at + i] ?? 0]!, 0);
        this.push(code > 0x1f && code < 0x7f ? code : OTHER);
        at += 4;
      } else {
        this.push(ESCAPED[escape] ?? escape.charCodeAt(0));
      }
    }
    this.push(CHAR.newline);
  }

  take(): Uint8Array {
    return this.out.subarray(0, Math.min(this.length, this.out.length));
  }
}

/** The end of a JSON string: its closing quotation mark. @param at behind the opening one */
function stringEnd(text: Uint8Array, at: number): number {
  while (at < text.length && text[at] !== QUOTE) at += text[at] === BACKSLASH ? 2 : 1;
  return Math.min(at, text.length);
}

/** The end of a number without a sign, which has no exponent. */
function numberEnd(text: Uint8Array, at: number): number {
  while (HEX_DIGIT[text[at] ?? 0]! < 10 || text[at] === DOT) at++;
  return at;
}

/** The messages in objects of JSON, however they are nested; what is around them is not checked. */
function jsonMessages(text: Uint8Array): Uint8Array {
  const lines = new Lines(text);
  let message: readonly [number, number] | undefined;
  let time = '';
  for (let at = 0; at < text.length; at++) {
    if (text[at] === CLOSE) {
      if (message) lines.add(time, ...message, true);
      [message, time] = [undefined, ''];
    }
    if (text[at] !== QUOTE) continue;
    const end = stringEnd(text, at + 1);
    const colon = skipSpace(text, end + 1);
    const key = text[colon] === CHAR.colon ? keyAt(text, at + 1, end) : undefined;
    at = end;
    if (!key) continue;
    const value = skipSpace(text, colon + 1);
    const isText = text[value] === QUOTE;
    const from = isText ? value + 1 : value;
    const to = isText ? stringEnd(text, from) : numberEnd(text, from);
    if (key === 'time') time = to - from < LONGEST_TIME ? timeText(latin1(text, from, to)) : '';
    else if (isText) message = [from, to];
    at = isText ? to : to - 1;
  }
  return lines.take();
}

/** The messages in lines `FIELD=value`; any other line ends an entry. */
function fieldMessages(text: Uint8Array): Uint8Array {
  const lines = new Lines(text);
  let message: readonly [number, number] | undefined;
  let time = '';
  const isName = (c: number | undefined) =>
    c !== undefined && ((c >= LETTER_A && c <= LETTER_Z) || c === UNDERSCORE || HEX_DIGIT[c]! < 10);
  for (let at = 0; at <= text.length;) {
    const end = lineEnd(text, at);
    let from = at;
    while (from < end && isSpace(text[from])) from++;
    let equals = from;
    while (equals < end && isName(text[equals])) equals++;
    if (equals === from || text[equals] !== EQUALS) {
      if (message) lines.add(time, ...message, false);
      [message, time] = [undefined, ''];
    } else {
      const key = keyAt(text, from, equals);
      const to = key ? trimEnd(text, equals + 1, end) : end;
      if (key === 'message') message = [equals + 1, to];
      else if (key === 'time' && to - equals < LONGEST_TIME) time = timeText(latin1(text, equals + 1, to));
    }
    at = end + 1;
  }
  if (message) lines.add(time, ...message, false);
  return lines.take();
}

/** The messages of a structured log, one a line; undefined for other text. */
export function journalMessages(text: Uint8Array): Uint8Array | undefined {
  const head = text.subarray(0, MOST_BEFORE);
  const first = text[skipSpace(text, 0)];
  // The browser's form of the journal has `data: ` before each object.
  const isJson = first === OPEN || first === LIST || first === RECORD || first === 'd'.charCodeAt(0);
  if (isJson && findMessageKeys.some((find) => find(head) >= 0)) return jsonMessages(text);
  const field = findField(head);
  if (field < 0) return undefined;
  let start = field;
  while (start > 0 && (text[start - 1] === CHAR.space || text[start - 1] === CHAR.tab)) start--;
  return start === 0 || text[start - 1] === CHAR.newline ? fieldMessages(text) : undefined;
}
