// The logic of the treegrid: which rows are visible, what the keys do, which row holds a byte.

import assert from 'node:assert/strict';
import {
  countLeaves,
  filterTree,
  flatten,
  moveByKey,
  nodeAt,
  pathTo,
  widerThan,
  type TreeNode,
} from '../../../../webview/parts/rows';

const leaf = (id: string, offset: number, size: number, more: Partial<TreeNode> = {}): TreeNode => ({
  id,
  cells: [{ text: id }, { text: 'value', extra: 'Meaning' }],
  children: [],
  range: { offset, size },
  ...more,
});

// Two groups whose bytes lie between one another, as in a VMSA; the array starts collapsed.
const TREE: TreeNode[] = [
  {
    id: 'group:A',
    cells: [{ text: 'Alpha' }],
    heading: true,
    children: [
      leaf('a0', 0, 8),
      {
        ...leaf('array', 16, 32, { collapsed: true, zero: true }),
        children: [leaf('array.0', 16, 16, { zero: true }), leaf('array.1', 32, 16, { zero: true })],
      },
    ],
  },
  {
    id: 'group:B',
    cells: [{ text: 'Beta' }],
    heading: true,
    children: [leaf('b0', 8, 8, { keywords: 'Alias', differs: true })],
  },
];

const ids = (nodes: readonly TreeNode[], toggles = {}, all = false) =>
  flatten(nodes, toggles, all).map((row) => row.node.id);

describe('The rows of a tree', () => {
  it('are those under open parents, and what starts collapsed stays so until it is opened', () => {
    assert.deepEqual(ids(TREE), ['group:A', 'a0', 'array', 'group:B', 'b0']);
    assert.deepEqual(ids(TREE, { 'group:A': false }), ['group:A', 'group:B', 'b0']);
    assert.deepEqual(ids(TREE, { array: true }).slice(2, 5), ['array', 'array.0', 'array.1']);
    assert.deepEqual(ids(TREE, { 'group:A': false }, true).length, 7);
  });

  it('know their place as a screen reader says it', () => {
    const rows = flatten(TREE, { array: true });
    const { level, position, siblings, parent, expanded } = rows[4]!;
    assert.deepEqual(
      { level, position, siblings, parent },
      { level: 3, position: 2, siblings: 2, parent: 'array' },
    );
    assert.equal(expanded, undefined);
    assert.equal(rows[2]!.expanded, true);
  });
});

describe('The filter of a tree', () => {
  const cases: [string, Parameters<typeof filterTree>[1], string[]][] = [
    ['nothing asked for keeps the tree', { text: ' ' }, ids(TREE, {}, true)],
    ['a name is found whatever its case', { text: 'B0' }, ['group:B', 'b0']],
    ['an alias is found', { text: 'alias' }, ['group:B', 'b0']],
    ['a meaning is found', { text: 'meaning' }, ids(TREE, {}, true)],
    [
      'a parent that matches keeps its children',
      { text: 'array' },
      ['group:A', 'array', 'array.0', 'array.1'],
    ],
    ['a heading alone does not match', { text: 'alpha' }, []],
    ['zero rows go', { text: '', nonZero: true }, ['group:A', 'a0', 'group:B', 'b0']],
    ['only what differs stays', { text: '', differing: true }, ['group:B', 'b0']],
    ['both conditions hold', { text: 'a', differing: true, nonZero: true }, ['group:B', 'b0']],
  ];
  for (const [name, filter, expected] of cases) {
    it(name, () => {
      assert.deepEqual(ids(filterTree(TREE, filter), {}, true), expected);
    });
  }

  it('is counted in fields, not in rows', () => {
    assert.equal(countLeaves(TREE), 4);
    assert.equal(countLeaves(filterTree(TREE, { text: 'nowhere' })), 0);
  });
});

describe('A byte', () => {
  const cases: [number, string | undefined][] = [
    [0, 'a0'],
    [7, 'a0'],
    [8, 'b0'],
    [16, 'array.0'],
    [47, 'array.1'],
    [48, undefined],
  ];
  for (const [offset, id] of cases) {
    it(`at ${offset} belongs to ${id ?? 'no row'}`, () => {
      assert.equal(nodeAt(TREE, offset)?.id, id);
    });
  }

  it('leads to a row with all its ancestors', () => {
    assert.deepEqual(
      pathTo(TREE, 'array.1').map((node) => node.id),
      ['group:A', 'array', 'array.1'],
    );
    assert.deepEqual(pathTo(TREE, 'nowhere'), []);
  });
});

describe('A key in the treegrid', () => {
  const rows = flatten(TREE, {});
  const cases: [string, string | undefined, ReturnType<typeof moveByKey>][] = [
    ['ArrowDown', 'a0', { to: 'array' }],
    ['ArrowDown', 'b0', { to: 'b0' }],
    ['ArrowUp', 'group:A', { to: 'group:A' }],
    ['ArrowDown', undefined, { to: 'a0' }],
    ['Home', 'b0', { to: 'group:A' }],
    ['End', 'a0', { to: 'b0' }],
    ['PageDown', 'group:A', { to: 'group:B' }],
    ['PageUp', 'array', { to: 'group:A' }],
    ['ArrowRight', 'array', { toggle: 'array', open: true }],
    ['ArrowRight', 'group:B', { to: 'b0' }],
    ['ArrowRight', 'a0', undefined],
    ['ArrowLeft', 'group:A', { toggle: 'group:A', open: false }],
    ['ArrowLeft', 'a0', { to: 'group:A' }],
    ['x', 'a0', undefined],
  ];
  for (const [key, from, expected] of cases) {
    it(`${key} on ${from ?? 'nothing'}`, () => {
      assert.deepEqual(moveByKey(rows, from, key, 3), expected);
    });
  }

  it('does nothing where there are no rows', () => {
    assert.equal(moveByKey([], undefined, 'ArrowDown', 3), undefined);
  });
});

describe('Widening a selection', () => {
  const cases: readonly [string, string, number, number, string | undefined][] = [
    ['a byte of a field to the field', 'array.0', 20, 1, 'array.0'],
    ['a field to what it is a part of', 'array.0', 16, 16, 'array'],
    ['bytes of two fields to what holds both', 'array.0', 30, 4, 'array'],
    ['what nothing holds to nothing', 'array', 16, 32, undefined],
    ['bytes outside of the row to nothing', 'array.0', 0, 8, undefined],
    ['a row that is not there to nothing', 'none', 16, 16, undefined],
  ];
  for (const [what, id, offset, size, wanted] of cases) {
    it(`leads from ${what}`, () => {
      assert.equal(widerThan(TREE, id, { offset, size })?.id, wanted);
    });
  }
});
