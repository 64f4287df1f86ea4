// The logic of the treegrid without rendering: flattens a tree into visible rows, moves among them by key,
// and finds the deepest node that contains a byte.

import type { ByteRange } from '../../src/core/binary/region';

export type { ByteRange } from '../../src/core/binary/region';

/** Whether two ranges are of the same bytes; nothing is like nothing. */
export const isSameRange = (a: ByteRange | undefined, b: ByteRange | undefined): boolean =>
  a?.offset === b?.offset && a?.size === b?.size;

/** One cell: a main text, and additional words in a muted colour. */
export interface Cell {
  readonly text: string;
  readonly extra?: string;
  /** The full value, where the cell shows a shorter form. */
  readonly full?: string;
  /** Boxed, because it differs from its neighbour. */
  readonly marked?: boolean;
}

/** A row with the rows under it. Ids are unique in a tree and stay the same when the file is read again. */
export interface TreeNode {
  readonly id: string;
  /** One cell for each column; a heading has only the first. */
  readonly cells: readonly Cell[];
  readonly children: readonly TreeNode[];
  readonly range?: ByteRange;
  /** Initially collapsed, because its children are rarely of interest. */
  readonly collapsed?: boolean;
  /** A group of rows rather than a field. */
  readonly heading?: boolean;
  /** Marked as different in front of its name. */
  readonly differs?: boolean;
  /** Every byte of it is zero. */
  readonly zero?: boolean;
  /** Additional text for the filter. */
  readonly keywords?: string;
}

/** Which nodes the user has expanded (true) or collapsed (false), by id. */
export type Toggles = Readonly<Record<string, boolean>>;

/** A visible row with its position in the tree, counted from 1 as in ARIA. */
export interface FlatRow {
  readonly node: TreeNode;
  readonly level: number;
  readonly position: number;
  readonly siblings: number;
  readonly parent: string | undefined;
  /** Undefined for a row without children. */
  readonly expanded: boolean | undefined;
}

/** The visible rows, in order. With `all`, every node is expanded: a filter has chosen what is in the tree. */
export function flatten(nodes: readonly TreeNode[], toggles: Toggles, all = false): FlatRow[] {
  const walk = (siblings: readonly TreeNode[], level: number, parent: string | undefined): FlatRow[] =>
    siblings.flatMap((node, i) => {
      const hasChildren = node.children.length > 0;
      const expanded = hasChildren ? all || (toggles[node.id] ?? !node.collapsed) : undefined;
      const row = { node, level, position: i + 1, siblings: siblings.length, parent, expanded };
      return [row, ...(expanded ? walk(node.children, level + 1, node.id) : [])];
    });
  return walk(nodes, 1, undefined);
}

/** What a tree is narrowed to: rows that contain `text`, are not zero, or differ. */
export interface Filter {
  readonly text: string;
  readonly nonZero?: boolean;
  readonly differing?: boolean;
}

function contains(node: TreeNode, text: string): boolean {
  const words = node.cells.map((cell) => `${cell.text} ${cell.extra ?? ''} ${cell.full ?? ''}`);
  return [...words, node.keywords ?? ''].some((word) => word.toLowerCase().includes(text));
}

/** The nodes that pass, under their ancestors; a matching parent that is not a heading keeps all its descendants. */
export function filterTree(nodes: readonly TreeNode[], filter: Filter): readonly TreeNode[] {
  const text = filter.text.trim().toLowerCase();
  if (text === '' && !filter.nonZero && !filter.differing) return nodes;
  const keep = (node: TreeNode, within: boolean): TreeNode[] => {
    const found = within || (!node.heading && contains(node, text));
    const children = node.children.flatMap((child) => keep(child, found));
    if (children.length > 0) return [{ ...node, children }];
    const wanted = found && !(filter.nonZero && node.zero) && !(filter.differing && !node.differs);
    return wanted && node.children.length === 0 ? [node] : [];
  };
  return nodes.flatMap((node) => keep(node, text === ''));
}

/** The number of nodes without children, except for headings: the fields. */
export function countLeaves(nodes: readonly TreeNode[]): number {
  const count = (node: TreeNode) =>
    node.children.length > 0 ? countLeaves(node.children) : node.heading ? 0 : 1;
  return nodes.reduce((n, node) => n + count(node), 0);
}

/** The node with this id and its ancestors, outermost first; empty when there is none. */
export function pathTo(nodes: readonly TreeNode[], id: string): TreeNode[] {
  for (const node of nodes) {
    if (node.id === id) return [node];
    const rest = pathTo(node.children, id);
    if (rest.length > 0) return [node, ...rest];
  }
  return [];
}

/** The deepest node that contains the byte at `offset`; among several on one level, the smallest. */
export function nodeAt(nodes: readonly TreeNode[], offset: number): TreeNode | undefined {
  let best: TreeNode | undefined;
  for (const node of nodes) {
    const { range } = node;
    const inside = range && offset >= range.offset && offset - range.offset < range.size;
    // A heading has no range of its own, but its children have.
    const found =
      !range || inside ? (nodeAt(node.children, offset) ?? (inside ? node : undefined)) : undefined;
    if (found && (!best || found.range!.size < best.range!.size)) best = found;
  }
  return best;
}

/** The nearest among the node with this id and its ancestors that contains all of a range and more. */
export function widerThan(nodes: readonly TreeNode[], id: string, range: ByteRange): TreeNode | undefined {
  const holds = ({ range: wide }: TreeNode) =>
    wide !== undefined &&
    wide.size > range.size &&
    wide.offset <= range.offset &&
    wide.offset + wide.size >= range.offset + range.size;
  return pathTo(nodes, id).findLast(holds);
}

/** The outermost node whose bytes are exactly these. */
export function nodeOf(nodes: readonly TreeNode[], range: ByteRange): TreeNode | undefined {
  for (const node of nodes) {
    if (node.range?.offset === range.offset && node.range.size === range.size) return node;
    const below = nodeOf(node.children, range);
    if (below) return below;
  }
  return undefined;
}

/** The effect of a key on the tree: moves to a row, or expands or collapses one. */
export type TreeMove = { readonly to: string } | { readonly toggle: string; readonly open: boolean };

/** How the treegrid responds to a key (WAI-ARIA treegrid with row focus); undefined for keys it ignores. */
export function moveByKey(
  rows: readonly FlatRow[],
  id: string | undefined,
  key: string,
  pageRows: number,
): TreeMove | undefined {
  const at = Math.max(
    0,
    rows.findIndex((row) => row.node.id === id),
  );
  const row = rows[at];
  if (!row) return undefined;
  const to = (index: number): TreeMove => ({
    to: rows[Math.min(Math.max(index, 0), rows.length - 1)]!.node.id,
  });
  switch (key) {
    case 'ArrowDown':
      return to(at + 1);
    case 'ArrowUp':
      return to(at - 1);
    case 'PageDown':
      return to(at + pageRows);
    case 'PageUp':
      return to(at - pageRows);
    case 'Home':
      return to(0);
    case 'End':
      return to(rows.length - 1);
    case 'ArrowRight':
      if (row.expanded === false) return { toggle: row.node.id, open: true };
      return row.expanded ? to(at + 1) : undefined;
    case 'ArrowLeft':
      if (row.expanded) return { toggle: row.node.id, open: false };
      return row.parent === undefined ? undefined : { to: row.parent };
    default:
      return undefined;
  }
}
