// What a page shows, with every character visible: its texts come from files and hosts, and HTML draws a character
// without width as nothing.

import { visibleText } from '../../core/binary/plainText';
import { isObject } from '../../protocol/shared';

/** Members that stay the objects that they are, so that they cross once; core makes the names in them visible. */
const KEPT: readonly string[] = ['bytes', 'contents'];

/** A copy of plain data whose texts show every character but line ends and tabs. */
export function visibleTexts<Value>(value: Value): Value;
export function visibleTexts(value: unknown): unknown {
  if (typeof value === 'string') return visibleText(value, '\r\n\t');
  if (Array.isArray(value)) return value.map((item: unknown) => visibleTexts(item));
  if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const members = Object.entries(value);
  return Object.fromEntries(
    members.map(([name, member]) => [name, KEPT.includes(name) ? member : visibleTexts(member)]),
  );
}
