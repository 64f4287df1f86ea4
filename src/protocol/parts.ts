// Large plain values in parts: sending or receiving them whole would block a thread for longer than anyone should wait for a
// key stroke. Their lists are what is large, and trees are lists of nodes with their depths.

/** Items in one message, which takes a few milliseconds to send or receive. */
export const ITEMS = 400;

/** The lists of nodes with children, by their names in a value. */
const TREES: readonly string[] = ['nodes', 'regions'];

interface Branch {
  readonly children: readonly Branch[];
}

/** A node without its children, and how many nodes it is below. */
interface FlatNode {
  readonly depth: number;
  readonly node: object;
}

/** One message. Nodes are in depth-first order; a list is continued by the parts that follow. */
export type ListPart =
  | { readonly type: 'nodes'; readonly list: string; readonly nodes: readonly FlatNode[] }
  | { readonly type: 'items'; readonly list: string; readonly items: readonly unknown[] }
  | { readonly type: 'end'; readonly rest: object };

/** How many items of a list a part has. */
export const itemsIn = (part: ListPart): number =>
  part.type === 'nodes' ? part.nodes.length : part.type === 'items' ? part.items.length : 0;

function* flatten(nodes: readonly Branch[], depth: number): Generator<FlatNode> {
  for (const { children, ...node } of nodes) {
    yield { depth, node };
    yield* flatten(children, depth + 1);
  }
}

function* inPortions<T>(items: Iterable<T>): Generator<readonly T[]> {
  let portion: T[] = [];
  for (const item of items) {
    if (portion.length === ITEMS) {
      yield portion;
      portion = [];
    }
    portion.push(item);
  }
  yield portion;
}

/** Splits a value into parts. */
export function* inParts(value: object): Generator<ListPart, undefined> {
  const rest: Record<string, unknown> = {};
  for (const [list, member] of Object.entries(value) as [string, unknown][]) {
    if (!Array.isArray(member)) rest[list] = member;
    else if (TREES.includes(list))
      for (const nodes of inPortions(flatten(member as Branch[], 0))) yield { type: 'nodes', list, nodes };
    else for (const items of inPortions<unknown>(member)) yield { type: 'items', list, items };
  }
  yield { type: 'end', rest };
}

/** A node whose children are still arriving. */
interface GrowingNode {
  readonly children: GrowingNode[];
}

/** Reassembles one value. */
export class PartReader {
  private readonly lists: Record<string, unknown[]> = {};
  /** Of the latest tree: its nodes, the children of the latest of these, of the latest in that, and so on. */
  private levels: GrowingNode[][] = [];

  /** Takes the next part. @returns the value when it was the last one */
  add(part: ListPart): object | undefined {
    if (part.type === 'end') return { ...this.lists, ...part.rest };
    const list = (this.lists[part.list] ??= []);
    if (part.type === 'items') {
      for (const item of part.items) list.push(item);
      return undefined;
    }
    this.levels[0] = list as GrowingNode[];
    for (const { depth, node } of part.nodes) {
      const growing = { ...node, children: [] };
      this.levels[depth]!.push(growing);
      this.levels[depth + 1] = growing.children;
    }
    return undefined;
  }
}
