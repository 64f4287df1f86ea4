// The rows of a comparison of images: names that stay, and ranges for what is in the file only.

import assert from 'node:assert/strict';
import type { ChangeSide } from '../../../../src/core/ovmf/compare/change';
import type { ComparedChange } from '../../../../src/core/ovmf/compare/compare';
import { changeIds, changeTree } from '../../../../webview/ovmf/imagesTree';

const side = (offset: number, more: Partial<ChangeSide> = {}): ChangeSide => ({
  offset,
  size: 16,
  raw: '',
  meaning: 'PEI module',
  ...more,
});
const change = (name: string, more: Partial<ComparedChange>): ComparedChange => ({
  kind: 'changed',
  what: 'file',
  path: ['Outer', name],
  effects: [],
  ...more,
});

const inFile = change('A', {
  a: side(0x10),
  b: side(0x20),
  notes: ['PE32 image: 1 byte of 16 differs', 'moved'],
});
const inside = change('A', { a: side(0x30, { inside: true }), b: side(0x40, { inside: true }) });
const added = change('B', { kind: 'added', b: side(0x50) });
const placeOf = ({ a }: ComparedChange) =>
  !a ? { offset: 0x48, size: 0 } : a.inside ? undefined : { offset: a.offset, size: a.size };

describe('The rows of a comparison of images', () => {
  it('have ids that tell changes of one name apart, and do not depend on other names', () => {
    assert.deepEqual(changeIds([inFile, added, inside]), [
      '0 changed Outer/A',
      '0 added Outer/B',
      '1 changed Outer/A',
    ]);
    assert.deepEqual(changeIds([added]), ['0 added Outer/B']);
  });
  it('show what differs, and have a range where the bytes are in the file', () => {
    const [changed, more] = changeTree([inFile, added, inside], placeOf);
    assert.deepEqual(
      changed?.children.map(({ cells, range }) => [...cells.map(({ text, extra }) => extra ?? text), range]),
      [
        [
          'Outer',
          '0x10 → 0x20',
          '16 bytes',
          'PE32 image: 1 byte of 16 differs; moved',
          { offset: 0x10, size: 16 },
        ],
        ['Outer', '+0x30 → +0x40', '16 bytes', '', undefined],
      ],
    );
    assert.deepEqual(more?.children[0]?.range, { offset: 0x48, size: 0 }, 'where the first image lacks it');
    assert.match(changed.children[0]?.keywords ?? '', /PEI module/);
  });
});
