// The firmware volumes of an image as rows: volumes, files, sections and variables, including the contents
// of compressed sections. Rows for decompressed bytes have no bytes in the file; their offsets are
// relative to the decompressed data.

import { byteCount, countOf, hex } from '../../src/core/binary/hex';
import type { ContentNode } from '../../src/core/ovmf/contents';
import type { TreeNode } from '../parts/rows';

/** What a row of the tree stands for. */
export interface VolumeItem {
  readonly node: ContentNode;
  /** Whether its offset is relative to a decompressed section. */
  readonly inside: boolean;
  /** Of an encoded section, whether it was decoded. */
  readonly content?: string;
}

/** The id of the heading of all volumes. */
const VOLUMES = 'volumes';

/** Only wrong checksums are worth mentioning. */
const checksumWords = ({ checksums }: ContentNode) =>
  checksums && (checksums.header === 'bad' || checksums.data === 'bad') ? 'wrong checksum' : '';

/** Only variables that do not count, and values that are short. */
const variableWords = ({ variable }: ContentNode) =>
  variable ? [variable.state === 'valid' ? '' : variable.state, variable.value ?? ''] : [];

const wordsOf = (node: ContentNode): string =>
  [node.type ?? '', node.known ?? node.guid ?? '', ...variableWords(node), checksumWords(node)]
    .filter((word) => word !== '' && word !== node.name)
    .join(' · ');

/** Whether an encoded section was decoded; undefined for all else. */
function contentOf({ decoded, undecoded }: ContentNode): string | undefined {
  if (decoded) return `${byteCount(decoded.size)} when decompressed`;
  return undecoded && `not decoded${undecoded.why === 'not-asked' ? '' : `: ${undecoded.reason}`}`;
}

/** The rows of volumes. */
export interface VolumeRows {
  /** The heading with all rows under it. */
  readonly node: TreeNode;
  /** What each row stands for, by id. */
  readonly items: ReadonlyMap<string, VolumeItem>;
}

const heading = (extra: string, children: readonly TreeNode[] = []): TreeNode => ({
  id: VOLUMES,
  cells: [{ text: 'Firmware volumes', extra }],
  children,
  heading: true,
});

/** The heading of volumes that are not known. @param isRead whether somebody is reading them */
export const unknownVolumes = (isRead: boolean): VolumeRows => ({
  node: heading(isRead ? 'being read…' : 'not read'),
  items: new Map(),
});

/** More rows side by side than any firmware has; a page that draws thousands is slow. */
const MOST_ROWS = 500;

/** Rows side by side, or if these are many, rows of as many of them as are drawn at once. */
function inGroups(rows: readonly TreeNode[], parent: string): readonly TreeNode[] {
  if (rows.length <= MOST_ROWS) return rows;
  const groups: TreeNode[] = [];
  for (let at = 0; at < rows.length; at += MOST_ROWS) {
    const children = rows.slice(at, at + MOST_ROWS);
    const text = `${at + 1} to ${at + children.length} of ${rows.length}`;
    const cells = [{ text }, { text: '' }, { text: '' }, { text: '' }];
    groups.push({ id: `${parent}/${at}…`, cells, children, collapsed: true });
  }
  return groups;
}

/** The rows under one heading. @param isRead whether somebody is reading more of them */
export function volumeTree(nodes: readonly ContentNode[], isRead = false): VolumeRows {
  const items = new Map<string, VolumeItem>();
  let [volumes, files] = [0, 0];
  const build = (node: ContentNode, parent: string, index: number, inside: boolean): TreeNode => {
    const { kind, name, offset, size, decoded } = node;
    const id = `${parent}/${index} ${name}`;
    const content = contentOf(node);
    items.set(id, { node, inside, ...(content !== undefined && { content }) });
    if (kind === 'volume') volumes++;
    if (kind === 'file') files++;
    return {
      id,
      cells: [
        { text: name },
        { text: `${inside ? '+' : ''}${hex(offset)}` },
        {
          text: '',
          extra: decoded ? `${byteCount(size)}, ${byteCount(decoded.size)} decompressed` : byteCount(size),
        },
        { text: '', extra: wordsOf(node) },
      ],
      children: inGroups(
        node.children.map((child, i) => build(child, id, i, inside || decoded !== undefined)),
        id,
      ),
      // There are many files, and people search in them rather than read them all.
      collapsed: true,
      ...(!inside && { range: { offset, size } }),
      keywords: [kind, node.guid ?? '', node.doc].join(' '),
    };
  };
  const rows = nodes.map((node, i) => build(node, VOLUMES, i, false));
  const shown = inGroups(rows, VOLUMES);
  if (volumes === 0) return { node: heading('none found'), items };
  const more = isRead ? ', compressed ones being read…' : '';
  return { node: heading(`${countOf(volumes, 'volume')}, ${countOf(files, 'file')}${more}`, shown), items };
}
