// The text of a launch file as everything in SevScope reads it: its value, the places of its members, and its
// faults, which it has while someone types. Also the edits that set or remove a member.

import {
  createScanner,
  findNodeAtOffset,
  getNodeValue,
  modify,
  parseTree,
  type Edit,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { hex } from '../core/binary/hex';
import type { MemberPath } from '../core/check/question';
import { faultsIn, type TextFault, type TextRange, type UnclearText } from './launchFaults';
import type { BadByte } from './text';

/** A position as editors and compilers show it: both count from 1. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

/** A text edit: replaces a range with `text`. */
export interface TextEdit extends TextRange {
  readonly text: string;
}

/** A JSON object. */
export type Json = Record<string, unknown>;

/** A text, parsed as far as possible. */
export interface LaunchText {
  readonly text: string;
  /** The value; for a text with faults, what could be parsed of it. */
  readonly value: unknown;
  /** Why it is rejected, in text order; empty for valid JSON that every parser reads alike. */
  readonly faults: readonly TextFault[];
  readonly root: Node | undefined;
}

/** Limit on nesting: a launch file has three levels, and the parser recurses for each. */
const MOST_LEVELS = 500;

/** Limit on names, values and punctuation: a launch file has about a hundred, and each is kept with its place. */
const MOST_TOKENS = 10_000;

/** Limit on the whole: its longest value is a kernel's command line, of which Linux takes 2 KiB on x86. */
export const MOST_CHARACTERS = 2 ** 17;

/** Some editors begin a text with it, and RFC 8259, section 8.1, lets readers ignore it. */
const BYTE_ORDER_MARK = '\ufeff';

/** The text as parsers of JSON take it, with a byte order mark as a space: all places stay. */
export const withoutMark = (text: string): string =>
  text.startsWith(BYTE_ORDER_MARK) ? ` ${text.slice(1)}` : text;

/** Where a text exceeds a limit, before a token, and which; undefined when it does not. */
function cutOf(whole: string): { readonly end: number; readonly rule: 'too-deep' | 'too-large' } | undefined {
  const text = whole.slice(0, MOST_CHARACTERS + 1);
  const scanner = createScanner(text, true);
  let depth = 0;
  let tokens = 0;
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const end = scanner.getTokenOffset();
    const first = text[end];
    if (first === '{' || first === '[') depth += 1;
    if (first === '}' || first === ']') depth -= 1;
    if (depth > MOST_LEVELS) return { end, rule: 'too-deep' };
    tokens += 1;
    if (tokens > MOST_TOKENS || end + scanner.getTokenLength() > MOST_CHARACTERS)
      return { end, rule: 'too-large' };
  }
  return text.length > MOST_CHARACTERS ? { end: MOST_CHARACTERS, rule: 'too-large' } : undefined;
}

/** Forgets a number that ends where the text breaks: of 05 or 5f nobody knows what was meant. */
function dropCutNumber(root: Node, broken: number): void {
  const node = findNodeAtOffset(root, broken, true);
  if (node?.type === 'number' && node.offset + node.length === broken) node.parent?.children?.pop();
}

/**
 * The one parser of launch files. As strict as JSON.parse, and stricter where JSON parsers disagree: each member
 * occurs once, strings are valid Unicode, and nesting and size are limited. A byte order mark is skipped. Of a text that is
 * rejected, it returns what can be read; the last of duplicate members wins.
 */
export function parseLaunchText(text: string): LaunchText {
  const errors: ParseError[] = [];
  const json = withoutMark(text);
  const cut = cutOf(json);
  const root = parseTree(json.slice(0, cut?.end), errors, {
    disallowComments: true,
    allowTrailingComma: false,
  });
  const [first] = errors;
  // One difference: an empty text yields neither a value nor an error.
  const broken = first?.offset ?? (root ? cut?.end : 0);
  if (root && broken !== undefined && broken < text.length) dropCutNumber(root, broken);
  const faults: TextFault[] = root ? faultsIn(root, broken ?? text.length) : [];
  if (broken !== undefined) {
    const size = Math.min(1, text.length - broken);
    // Where the text was cut it may well go on as JSON.
    const rule = cut && broken >= cut.end ? cut.rule : 'not-json';
    faults.push({ rule, member: [], offset: broken, size });
  }
  return { text, root, faults, value: root && (getNodeValue(root) as unknown) };
}

/** The value of a member; of members with the same name the last, as in the value of the whole text. */
function nodeAt(root: Node | undefined, member: MemberPath): Node | undefined {
  return member.reduce<Node | undefined>((node, name) => {
    const properties = node?.type === 'object' ? (node.children ?? []) : [];
    return properties.findLast(({ children: [key, value] = [] }) => value && key?.value === name)
      ?.children?.[1];
  }, root);
}

/** The range of a member's value; for a missing member, of the name of the innermost existing member around it. */
export function placeOf({ root, text }: LaunchText, member: MemberPath): TextRange {
  for (let depth = member.length; root && depth > 0; depth--) {
    const node = nodeAt(root, member.slice(0, depth));
    if (!node) continue;
    const [name] = node.parent?.children ?? [];
    const shown = depth === member.length ? node : (name ?? node);
    return { offset: shown.offset, size: shown.length };
  }
  return { offset: root?.offset ?? 0, size: Math.min(1, text.length) };
}

/** The range of a member's name, for one that should not be there at all. */
export function namePlaceOf(read: LaunchText, member: MemberPath): TextRange {
  const node = nodeAt(read.root, member);
  const [name] = node?.parent?.children ?? [];
  return name ? { offset: name.offset, size: name.length } : placeOf(read, member);
}

/** Whether a member has a value, or at least a name. */
export function hasMember({ root }: LaunchText, member: MemberPath): boolean {
  return nodeAt(root, member) !== undefined;
}

/** The position of a place's first character; a byte order mark is none, as in editors. */
export function lineColumnOf(text: string, { offset }: Pick<TextRange, 'offset'>): LineColumn {
  let start = text.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
  let line = 1;
  for (let end = text.indexOf('\n'); end >= 0 && end < offset; end = text.indexOf('\n', start)) {
    line += 1;
    start = end + 1;
  }
  return { line, column: Math.max(offset, start) - start + 1 };
}

/** What is wrong at a fault, as a phrase with its place, and what to do about it. */
export function describeFault(
  text: string,
  fault: UnclearText,
): { readonly why: string; readonly advice: string } {
  const place = placeInWords(text, fault);
  switch (fault.rule) {
    case 'too-deep':
      return {
        why: `nested more than ${MOST_LEVELS} levels deep at ${place}`,
        advice: 'A launch file needs three levels; take out the rest.',
      };
    case 'too-large':
      return {
        why: `more than a launch needs from ${place} on, with ${MOST_TOKENS} names, values and marks or ${MOST_CHARACTERS} characters before it`,
        advice: 'Take out the rest.',
      };
    case 'repeated-member':
      return {
        why: `given more than once, at ${placeInWords(text, { offset: fault.first ?? 0 })} and at ${place}`,
        advice: 'Keep one of them.',
      };
    case 'not-unicode':
      return {
        why: `half of a surrogate pair, which is not a character, at ${place}`,
        advice: 'Write the whole character.',
      };
  }
}

/** What is wrong with a byte that is not UTF-8, as a phrase with its place, and what to do about it. */
export function describeBadByte(
  text: string,
  bad: BadByte,
): { readonly why: string; readonly advice: string } {
  const what = `byte ${hex(bad.value, 2)} at offset ${bad.byte} (${placeInWords(text, bad)})`;
  return { why: `${what} is not UTF-8`, advice: 'Save the file as UTF-8.' };
}

/** A place in a text, for a sentence. */
export function placeInWords(text: string, place: Pick<TextRange, 'offset'>): string {
  const { line, column } = lineColumnOf(text, place);
  return `line ${line}, column ${column}`;
}

/** The edits that set a member, or remove it when the value is undefined; indented by two, as these files are. */
export function editsFor({ text }: LaunchText, member: MemberPath, value: unknown): TextEdit[] {
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };
  return modify(withoutMark(text), [...member], value, { formattingOptions }).map(
    ({ offset, length, content }: Edit) => ({
      offset,
      size: length,
      text: content,
    }),
  );
}
