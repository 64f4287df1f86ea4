// What a page shows, with every character visible: its texts come from files and hosts, and HTML draws a character
// without width as nothing.

import { visibleText } from '../../core/binary/plainText';
import { isObject } from '../../protocol/values';

/** Members that stay the objects that they are; core makes the names in them visible. */
const KEPT: readonly string[] = ['bytes', 'contents'];

/** Members that are large, never changed, and shown again and again: what stays one object crosses to the page once. */
const LASTING: readonly string[] = ['tables', 'comparison'];
const visible = new WeakMap<object, unknown>();

/** A copy of plain data, such as a view, whose texts show every character but line ends and tabs. */
export function visibleView<Value>(value: Value): Value;
export function visibleView(value: unknown): unknown {
  if (typeof value === 'string') return visibleText(value, '\r\n\t');
  if (Array.isArray(value)) return value.map((item: unknown) => visibleView(item));
  if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, memberOf(name, member)]));
}

function memberOf(name: string, member: unknown): unknown {
  if (KEPT.includes(name)) return member;
  if (!LASTING.includes(name) || !isObject(member)) return visibleView(member);
  if (!visible.has(member)) visible.set(member, visibleView(member));
  return visible.get(member);
}
