// Which bytes of an image belong together in the hex view.

import { strict as assert } from 'node:assert';
import { buildOvmf } from '../../../../src/core/ovmf/build';
import { parseOvmf } from '../../../../src/core/ovmf/image';
import { node } from '../../../../src/core/ovmf/volumes/tree';
import { parseVolumes } from '../../../../src/core/ovmf/volumes/volumes';
import { bandIndexAt, bandsOf, TINTS, type Band } from '../../../../webview/parts/bands';
import { file, section, volume } from '../../../../src/core/ovmf/volumes/build';
import { join } from '../../../helpers/volumes';

const image = { ...node('unknown', 'image', 0, 100, ''), kind: 'image', fields: [] };
const short = (bands: readonly Band[]) => bands.map(({ name, offset, size }) => `${offset}+${size} ${name}`);

describe('bandsOf', () => {
  const file1 = node('file', 'one', 20, 30, '', { children: [node('section', 'code', 24, 26, '')] });
  const file2 = node('file', 'two', 56, 10, '');
  const free = node('free', 'free space', 66, 14, '');
  const fv = node('volume', 'FV', 10, 70, '', { children: [file1, file2, free] });
  const cases: readonly [string, ReturnType<typeof bandsOf>, string[]][] = [
    ['an image without volumes', bandsOf([image], []), ['0+100 image']],
    [
      'files of a volume, its header, the gap between them, and what is around it',
      bandsOf([image], [fv]),
      ['0+10 image', '10+10 FV', '20+30 one', '50+6 FV', '56+10 two', '66+14 free space', '80+20 image'],
    ],
    [
      'what lies in two regions, cut where they meet',
      bandsOf(
        [
          { ...image, size: 60 },
          { ...image, kind: 'table', name: 'table', offset: 60, size: 40 },
        ],
        [fv],
      ),
      ['0+10 image', '10+10 FV', '20+30 one', '50+6 FV', '56+4 two', '60+40 table'],
    ],
    [
      'volumes that overlap, each byte once',
      bandsOf([image], [fv, node('volume', 'late', 70, 30, '')]),
      ['0+10 image', '10+10 FV', '20+30 one', '50+6 FV', '56+10 two', '66+14 free space', '80+20 late'],
    ],
  ];
  for (const [what, bands, wanted] of cases) {
    it(`makes bands of ${what}`, () => {
      assert.deepEqual(short(bands), wanted);
    });
  }
  it('gives neighbours different tints, and none to what nobody uses', () => {
    const bands = bandsOf([image], [fv]);
    assert.deepEqual(
      bands.map(({ tint }) => tint),
      [0, 1, 2, 3, 0, undefined, 1],
    );
  });
  it('covers a built image with a volume without a gap', () => {
    const table = buildOvmf({ size: 0x4000 });
    const fvBytes = volume({
      size: 0x1000,
      files: [
        file({
          guid: 'df1ccef6-f301-4a63-9661-fc6030dcc880',
          type: 7,
          body: section(0x19, Uint8Array.of(1)),
        }),
      ],
    });
    const bytes = join(fvBytes, table);
    const bands = bandsOf(parseOvmf(bytes).value.regions, parseVolumes(bytes).value.nodes);
    let at = 0;
    for (const band of bands) {
      assert.equal(band.offset, at);
      assert.ok(band.size > 0 && (band.tint === undefined || band.tint < TINTS));
      at += band.size;
    }
    assert.equal(at, bytes.length);
    assert.ok(bands.some(({ name }) => name.includes('reset vector')));
    assert.ok(bands.some(({ name }) => name.includes('SecMain')));
  });
});

describe('bandIndexAt', () => {
  const bands = [
    { name: 'a', offset: 4, size: 4, tint: 0 },
    { name: 'b', offset: 8, size: 1, tint: 1 },
    { name: 'c', offset: 9, size: 7, tint: 2 },
  ];
  for (const [offset, index] of [
    [0, -1],
    [4, 0],
    [7, 0],
    [8, 1],
    [9, 2],
    [15, 2],
    [99, 2],
  ] as const) {
    it(`finds ${index} at ${offset}`, () => {
      assert.equal(bandIndexAt(bands, offset), index);
    });
  }
  it('finds none among none', () => {
    assert.equal(bandIndexAt([], 0), -1);
  });
});
