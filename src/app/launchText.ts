// The text of a launch file as everything in SevScope reads it: its value, the places of its members, and its
// first JSON syntax error, which it has while someone types. Also the edits that set or remove a member.

import {
  createScanner,
  findNodeAtLocation,
  getNodeValue,
  modify,
  parseTree,
  type Edit,
  type Node,
  type ParseError,
} from 'jsonc-parser';

/** A member by its path, outermost name first; empty for the whole file. */
export type MemberPath = readonly string[];

/** A range of a text, in UTF-16 units as VS Code counts. */
export interface TextRange {
  readonly offset: number;
  readonly size: number;
}

/** A position as editors and compilers show it: both count from 1. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

/** A text edit: replaces a range with `text`. */
export interface TextEdit extends TextRange {
  readonly text: string;
}

/** A text, parsed as far as possible. */
export interface LaunchText {
  readonly text: string;
  /** The value; for a broken text, what could be parsed of it. */
  readonly value: unknown;
  /** The offset of the first syntax error; undefined when the text is valid JSON. */
  readonly broken: number | undefined;
  readonly root: Node | undefined;
}

/** Limit on nesting: a launch file has three levels, and the parser recurses for each. */
const MOST_LEVELS = 500;

/** Where a text exceeds the nesting limit; undefined when it does not. */
function tooDeepAt(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const first = text[scanner.getTokenOffset()];
    if (first === '{' || first === '[') depth += 1;
    if (first === '}' || first === ']') depth -= 1;
    if (depth > MOST_LEVELS) return scanner.getTokenOffset();
  }
  return undefined;
}

/**
 * The one parser of launch files. As strict as JSON.parse, and likewise the last of duplicate members wins; of a text
 * that is rejected, it returns what can be read. A text with more than 500 levels is cut where it goes deeper.
 */
export function parseLaunchText(text: string): LaunchText {
  const errors: ParseError[] = [];
  const shallow = text.slice(0, tooDeepAt(text));
  const root = parseTree(shallow, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  // One difference: an empty text yields neither a value nor an error.
  const broken = first?.offset ?? (root ? undefined : 0);
  return { text, root, broken, value: root && (getNodeValue(root) as unknown) };
}

/** The range of a member's value; for a missing member, of the name of the innermost existing member around it. */
export function placeOf({ root, text }: LaunchText, member: MemberPath): TextRange {
  for (let depth = member.length; root && depth > 0; depth--) {
    const node = findNodeAtLocation(root, member.slice(0, depth));
    if (!node) continue;
    const [name] = node.parent?.children ?? [];
    const shown = depth === member.length ? node : (name ?? node);
    return { offset: shown.offset, size: shown.length };
  }
  return { offset: root?.offset ?? 0, size: Math.min(1, text.length) };
}

/** The range of a member's name, for one that should not be there at all. */
export function namePlaceOf(read: LaunchText, member: MemberPath): TextRange {
  const node = read.root && findNodeAtLocation(read.root, [...member]);
  const [name] = node?.parent?.children ?? [];
  return name ? { offset: name.offset, size: name.length } : placeOf(read, member);
}

/** Whether a member has a value, or at least a name. */
export function hasMember({ root }: LaunchText, member: MemberPath): boolean {
  return root !== undefined && findNodeAtLocation(root, [...member]) !== undefined;
}

/** The position of a place's first character. */
export function lineColumnOf(text: string, { offset }: Pick<TextRange, 'offset'>): LineColumn {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** The edits that set a member, or remove it when the value is undefined; indented by two, as these files are. */
export function editsFor({ text }: LaunchText, member: MemberPath, value: unknown): TextEdit[] {
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };
  return modify(text, [...member], value, { formattingOptions }).map(({ offset, length, content }: Edit) => ({
    offset,
    size: length,
    text: content,
  }));
}
