// The dump that Linux prints of each VMSA before it is encrypted: sev_es_sync_vmsa() in
// arch/x86/kvm/svm/sev.c, with dynamic debug on. A header line, followed by print_hex_dump_debug() with
// DUMP_PREFIX_NONE: 16 bytes per line, no offsets.

import { CHAR, HEX_DIGIT, finder, isSpace, lineEnd, skipSpace, trimEnd } from '../../binary/ascii';
import { KERNEL_STRUCT_SIZE, VMSA_SIZE } from '../layout/layout';
import { LEAST_BYTES, MAX_PAGES, broken, found, padded, type NotPages, type PagesFound } from './pageSource';

const HEADER = 'Virtual Machine Save Area (VMSA):';
const findHeader = finder(HEADER);

/** Bytes in a full line. */
const LINE_BYTES = 16;
/** No logger writes a longer prefix. */
const MAX_PREFIX = 512;
/** After this many lines of other messages, a dump counts as ended. */
const MAX_GAP = 10_000;

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
const BOUNDARY = new Set(Array.from(' \t>;:])|', (c) => c.charCodeAt(0)));

/**
 * The pairs of hexadecimal digits at the end of a line: how many, separated by single spaces, and where they start.
 */
function trailingPairs(bytes: Uint8Array, from: number, to: number): { count: number; at: number } {
  let [at, count] = [to, 0];
  for (let end = to; end - 2 >= from && count <= LINE_BYTES; end -= 3) {
    const isPair = HEX_DIGIT[bytes[end - 1]!]! < 16 && HEX_DIGIT[bytes[end - 2]!]! < 16;
    const before = end - 3 >= from ? bytes[end - 3]! : CHAR.space;
    if (!isPair || !BOUNDARY.has(before)) break;
    at = end - 2;
    count++;
    if (before !== CHAR.space) break;
  }
  return { count, at };
}

/**
 * The prefix of a line with times and numbers, which vary between lines, normalised. dmesg, journalctl,
 * syslog and /dev/kmsg each have their own prefix, which is constant within a dump.
 */
function prefixShape(bytes: Uint8Array, from: number, to: number): string {
  const end = Math.min(to, from + MAX_PREFIX);
  const codes: number[] = [];
  for (let at = from; at < end; at++) {
    const c = bytes[at]!;
    const inside = c === OPEN ? bytes.subarray(at, end).indexOf(CLOSE) : -1;
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
    .replace(MONTH, '# ')
    .trimEnd();
}

/**
 * The end of a prefix that counts bytes: that is a different dump, and skipping its lines would shift every field.
 */
const OFFSET = /(^|[\s\]])[0-9a-f#]+:?$/i;

/**
 * Reads the bytes of one dump.
 * @param title the shape of the text before the header's words, with which prefixes must begin; without it
 *   the first full line determines the prefix
 */
function readDump(bytes: Uint8Array, from: number, to: number, title?: string): Uint8Array {
  const dump = new Uint8Array(VMSA_SIZE);
  let length = 0;
  let shape: string | undefined;
  let gap = 0;
  for (let start = from; start < to && length < VMSA_SIZE && gap < MAX_GAP;) {
    const end = lineEnd(bytes, start, to);
    const { count, at } = trailingPairs(bytes, start, trimEnd(bytes, start, end));
    const complete = count === LINE_BYTES;
    // Only a full line can begin a dump: many messages happen to end in two digits.
    const mine =
      complete || (count > 0 && count < LINE_BYTES && length > 0) ? prefixShape(bytes, start, at) : undefined;
    if (shape === undefined && mine !== undefined && !OFFSET.test(mine) && (title?.startsWith(mine) ?? true))
      shape = mine;
    start = end + 1;
    if (mine !== undefined && mine === shape) {
      for (let i = 0; i < count && length < VMSA_SIZE; i++) {
        dump[length++] = (HEX_DIGIT[bytes[at + 3 * i]!]! << 4) | HEX_DIGIT[bytes[at + 3 * i + 1]!]!;
      }
      gap = 0;
      if (!complete) break;
    } else {
      gap++;
      // Whatever follows a complete structure is something else, even if it looks the same.
      if (length >= KERNEL_STRUCT_SIZE) break;
    }
  }
  return dump.subarray(0, length);
}

function headers(bytes: Uint8Array): number[] {
  const places: number[] = [];
  for (let at = findHeader(bytes); at >= 0 && places.length <= MAX_PAGES;) {
    places.push(at);
    at = findHeader(bytes, at + HEADER.length);
  }
  return places;
}

function lineStart(bytes: Uint8Array, at: number): number {
  const first = Math.max(0, at - MAX_PREFIX);
  while (at > first && bytes[at - 1] !== CHAR.newline) at--;
  return at;
}

function explainCut(vcpu: number, length: number): string {
  return length === 0
    ? `The log names the VMSA of vCPU ${vcpu}, but no dump follows. Turn on its second message, too: echo 'file arch/x86/kvm/svm/sev.c +p' > /sys/kernel/debug/dynamic_debug/control.`
    : `The dump of vCPU ${vcpu} is cut after ${length} bytes; the registers alone take ${LEAST_BYTES}. Take the log again with a larger buffer (log_buf_len), or from the journal.`;
}

/** The dumps in a log, in order; undefined when there are none. */
export function findKernelLogPages(bytes: Uint8Array): PagesFound | NotPages | undefined {
  const places = headers(bytes);
  if (places.length === 0) return undefined;
  if (places.length > MAX_PAGES)
    return broken('kernel-log', `The log has more than ${MAX_PAGES} dumps. Cut out those of one launch.`);
  const dumps = places.map((at, i) =>
    readDump(
      bytes,
      lineEnd(bytes, at) + 1,
      i + 1 < places.length ? lineStart(bytes, places[i + 1]!) : bytes.length,
      prefixShape(bytes, lineStart(bytes, at), at),
    ),
  );
  const cut = dumps.findIndex((dump) => dump.length < LEAST_BYTES);
  if (cut >= 0) return broken('kernel-log', explainCut(cut, dumps[cut]!.length));
  return found(
    'kernel-log',
    dumps.map((dump, i) => padded(dump, `vCPU ${i}`)),
  );
}

/** A dump without its header line, as people copy it: the text begins with a full line of bytes. */
export function findBareDumpPage(bytes: Uint8Array): PagesFound | undefined {
  const start = lineStart(bytes, skipSpace(bytes, 0));
  const end = trimEnd(bytes, start, lineEnd(bytes, skipSpace(bytes, 0)));
  if (trailingPairs(bytes, start, end).count !== LINE_BYTES) return undefined;
  const dump = readDump(bytes, start, bytes.length);
  return dump.length < LEAST_BYTES ? undefined : found('kernel-log', [padded(dump, 'vCPU 0')]);
}
