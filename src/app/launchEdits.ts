// Applies an explanation's edits to the text of a launch file: changes only what must change and keeps the file's
// layout, so that a person sees at a glance what was done.

import { applyEdits, findNodeAtOffset, modify, type Node } from 'jsonc-parser';
import { CheckError, errorData, type ErrorData } from '../core/errors';
import type { EditedValue, LaunchEdit } from '../core/explain/explanation';
import { lengthWithout } from '../core/binary/trim';
import type { Io } from './io';
import { parseLaunchFile } from './launchFile';
import { MEMBERS, PATHS } from './launchSchema';
import { parseLaunchText, withoutMark, type Json } from './launchText';
import { isObject } from '../core/binary/values';

/** A range of the text and its replacement. */
export interface TextChange {
  readonly offset: number;
  readonly length: number;
  readonly content: string;
}

/** A launch file, and the edits of each explanation. */
export interface ChangesTask {
  readonly text: string;
  /** Where the file is, absolute. */
  readonly path: string;
  readonly edits: readonly (readonly LaunchEdit[])[];
}

/** What to change (empty when the file already agrees), or why it cannot be changed. */
export type ChangesAnswer = { readonly changes: readonly TextChange[] } | { readonly error: ErrorData };

/** Whether two JSON values are equal, regardless of member order. */
function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((value, i) => isSame(value, b[i]));
  if (!isObject(a) || !isObject(b)) return a === b;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSame(a[name], b[name]))
  );
}

const NOTHING: Node = { type: 'null', offset: 0, length: 0 };

/**
 * The changes that make the text of a launch file match the edits; empty when it already does.
 * @param path of the launch file, absolute: paths become relative to it, except where an absolute one was
 * @throws CheckError when the text is not a launch file, would not be one afterwards, or would not match the edits
 */
export function changeLaunchText(
  io: Io,
  text: string,
  path: string,
  edits: readonly LaunchEdit[],
): TextChange[] {
  parseLaunchFile(io, text, path);
  const before = parseLaunchText(text).value as Json;
  const written = edits.map((edit) => asWritten(io, edit, before, path));
  const after = written.reduce(withEdit, before);
  if (isSame(after, before)) return [];
  const changes = separateChanges(text, written, after) ?? oneChange(text, written);
  const result = applyEdits(text, changes);
  parseLaunchFile(io, result, path);
  return changes;
}

/** The changes of each explanation. */
export function changesFor(io: Io, { text, path, edits }: ChangesTask): ChangesAnswer[] {
  return edits.map((each) => {
    try {
      return { changes: changeLaunchText(io, text, path, each) };
    } catch (error) {
      if (error instanceof CheckError) return { error: errorData(error) };
      throw error;
    }
  });
}

const memberAt = (json: unknown, member: readonly string[]): unknown =>
  member.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), json);

/** The edit with paths in the form that the launch file uses. */
function asWritten(io: Io, edit: LaunchEdit, before: Json, path: string): LaunchEdit {
  const { member, value } = edit;
  const { dirname, isAbsolute, relative, toSlashes } = io.path;
  if (value === undefined || !PATHS.includes(member[0] ?? '')) return edit;
  const write = (part: EditedValue, old: unknown): EditedValue => {
    if (typeof part === 'number') return part;
    if (typeof part === 'object')
      return Object.fromEntries(
        Object.entries(part).map(([name, inner]) => [name, write(inner, memberAt(old, [name]))]),
      );
    if (!isAbsolute(part) || (typeof old === 'string' && isAbsolute(old))) return part;
    return toSlashes(relative(dirname(path), part));
  };
  return { member, value: write(value, memberAt(before, member)) };
}

/** The data with one member changed. */
function withEdit(json: Json, edit: LaunchEdit): Json {
  const [name = '', ...inner] = edit.member;
  const { [name]: old, ...others } = json;
  if (inner.length > 0)
    return { ...json, [name]: withEdit(isObject(old) ? old : {}, { ...edit, member: inner }) };
  return edit.value === undefined ? others : { ...json, [name]: edit.value };
}

/** Each edit at its own place; undefined when they overlap. */
function separateChanges(text: string, edits: readonly LaunchEdit[], after: Json): TextChange[] | undefined {
  const changes = edits.flatMap((edit) => changesOf(text, edit));
  try {
    const { value, faults } = parseLaunchText(applyEdits(text, changes));
    return faults.length === 0 && isSame(value, after) ? changes : undefined;
  } catch {
    // Changes that overlap are refused.
    return undefined;
  }
}

/** Everything between the first and the last changed character. */
function oneChange(text: string, edits: readonly LaunchEdit[]): TextChange[] {
  const result = edits.reduce((now, edit) => applyEdits(now, changesOf(now, edit)), text);
  const most = Math.min(text.length, result.length);
  let start = 0;
  while (start < most && text[start] === result[start]) start++;
  let end = 0;
  while (end < most - start && text.at(-1 - end) === result.at(-1 - end)) end++;
  const content = result.slice(start, result.length - end);
  return [{ offset: start, length: text.length - end - start, content }];
}

/** One edit, in the style of the surrounding text. */
function changesOf(text: string, { member, value }: LaunchEdit): TextChange[] {
  const getInsertionIndex = (names: string[]) =>
    names.findLastIndex((name) => MEMBERS.indexOf(name) <= MEMBERS.indexOf(member[0] ?? '')) + 1;
  const options = member.length === 1 ? { getInsertionIndex } : {};
  return modify(withoutMark(text), [...member], value, options).map(({ offset, length, content }) => {
    const change = { offset, length };
    if (value === undefined) return { ...change, content };
    const old = text.slice(offset, offset + length);
    if (length > 0)
      return { ...change, content: valueText(value, text, old.includes('\n') && lineStart(text, offset)) };
    if (!content.startsWith(',')) return { ...change, content };
    // `modify` puts additions on the line of the member before.
    const gap = gapBefore(text, offset);
    const name = content.slice(1, content.indexOf(':'));
    return { ...change, content: `,${gap}${name}: ${valueText(value, text, gap.includes('\n') && gap)}` };
  });
}

/** The white space before the member that ends at an offset. */
function gapBefore(text: string, offset: number): string {
  let node = findNodeAtOffset(parseLaunchText(text).root ?? NOTHING, offset - 1);
  while (node?.parent && node.parent.offset + node.parent.length === offset) node = node.parent;
  const before = text.slice(0, node?.offset);
  return before.slice(lengthWithout(before, ' \t\r\n'));
}

/** The line break and the indentation of the line that contains an offset. */
function lineStart(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1);
  if (offset === 0 || start < 0) return '\n';
  const indentation = /^[ \t]*/.exec(text.slice(start + 1, offset))?.[0] ?? '';
  return `${text[start - 1] === '\r' ? '\r' : ''}\n${indentation}`;
}

/** A value as JSON: on one line, or with each member on its own line, indented further than `line`. */
function valueText(value: EditedValue, text: string, line: string | false): string {
  if (line === false) return JSON.stringify(value, null, 1).replaceAll(/\n */g, ' ');
  const unit = /\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
  return JSON.stringify(value, null, unit).replaceAll('\n', line);
}
