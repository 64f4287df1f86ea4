// What a page shows, with every character visible: its texts come from files and hosts, and HTML draws a character
// without width as nothing.

import { visibleText } from '../../core/binary/plainText';
import { LARGE, type View } from '../../protocol/pages';
import { isObject, isPlainObject } from '../../core/binary/values';

/** Copies of large members. They are shown again and again, and what stays one object crosses to the page once. */
const copies = new WeakMap<object, unknown>();

/** A copy of a view whose texts show every character but line ends and tabs. Bytes, and what is visible already, stay. */
export function visibleView<V extends View>(view: V): V {
  const large = LARGE[view.kind];
  const members = Object.entries(view).map(([name, member]: [string, unknown]) => {
    if (!Object.hasOwn(large, name)) return [name, visibleData(member)];
    return [name, large[name]!.visible || !isObject(member) ? member : copyOf(member)];
  });
  return Object.fromEntries(members) as V;
}

function copyOf(member: object): unknown {
  if (!copies.has(member)) copies.set(member, visibleData(member));
  return copies.get(member);
}

/** A copy of plain data with visible texts. */
function visibleData(value: unknown): unknown {
  if (typeof value === 'string') return visibleText(value, '\r\n\t');
  if (Array.isArray(value)) return value.map(visibleData);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, visibleData(member)]));
}
