// The regions of a firmware image as the rows of a treegrid: a region, its fields, the regions inside it.

import { byteCount, hex } from '../../src/core/binary/hex';
import type { FieldView, Region } from '../../src/core/binary/region';
import type { TreeNode } from '../parts/rows';

/** What a row of the tree stands for. */
export interface OvmfItem {
  readonly region: Region;
  readonly field?: FieldView;
}

/** The rows, and what each stands for by id. */
export interface OvmfTree {
  readonly nodes: readonly TreeNode[];
  readonly items: ReadonlyMap<string, OvmfItem>;
}

/**
 * Builds the rows. Ids are paths of names, numbered where names repeat, so that they survive a rebuild of the file.
 */
export function ovmfTree(regions: readonly Region[]): OvmfTree {
  const items = new Map<string, OvmfItem>();
  const idOf = (parent: string, name: string): string => {
    const path = `${parent}/${name}`;
    let id = path;
    for (let n = 2; items.has(id); n++) id = `${path} ${n}`;
    return id;
  };
  const fieldNode = (region: Region, field: FieldView, parent: string): TreeNode => {
    const id = idOf(parent, field.name);
    items.set(id, { region, field });
    const { name, offset, size, raw, meaning, doc } = field;
    const cells = [{ text: name }, { text: hex(offset) }, { text: raw }, { text: meaning }];
    return { id, cells, children: [], range: { offset, size }, keywords: doc };
  };
  const regionNode = (region: Region, parent: string): TreeNode => {
    const id = idOf(parent, region.name);
    items.set(id, { region });
    const { name, offset, size, doc } = region;
    const fields = region.fields.map((field) => fieldNode(region, field, id));
    const inner = region.children.map((child) => regionNode(child, id));
    return {
      id,
      cells: [
        { text: name },
        { text: hex(offset) },
        { text: '', extra: byteCount(size) },
        { text: '', extra: doc },
      ],
      children: [...fields, ...inner].sort((a, b) => a.range!.offset - b.range!.offset),
      range: { offset, size },
      keywords: region.kind,
    };
  };
  return { nodes: regions.map((region) => regionNode(region, '')), items };
}
