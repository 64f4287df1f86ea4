// The text of a launch file as everybody reads it: its value, the places of its members, and where it is no JSON first, as it is in the
// middle while it is typed. And the edits that set or remove a member.

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

/** A change of a text: `text` in place of a range of it. */
export interface TextEdit extends TextRange {
  readonly text: string;
}

/** A text as far as it can be read. */
export interface LaunchText {
  readonly text: string;
  /** The value, of a broken text what there is of it. */
  readonly value: unknown;
  /** Where it is first no JSON; undefined when all of it is. */
  readonly broken: number | undefined;
  readonly root: Node | undefined;
}

/** Values inside of each other: a launch file has three levels, and the parser calls itself for each. */
const MOST_LEVELS = 500;

/** Where a text goes deeper than anybody needs; undefined when it does not. */
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
 * The one reader of launch files. Reads a text as strictly as JSON.parse, of members with the same name the last; of a text that is refused,
 * what can be read. A text with more than 500 levels ends where it goes deeper.
 */
export function parseLaunchText(text: string): LaunchText {
  const errors: ParseError[] = [];
  const shallow = text.slice(0, tooDeepAt(text));
  const root = parseTree(shallow, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  // One thing differs: an empty text gives neither a value nor an error.
  const broken = first?.offset ?? (root ? undefined : 0);
  return { text, root, broken, value: root && (getNodeValue(root) as unknown) };
}

/** Where a member stands: its value; of one that is missing, the name of the innermost one around it that is there. */
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

/** Where the name of a member stands, for what should not be there at all. */
export function namePlaceOf(read: LaunchText, member: MemberPath): TextRange {
  const node = read.root && findNodeAtLocation(read.root, [...member]);
  const [name] = node?.parent?.children ?? [];
  return name ? { offset: name.offset, size: name.length } : placeOf(read, member);
}

/** Whether there is a value for a member, or its name at least. */
export function hasMember({ root }: LaunchText, member: MemberPath): boolean {
  return root !== undefined && findNodeAtLocation(root, [...member]) !== undefined;
}

/** The position of a place's first character. */
export function lineColumnOf(text: string, { offset }: Pick<TextRange, 'offset'>): LineColumn {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** The edits that give a member a value, or with undefined remove it; indented by two, as these files are. */
export function editsFor({ text }: LaunchText, member: MemberPath, value: unknown): TextEdit[] {
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };
  return modify(text, [...member], value, { formattingOptions }).map(({ offset, length, content }: Edit) => ({
    offset,
    size: length,
    text: content,
  }));
}
