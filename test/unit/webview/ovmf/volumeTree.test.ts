// The rows of firmware volumes: what they say of encoded sections before and after these are decoded, and of variables.

import assert from 'node:assert/strict';
import { parseOvmf } from '../../../../src/core/ovmf/image';
import { parseContents } from '../../../../src/core/ovmf/contents';
import { BROTLI, LZMA } from '../../../../src/core/ovmf/volumes/guids';
import type { Decompress } from '../../../../src/core/ovmf/volumes/tree';
import { decompressSection } from '../../../../src/node/decompress';
import { unknownVolumes, volumeTree, type VolumeItem } from '../../../../webview/ovmf/volumeTree';
import { nodeAt, type TreeNode } from '../../../../webview/parts/rows';
import { SECTIONS, brotliData } from '../../../helpers/compressions';
import {
  file,
  section,
  sections,
  utf16,
  variableVolume,
  volume,
} from '../../../../src/core/ovmf/volumes/build';
import { guided, variable } from '../../../helpers/volumes';

const GUID = 'aaaaaaaa-0000-4000-8000-000000000001';
const code = new Uint8Array(40).fill(7);
/** An LZMA header that states 64 bytes, and no stream. */
const broken = Uint8Array.from(code, (byte, i) => (i < 5 || i > 12 ? byte : i === 5 ? 64 : 0));
const inner = (...more: readonly Uint8Array[]) =>
  sections(section(0x19, code), section(0x15, utf16('Inner')), ...more);
const holding = (...parts: readonly Uint8Array[]) =>
  volume({ size: 0x800, files: [file({ guid: GUID, type: 2, body: sections(...parts) })] });

/** @param decompress `later` before anything is decompressed */
const rows = (bytes: Uint8Array, decompress: Decompress | 'later' = 'later') => {
  const image = parseOvmf(bytes);
  const { nodes, pending } =
    decompress === 'later' ? parseContents(bytes, image) : parseContents(bytes, image, decompress);
  const { node, items } = volumeTree(nodes, pending);
  const list = (one: TreeNode): TreeNode[] => [one, ...one.children.flatMap(list)];
  return {
    items: [...items.values()],
    list: list(node),
    texts: list(node).map(({ cells }) => cells.map(({ text, extra }) => extra ?? text)),
  };
};
/** Name and content of every encoded section. */
const encoded = (items: readonly VolumeItem[]) =>
  items.flatMap(({ node, content }) => (content === undefined ? [] : [[node.name, content]]));
const noBrotli: Decompress = (method, bytes, size) =>
  method === 'brotli' ? 'unsupported' : decompressSection(method, bytes, size);

describe('The rows of firmware volumes', () => {
  const cases: readonly [string, Uint8Array, Decompress | 'later', readonly (readonly [string, string])[]][] =
    [
      [
        'before anything is decompressed',
        holding(SECTIONS.lzma(inner())),
        'later',
        [['LZMA', 'not decoded']],
      ],
      [
        'of a section that was decompressed',
        holding(SECTIONS.lzma(inner())),
        decompressSection,
        [['LZMA', `${inner().length} bytes when decompressed`]],
      ],
      [
        'of one in UEFI compression',
        holding(SECTIONS.uefi(inner())),
        decompressSection,
        [['compression: standard', `${inner().length} bytes when decompressed`]],
      ],
      [
        'of broken data',
        holding(guided(LZMA, broken)),
        decompressSection,
        [
          [
            'LZMA',
            'not decoded: its property byte 0x07 means lc 7 and lp 0, together more than 4; firmware has 0x5d (lc 3, lp 0, pb 2)',
          ],
        ],
      ],
      [
        'of a method that is not decoded here',
        holding(guided(BROTLI, brotliData(inner()))),
        noBrotli,
        [['Brotli', 'not decoded: Brotli is not decompressed here']],
      ],
      [
        'of a method that nobody knows, at any time',
        holding(guided(GUID, code)),
        'later',
        [[GUID, 'not decoded: no decoder for this method is known']],
      ],
      [
        'of one inside of another',
        holding(SECTIONS.lzma(inner(guided(GUID, code), guided(LZMA, broken)))),
        decompressSection,
        [
          ['LZMA', `${inner(guided(GUID, code), guided(LZMA, broken)).length} bytes when decompressed`],
          [GUID, 'not decoded: no decoder for this method is known'],
          [
            'LZMA',
            'not decoded: its property byte 0x07 means lc 7 and lp 0, together more than 4; firmware has 0x5d (lc 3, lp 0, pb 2)',
          ],
        ],
      ],
    ];
  for (const [name, bytes, decompress, wanted] of cases) {
    it(`say what is known ${name}`, () => {
      assert.deepEqual(encoded(rows(bytes, decompress).items), wanted);
    });
  }
  it('have no sentence that something was not decompressed above what was', () => {
    const bytes = holding(SECTIONS.lzma(inner()));
    for (const { node } of rows(bytes, decompressSection).items) assert.doesNotMatch(node.doc, /\bnot\b/);
  });
  it('are those of before and more below them once a section was decompressed', () => {
    const bytes = holding(SECTIONS.lzma(inner()));
    const [before, after] = [rows(bytes), rows(bytes, decompressSection)];
    const ids = before.list.map(({ id }) => id);
    assert.deepEqual(
      after.list.filter(({ id }) => ids.includes(id)).map(({ id, range }) => [id, range]),
      before.list.map(({ id, range }) => [id, range]),
    );
    const more = after.list.filter(({ id }) => !ids.includes(id));
    assert.deepEqual(
      more.map(({ cells, range }) => [cells[1]?.text, range]),
      [
        ['+0x0', undefined],
        ['+0x2c', undefined],
      ],
    );
  });
  it('stand under a heading that says how far they are read', () => {
    const bytes = holding(SECTIONS.lzma(inner()));
    const headings = [
      unknownVolumes(true).node,
      rows(bytes).list[0],
      rows(bytes, decompressSection).list[0],
      rows(code).list[0],
      unknownVolumes(false).node,
    ];
    assert.deepEqual(
      headings.map((node) => [node?.id, node?.cells[0]?.extra]),
      [
        ['volumes', 'being read…'],
        ['volumes', '1 volume, 1 file, compressed ones being read…'],
        ['volumes', '1 volume, 1 file'],
        ['volumes', 'none found'],
        ['volumes', 'not read'],
      ],
    );
  });
  it('are in groups where an image has thousands side by side, and each is found', () => {
    const nodes = Array.from({ length: 1100 }, (_, i) => ({
      kind: 'volume' as const,
      name: `${i}`,
      offset: 0x100 * i,
      size: 0x100,
      doc: '',
      fields: [],
      children: [],
    }));
    const { node, items } = volumeTree(nodes);
    assert.deepEqual(
      node.children.map(({ cells, children, collapsed }) => [cells[0]?.text, children.length, collapsed]),
      [
        ['1 to 500 of 1100', 500, true],
        ['501 to 1000 of 1100', 500, true],
        ['1001 to 1100 of 1100', 100, true],
      ],
    );
    const found = nodeAt([node], 0x100 * 777);
    assert.equal(items.get(found!.id)?.node.name, '777');
    assert.equal(volumeTree(nodes.slice(0, 500)).node.children.length, 500);
  });
  it('say of variables whose they are, which do not count, and short values', () => {
    const bytes = variableVolume(0x400, [
      variable('Timeout', Uint8Array.of(5, 0)),
      variable('Timeout', Uint8Array.of(3, 0), 0x3c),
      variable('Other', code, 0x3f, { vendor: GUID }),
    ]);
    const { texts } = rows(bytes);
    assert.deepEqual(
      texts.filter(([name]) => name === 'Timeout' || name === 'Other').map((cells) => cells[3]),
      ['EFI global variable · 5 s', 'EFI global variable · deleted · 3 s', GUID],
    );
  });
});
