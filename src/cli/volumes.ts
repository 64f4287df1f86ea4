// The tree of firmware volumes as lines and as JSON.

import { byteCount, countOf, hex } from '../core/binary/hex';
import { guidName } from '../core/ovmf/volumes/guids';
import type { Variable, VariableState, VolumeNode } from '../core/ovmf/volumes/tree';

/** A tree as JSON, without the decompressed bytes. */
export function nodesJson(nodes: readonly VolumeNode[]): unknown[] {
  return nodes.map(({ decoded, children, ...node }) => ({
    ...node,
    children: nodesJson(children),
    ...(decoded && {
      decoded: {
        method: decoded.method,
        size: decoded.bytes.length,
        children: nodesJson(decoded.children),
      },
    }),
  }));
}

/** The volumes under a heading, with all files and variables when `all`; empty when there are none. */
export function volumeLines(nodes: readonly VolumeNode[], all: boolean): string[] {
  const lines = linesOf(nodes, all, '');
  return lines.length === 0 ? [] : ['', 'Firmware volumes', ...lines];
}

function linesOf(nodes: readonly VolumeNode[], all: boolean, indent: string): string[] {
  return nodes.flatMap((node) => {
    const text = textOf(node, all);
    const inner = text === undefined ? indent : `${indent}  `;
    const inside = [
      ...linesOf(node.children, all, inner),
      // Offsets in decompressed data are relative to its own start.
      ...linesOf(node.decoded?.children ?? [], all, inner),
    ];
    return text === undefined ? inside : [`${indent}${hex(node.offset, 6)}  ${text}`, ...inside];
  });
}

/** The line of a node; undefined for one that is not shown. */
function textOf(node: VolumeNode, all: boolean): string | undefined {
  const size = byteCount(node.size);
  switch (node.kind) {
    case 'volume':
      return `${titleOf(node)}, ${size}${fileCount(node)}${checksum(node)}`;
    case 'store':
      return `${node.name}, ${size}${variableCount(node)}`;
    case 'file':
      if (!all) return undefined;
      return `${titleOf(node)}, ${size}${guidPart(node)}${checksum(node)}`;
    case 'variable':
      if (!all || !node.variable) return undefined;
      return variableText(node.variable);
    case 'section':
      return encodedText(node);
    case 'free':
    case 'padding':
    case 'unknown':
      return undefined;
  }
}

function titleOf({ name, type }: VolumeNode): string {
  return type === undefined || type === name ? name : `${name}, ${type}`;
}

/** The GUID of a file, when it says more than the name. */
function guidPart({ name, type, guid }: VolumeNode): string {
  return guid === undefined || guid === name || type === 'padding' ? '' : `, ${guid}`;
}

/** Sections are shown only when they contain other sections. */
function encodedText(node: VolumeNode): string | undefined {
  if (node.type !== 'GUID-defined' && node.type !== 'compression') return undefined;
  const size = `${node.name} section, ${byteCount(node.size)}`;
  if (node.decoded) return `${size}, holds ${byteCount(node.decoded.bytes.length)}`;
  if (node.undecoded) return `${size}, not decoded: ${node.undecoded.reason}`;
  return node.children.length > 0 ? size : `${size}, empty`;
}

function fileCount({ children, type }: VolumeNode): string {
  if (type === 'NVRAM') return '';
  const files = children.filter((child) => child.kind === 'file' && child.type !== 'padding').length;
  return `, ${countOf(files, 'file')}`;
}

/** Name, state, value or its size, when it was signed, and whose it is. */
function variableText({ name, state, dataSize, value, time, vendor }: Variable): string {
  if (state === 'unwritten') return state;
  const signed = time === undefined ? [] : [`signed ${time}`];
  const words = [name, state, value ?? byteCount(dataSize), ...signed, guidName(vendor) ?? vendor];
  return words.join(', ');
}

/** States other than valid, in the order in which they are counted. */
const OTHERS: readonly VariableState[] = ['deleted', 'replaced', 'incomplete', 'unwritten', 'invalid'];

/** How many variables count, how many are deleted, and how many are in any other state. */
function variableCount({ children }: VolumeNode): string {
  const states = children.flatMap(({ variable }) => variable?.state ?? []);
  if (states.length === 0) return '';
  const count = (state: VariableState) => states.filter((one) => one === state).length;
  const others = OTHERS.filter((state) => state === 'deleted' || count(state) > 0);
  const words = [countOf(count('valid'), 'variable'), ...others.map((state) => `${count(state)} ${state}`)];
  return `, ${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function checksum({ checksums }: VolumeNode): string {
  return checksums?.header === 'bad' || checksums?.data === 'bad' ? ', wrong checksum' : '';
}
