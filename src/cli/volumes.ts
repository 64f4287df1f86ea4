// The tree of firmware volumes as lines and as JSON.

import { byteCount, countOf, hex } from '../core/binary/hex';
import type { VolumeNode } from '../core/ovmf/volumes/tree';

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
      return `${node.name}, ${node.variable.state}, ${byteCount(node.variable.dataSize)}, ${node.variable.vendor}`;
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
  return node.children.length > 0 ? size : `${size}, not decoded`;
}

function fileCount({ children, type }: VolumeNode): string {
  if (type === 'NVRAM') return '';
  const files = children.filter((child) => child.kind === 'file' && child.type !== 'padding').length;
  return `, ${countOf(files, 'file')}`;
}

function variableCount({ children }: VolumeNode): string {
  const valid = children.filter(({ variable }) => variable?.state === 'valid').length;
  const deleted = children.filter(({ variable }) => variable && variable.state !== 'valid').length;
  if (valid + deleted === 0) return '';
  return `, ${countOf(valid, 'variable')} and ${deleted} deleted`;
}

function checksum({ checksums }: VolumeNode): string {
  return checksums?.header === 'bad' || checksums?.data === 'bad' ? ', wrong checksum' : '';
}
