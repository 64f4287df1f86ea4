// Parses libvirt's XML (XML 1.0 with namespaces) into a tree, strictly and within limits. There are no document
// types, so no entities beyond XML's five; white space is kept, because it is measured in a kernel's command line.

import { SaxesParser } from 'saxes';
import { CheckError } from '../core/errors';
import { unreadableXml } from './errors';
import { plainText } from '../core/binary/plainText';

/** An element. libvirt's own elements have no namespace; `space` is that of others. */
export interface XmlElement {
  readonly name: string;
  readonly space: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The characters directly inside, without those of its children. */
  readonly text: string;
}

/**
 * libvirt's own messages are limited to 32 MiB; no definition has come near these limits. They keep what anyone may have
 * written within half a second and 48 MiB.
 */
export const XML_LIMITS = {
  characters: 8 << 20,
  /** The characters of MARKS. */
  marks: 100_000,
  depth: 64,
  elements: 20_000,
  /** Of one element. */
  attributes: 64,
} as const;

/** The characters at which the parser stops and joins what it has: each costs as much as a hundred others. */
const MARKS = '<&"\'?[]-\t\n\r';
const IS_MARK = Uint8Array.from({ length: 128 }, (_, code) =>
  Number(MARKS.includes(String.fromCharCode(code))),
);

function countMarks(xml: string): number {
  let count = 0;
  for (let i = 0; i < xml.length; i++) count += IS_MARK[xml.charCodeAt(i)] ?? 0;
  return count;
}

interface Growing extends XmlElement {
  readonly children: Growing[];
  text: string;
}

/**
 * Parses a document.
 * @param root the required name of its outermost element
 * @param what what it is, the beginning of a sentence
 * @throws CheckError of kind `bug` when it is not such a document or exceeds the limits
 */
export function parseXml(xml: string, root: string, what: string): XmlElement {
  const fail = (why: string): never => {
    throw unreadableXml(what, why);
  };
  if (xml.length > XML_LIMITS.characters) fail(`it has more than ${XML_LIMITS.characters >> 20} MiB`);
  if (countMarks(xml) > XML_LIMITS.marks)
    fail(`it has more than ${XML_LIMITS.marks} tags, quotes, references and line breaks`);
  const parser = new SaxesParser({ xmlns: true, forceXMLVersion: true, defaultXMLVersion: '1.0' });
  const open: Growing[] = [];
  let top: Growing | undefined;
  let elements = 0;
  let attributesSoFar = 0;
  parser.on('doctype', () => fail('it has a document type, which libvirt never writes'));
  // While it is read: the parser keeps all attributes of an element until it ends.
  parser.on('attribute', () => {
    attributesSoFar++;
    if (attributesSoFar > XML_LIMITS.attributes)
      fail(`an element has more than ${XML_LIMITS.attributes} attributes`);
  });
  parser.on('opentag', (tag) => {
    attributesSoFar = 0;
    elements++;
    if (elements > XML_LIMITS.elements) fail(`it has more than ${XML_LIMITS.elements} elements`);
    if (open.length >= XML_LIMITS.depth) fail(`its elements are nested deeper than ${XML_LIMITS.depth}`);
    const attributes = new Map(
      Object.values(tag.attributes)
        .filter(({ uri }) => uri === '')
        .map(({ local, value }) => [local, value]),
    );
    const element: Growing = { name: tag.local, space: tag.uri, attributes, children: [], text: '' };
    open.at(-1)?.children.push(element);
    top ??= element;
    open.push(element);
  });
  const add = (text: string) => {
    const inside = open.at(-1);
    if (inside) inside.text += text;
  };
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('closetag', () => open.pop());
  try {
    parser.write(xml).close();
  } catch (error) {
    if (error instanceof CheckError) throw error;
    fail(`line ${plainText((error as Error).message, 200).replace(/\.$/, '')}`);
  }
  if (top?.name !== root || top.space !== '') {
    return fail(`it is "${plainText(top?.name ?? '', 40)}" instead of "${root}"`);
  }
  return top;
}

/** All children with this name. */
export function childElements(parent: XmlElement | undefined, name: string): readonly XmlElement[] {
  return parent?.children.filter((child) => child.name === name && child.space === '') ?? [];
}

/**
 * The only child with this name, or undefined. Given two, libvirt silently reads the first.
 * @throws what `fail` makes of the reason when there are two
 */
export function onlyChild(
  parent: XmlElement | undefined,
  name: string,
  fail: (why: string) => never,
): XmlElement | undefined {
  const [first, second] = childElements(parent, name);
  return second ? fail(`it has two elements "${name}" in "${parent?.name ?? ''}"`) : first;
}
