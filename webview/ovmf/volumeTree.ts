// The firmware volumes of an image as rows: volumes, files, sections and variables, including the contents
// of compressed sections. Rows for decompressed bytes have no bytes in the file; their offsets are
// relative to the decompressed data.

import { byteCount, hex } from '../../src/core/binary/hex';
import type { VolumeContents } from '../../src/core/ovmf/contents';
import { guidName } from '../../src/core/ovmf/volumes/guids';
import type { VolumeNode } from '../../src/core/ovmf/volumes/tree';
import type { TreeNode } from '../parts/rows';

/** What a row of the tree stands for. */
export interface VolumeItem {
  readonly node: VolumeNode;
  /** Whether its offset is relative to a decompressed section. */
  readonly inside: boolean;
  /** Of an encoded section, whether it was decoded. */
  readonly content?: string;
}

/** The id of the heading of all volumes. */
const VOLUMES = 'volumes';

/** Only wrong checksums are worth mentioning. */
const checksumWords = ({ checksums }: VolumeNode) =>
  checksums && (checksums.header === 'bad' || checksums.data === 'bad') ? 'wrong checksum' : '';

/** Only variables that do not count, and values that are short. */
const variableWords = ({ variable }: VolumeNode) =>
  variable ? [variable.state === 'valid' ? '' : variable.state, variable.value ?? ''] : [];

const wordsOf = (node: VolumeNode): string =>
  [
    node.type ?? '',
    node.guid === undefined ? '' : (guidName(node.guid) ?? node.guid),
    ...variableWords(node),
    checksumWords(node),
  ]
    .filter((word) => word !== '' && word !== node.name)
    .join(' · ');

/** The rows under one heading, and what each stands for by id. `contents` arrive later than `nodes`. */
export function volumeTree(
  nodes: readonly VolumeNode[],
  contents: Pick<VolumeContents, 'sections' | 'undecoded'> | undefined,
): { node: TreeNode; items: ReadonlyMap<string, VolumeItem>; count: number } {
  const items = new Map<string, VolumeItem>();
  const inside = new Map(contents?.sections.map((section) => [section.section, section]));
  const undecoded = new Map(contents?.undecoded.map((section) => [section.offset, section]));
  const build = (node: VolumeNode, parent: string, index: number, decoded: boolean): TreeNode => {
    const id = `${parent}/${index} ${node.name}`;
    const more = decoded ? undefined : inside.get(node.offset);
    const own = more && node.kind === 'section' && node.children.length === 0 ? more : undefined;
    // What is listed inside of a section has the offset of that.
    const closed = own || decoded ? node.undecoded : (undecoded.get(node.offset) ?? node.undecoded);
    const content = own
      ? `${byteCount(own.size)} when decompressed`
      : node.undecoded && `not decoded${closed && closed.why !== 'not-asked' ? `: ${closed.reason}` : ''}`;
    items.set(id, { node, inside: decoded, ...(content !== undefined && { content }) });
    const children = [
      ...node.children.map((child, i) => build(child, id, i, decoded)),
      ...(own?.nodes ?? []).map((child, i) => build(child, id, i, true)),
    ];
    const size = own ? `${byteCount(node.size)}, ${byteCount(own.size)} decompressed` : byteCount(node.size);
    return {
      id,
      cells: [
        { text: node.name },
        { text: `${decoded ? '+' : ''}${hex(node.offset)}` },
        { text: '', extra: size },
        { text: '', extra: wordsOf(node) },
      ],
      children,
      // There are many files, and people search in them rather than read them all.
      collapsed: true,
      ...(decoded ? {} : { range: { offset: node.offset, size: node.size } }),
      keywords: [node.kind, node.guid ?? '', node.doc].join(' '),
    };
  };
  const shown = nodes.map((node, i) => build(node, VOLUMES, i, false));
  const files = [...items.values()].filter(({ node }) => node.kind === 'file').length;
  const volumes = [...items.values()].filter(({ node }) => node.kind === 'volume').length;
  const node: TreeNode = {
    id: VOLUMES,
    cells: [{ text: 'Firmware volumes', extra: `${volumes} volumes, ${files} files` }],
    children: shown,
    heading: true,
  };
  return { node, items, count: volumes };
}
