// The contents of an image's compressed sections, in parts: sending or receiving them whole would block a
// thread for longer than anyone should wait for a key stroke.

import type { SectionContents, VolumeContents } from './contents';
import type { VolumeNode } from './volumes/tree';

/** Nodes in one part, which takes a few milliseconds to send or receive. */
const NODES = 400;

/** A node without its children, and its depth below its section. */
interface FlatNode {
  readonly depth: number;
  readonly node: Omit<VolumeNode, 'children'>;
}

/** One message; nodes belong to the latest section, in depth-first order. */
export type ContentPart =
  | { readonly type: 'section'; readonly section: Omit<SectionContents, 'nodes'> }
  | { readonly type: 'nodes'; readonly nodes: readonly FlatNode[] }
  | { readonly type: 'end'; readonly rest: Omit<VolumeContents, 'sections'> };

/** Splits contents into parts. */
export function* inParts({ sections, ...rest }: VolumeContents): Generator<ContentPart, undefined> {
  for (const { nodes, ...section } of sections) {
    yield { type: 'section', section };
    let part: FlatNode[] = [];
    for (const flat of flatten(nodes, 0)) {
      if (part.length === NODES) {
        yield { type: 'nodes', nodes: part };
        part = [];
      }
      part.push(flat);
    }
    yield { type: 'nodes', nodes: part };
  }
  yield { type: 'end', rest };
}

function* flatten(nodes: readonly VolumeNode[], depth: number): Generator<FlatNode> {
  for (const { children, ...node } of nodes) {
    yield { depth, node };
    yield* flatten(children, depth + 1);
  }
}

/** A node whose children are still arriving. */
interface GrowingNode extends Omit<VolumeNode, 'children'> {
  readonly children: GrowingNode[];
}

/** Reassembles parts. */
export class ContentReader {
  private readonly sections: SectionContents[] = [];
  /** The children of the latest section, of its latest node, of the latest node in that, and so on. */
  private levels: GrowingNode[][] = [];

  /** Takes the next part. @returns the contents when it was the last one */
  add(part: ContentPart): VolumeContents | undefined {
    switch (part.type) {
      case 'section':
        this.levels = [[]];
        this.sections.push({ ...part.section, nodes: this.levels[0]! });
        return undefined;
      case 'nodes':
        for (const { depth, node } of part.nodes) {
          const growing = { ...node, children: [] };
          this.levels[depth]!.push(growing);
          this.levels[depth + 1] = growing.children;
        }
        return undefined;
      case 'end':
        return { sections: this.sections, ...part.rest };
    }
  }
}
