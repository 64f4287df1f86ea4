// What the find and go-to boxes understand. A match is a run of bytes, with the row that matched; names,
// aliases, values in any notation, words and hexadecimal bytes are all searched at once.

import { guidBytes } from '../../src/core/binary/guid';
import { fromHex, parseUnsigned, utf8 } from '../../src/core/binary/hex';
import type { ByteRange, TreeNode } from './rows';

/** A match: the row that matched, or only its bytes when it was found in the bytes. */
export interface Match extends ByteRange {
  readonly id: string | undefined;
}

/** More matches than anyone steps through; a search for `00` matches most of a page. */
const MOST_MATCHES = 1000;

/** How many bytes one step of a search looks at: a few milliseconds, whatever they are. */
export const STEP = 2 ** 18;

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Shorter texts match by chance. */
const LEAST_TEXT = 4;

/**
 * The byte patterns of a query: two or more bytes as pairs of digits (`11 0f a0`), a GUID in firmware order
 * and in digit order, a text with one or two bytes per character.
 */
function patternsOf(query: string): Uint8Array[] {
  const digits = query.replaceAll(/\s+/g, '');
  const patterns: (Uint8Array | undefined)[] = [];
  if (digits.length >= 4) patterns.push(fromHex(digits));
  if (GUID.test(query.toLowerCase()))
    patterns.push(guidBytes(query.toLowerCase()), fromHex(query.replaceAll('-', '')));
  if (query.length >= LEAST_TEXT) {
    const text = utf8(query);
    const wide = new Uint8Array(2 * text.length);
    text.forEach((b, i) => (wide[2 * i] = b));
    patterns.push(text, wide);
  }
  return patterns.flatMap((pattern) => (pattern && pattern.length > 1 ? [pattern] : []));
}

function contains(node: TreeNode, text: string, value: bigint | undefined): boolean {
  const words = node.cells.flatMap(({ text: main, extra = '', full = '' }) => [main, extra, full]);
  if (value !== undefined && words.some((word) => parseUnsigned(word.split(' ')[0]!) === value)) return true;
  return [...words, node.id, node.keywords ?? ''].some((word) => word.toLowerCase().includes(text));
}

function* rowsThatSay(
  nodes: readonly TreeNode[],
  text: string,
  value: bigint | undefined,
): Generator<Match, void> {
  for (const node of nodes) {
    if (node.range && contains(node, text, value)) yield { ...node.range, id: node.id };
    yield* rowsThatSay(node.children, text, value);
  }
}

function* bytesThatAre(
  bytes: Uint8Array,
  wanted: Uint8Array,
  from: number,
  end: number,
): Generator<Match, void> {
  const size = wanted.length;
  // What starts before the end may go on behind it.
  const within = bytes.subarray(0, end);
  for (let at = within.indexOf(wanted[0]!, from); at >= 0; at = within.indexOf(wanted[0]!, at + 1)) {
    let same = 1;
    while (same < size && bytes[at + same] === wanted[same]) same++;
    if (same === size) yield { offset: at, size, id: undefined };
  }
}

/** A search in steps that are short enough for the thread that draws. */
export class ByteSearch {
  private readonly found: Match[] = [];
  private readonly seen = new Set<string>();
  private readonly patterns: readonly Uint8Array[];
  private at: number;

  /** Finds the rows that match. @param from bytes before this are not there */
  constructor(
    nodes: readonly TreeNode[],
    private readonly bytes: Uint8Array,
    from: number,
    query: string,
  ) {
    const text = query.trim().toLowerCase();
    this.at = from;
    this.patterns = patternsOf(query.trim());
    if (text !== '') this.take(rowsThatSay(nodes, text, parseUnsigned(text)));
  }

  /** Whether all bytes have been looked at, or there are more matches than are wanted. */
  get isDone(): boolean {
    return this.patterns.length === 0 || this.at >= this.bytes.length || this.found.length >= MOST_MATCHES;
  }

  /** Looks at the next bytes, at most STEP. */
  step(): void {
    if (this.isDone) return;
    const end = Math.min(this.at + STEP, this.bytes.length);
    for (const pattern of this.patterns) this.take(bytesThatAre(this.bytes, pattern, this.at, end));
    this.at = end;
  }

  /** What has been found, by offset; rows before bytes at the same offset. At most a thousand. */
  get matches(): Match[] {
    return this.found.toSorted((a, b) => a.offset - b.offset || a.size - b.size);
  }

  private take(matches: Iterable<Match>): void {
    for (const match of matches) {
      const place = `${match.offset}+${match.size}`;
      if (this.seen.has(place)) continue;
      if (this.found.length >= MOST_MATCHES) return;
      this.seen.add(place);
      this.found.push(match);
    }
  }
}

/** The match after (`by` 1) or before (-1) the one at `at`, wrapping around; -1 when there is none. */
export function stepMatch(matches: readonly Match[], at: number, by: 1 | -1): number {
  if (matches.length === 0) return -1;
  if (at < 0) return by > 0 ? 0 : matches.length - 1;
  return (at + by + matches.length) % matches.length;
}

/** The first match at or after an offset, or the first of all. */
export function matchFrom(matches: readonly Match[], offset: number): number {
  const next = matches.findIndex((match) => match.offset >= offset);
  return next < 0 && matches.length > 0 ? 0 : next;
}

/** Where to go: an offset, or a sentence that says why that is impossible. */
export type Target = { readonly offset: number } | { readonly error: string };

/**
 * Parses an offset as people write it: hexadecimal with 0x or a trailing h, else decimal; or the name of a row.
 * @param size of the file in bytes; offsets must be inside it
 * @param base where the file is mapped; an address in that range means the byte mapped there
 */
export function parseTarget(nodes: readonly TreeNode[], size: number, text: string, base?: number): Target {
  const trimmed = text.trim();
  const digits = /^[0-9a-f]+h$/i.test(trimmed) ? `0x${trimmed.slice(0, -1)}` : trimmed;
  const offset = parseUnsigned(digits);
  if (offset === undefined) {
    const named = rowNamed(nodes, trimmed.toLowerCase());
    if (named) return { offset: named.offset };
    return { error: 'Give an offset such as 0x310, or the name of a field.' };
  }
  if (offset < BigInt(size)) return { offset: Number(offset) };
  const mapped = base === undefined ? -1n : offset - BigInt(base);
  if (mapped >= 0n && mapped < BigInt(size)) return { offset: Number(mapped) };
  return { error: `The file ends at 0x${(size - 1).toString(16)}.` };
}

/** The row with this id or alias. */
function rowNamed(nodes: readonly TreeNode[], name: string): ByteRange | undefined {
  let other: ByteRange | undefined;
  const walk = (siblings: readonly TreeNode[]): ByteRange | undefined => {
    for (const node of siblings) {
      if (node.range && node.id.toLowerCase() === name) return node.range;
      if (node.range && node.keywords?.toLowerCase().split(' ').includes(name)) other ??= node.range;
      const below = walk(node.children);
      if (below) return below;
    }
    return undefined;
  };
  return name === '' ? undefined : (walk(nodes) ?? other);
}
