// What the boxes for finding and going find: names, other names, values in any notation, words, bytes, offsets.

import assert from 'node:assert/strict';
import { comparePages } from '../../../../src/core/vmsa/compare/compare';
import { generateVmsa } from '../../../../src/core/vmsa/launch/generate';
import { matchFrom, parseTarget, ByteSearch, STEP, stepMatch } from '../../../../webview/parts/find';
import type { TreeNode } from '../../../../webview/parts/rows';
import { vmsaTree } from '../../../../webview/vmsa/vmsaTree';
import { decodePage } from '../../../../src/core/vmsa/vmsaPage';

const { bytes } = generateVmsa({
  profile: 'sev-es',
  role: 'bsp',
  cpu: { family: 25, model: 1, stepping: 1 },
});
const TREE = vmsaTree(comparePages(decodePage(bytes), decodePage(bytes)).fields, false);
/** All matches, however many steps they take. */
function findMatches(nodes: readonly TreeNode[], within: Uint8Array, query: string, from = 0) {
  const search = new ByteSearch(nodes, within, from, query);
  while (!search.isDone) search.step();
  return search.matches;
}
const ids = (query: string) => findMatches(TREE, bytes, query).map((m) => m.id ?? `+${m.offset}`);

describe('Finding in a page', () => {
  const cases: [string, string, string[]][] = [
    ['a name', 'g_pat', ['g_pat']],
    ['a name in another case', 'SEV_FEATURES', ['sev_features']],
    ['the name that libvirt has for a field', 'sw_exit_code', ['guest_exit_info_1']],
    ['a value in 0x form', '0xa00f11', ['rdx']],
    ['the same value in decimal', '10489617', ['rdx']],
    ['a value with leading zeros', '0x0000000000a00f11', ['rdx']],
    ['a word of a meaning', 'SVME', ['efer']],
    ['bytes in the order of the file', '11 0f a0', ['+784']],
    ['the same bytes without spaces', '110fa0', ['+784']],
    ['nothing for nothing', '  ', []],
    ['nothing that is not there', 'zzzz', []],
  ];
  for (const [what, query, found] of cases) {
    it(`finds ${what}`, () => {
      assert.deepEqual(ids(query), found);
    });
  }
  it('finds a value wherever it stands, in the order of the file, and stops at a thousand', () => {
    const many = findMatches(TREE, bytes, '00 00');
    assert.ok(many.length <= 1000);
    assert.deepEqual(
      many.map((m) => m.offset),
      many.map((m) => m.offset).sort((a, b) => a - b),
    );
    assert.ok(ids('0xffff').includes('es_limit'));
  });
  it('steps around the ends', () => {
    const three = [0, 8, 16].map((offset) => ({ offset, size: 8, id: undefined }));
    assert.deepEqual(
      [stepMatch(three, -1, 1), stepMatch(three, -1, -1), stepMatch(three, 2, 1), stepMatch(three, 0, -1)],
      [0, 2, 0, 2],
    );
    assert.equal(stepMatch([], 0, 1), -1);
    assert.deepEqual([matchFrom(three, 9), matchFrom(three, 17), matchFrom([], 0)], [2, 0, -1]);
  });
});

describe('Finding in an image', () => {
  const image = new Uint8Array(256);
  image.set(Uint8Array.from(Buffer.from('03020100050407060809 0a0b0c0d0e0f'.replace(' ', ''), 'hex')), 0x40);
  image.set(Uint8Array.from(Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')), 0x80);
  image.set(Buffer.from('_FVH'), 0x20);
  image.set(Buffer.from('Boot0000', 'utf16le'), 0xa0);
  const places = (query: string) => findMatches([], image, query).map((m) => [m.offset, m.size]);
  const cases: [string, string, number[][]][] = [
    [
      'a GUID in the order of firmware and in that of its digits',
      '00010203-0405-0607-0809-0a0b0c0d0e0f',
      [
        [0x40, 16],
        [0x80, 16],
      ],
    ],
    ['a text', '_FVH', [[0x20, 4]]],
    ['a text of two bytes a character', 'Boot0000', [[0xa0, 16]]],
    ['no text of three letters, which is found by chance', '_FV', []],
  ];
  for (const [what, query, found] of cases) {
    it(`finds ${what}`, () => {
      assert.deepEqual(places(query), found);
    });
  }
});

describe('Finding in a large image', () => {
  const size = 4 * STEP;
  const image = new Uint8Array(size);
  const at = [0, STEP - 2, STEP + 2, 2 * STEP - 4, size - 4];
  for (const offset of at) image.set(Buffer.from('_FVH'), offset);
  it('looks at a part in each step, and finds what goes on in the next one', () => {
    const search = new ByteSearch([], image, 0, '_FVH');
    let steps = 0;
    for (; !search.isDone; steps++) search.step();
    assert.equal(steps, size / STEP);
    assert.deepEqual(
      search.matches.map(({ offset }) => offset),
      at,
    );
  });
  it('finds nothing in bytes that are on their way', () => {
    assert.deepEqual(
      findMatches([], image, '_FVH', STEP).map(({ offset }) => offset),
      at.slice(2),
    );
  });
  it('ends with a thousand matches, whatever follows', () => {
    const search = new ByteSearch([], image, 0, '00 00');
    search.step();
    assert.deepEqual([search.isDone, search.matches.length], [true, 1000]);
  });
});

describe('Going to', () => {
  it('an address goes to the byte that is mapped there', () => {
    assert.deepEqual(parseTarget(TREE, 4096, '0xfffffff0', 0xfffff000), { offset: 0xff0 });
    assert.ok('error' in parseTarget(TREE, 4096, '0xffffeff0', 0xfffff000));
  });
  const cases: [string, number][] = [
    ['0x310', 0x310],
    ['784', 784],
    ['310h', 0x310],
    [' 0xFFF ', 0xfff],
    ['rdx', 0x310],
    ['SEV_FEATURES', 0x3b0],
    ['valid_bitmap', 0x3f0],
  ];
  for (const [text, offset] of cases) {
    it(`"${text}" goes to ${offset}`, () => {
      assert.deepEqual(parseTarget(TREE, bytes.length, text), { offset });
    });
  }
  for (const [text, error] of [
    ['0x1000', /file ends at 0xfff/],
    ['99999999999999999999', /file ends/],
    ['', /Give an offset/],
    ['-1', /Give an offset/],
    ['nowhere', /Give an offset/],
  ] as const) {
    it(`"${text}" says why not`, () => {
      const target = parseTarget(TREE, bytes.length, text);
      assert.match('error' in target ? target.error : '', error);
    });
  }
});
