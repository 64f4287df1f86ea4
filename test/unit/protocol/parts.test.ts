// Large values in parts: they are the same together, and no part is large.

import assert from 'node:assert/strict';
import { inParts, PartReader } from '../../../src/protocol/parts';

interface Node {
  readonly name: string;
  readonly children: readonly Node[];
}

const leaf = (name: string, ...children: Node[]): Node => ({ name, children });
const many = (n: number) => Array.from({ length: n }, (_, i) => leaf(`file ${i}`, leaf('section')));
const numbers = (n: number) => Array.from({ length: n }, (_, i) => ({ i }));
const together = (value: object) => {
  const reader = new PartReader();
  const answers = [...inParts(value)].map((part) => reader.add(structuredClone(part)));
  assert.deepEqual(answers.slice(0, -1), Array(answers.length - 1).fill(undefined));
  return { value: answers.at(-1), parts: answers.length };
};

describe('A value in parts', () => {
  const cases: [string, object][] = [
    ['nothing', {}],
    ['no list', { name: 'a', facts: { list: [1, 2] } }],
    ['empty lists', { nodes: [], findings: [] }],
    ['a tree that goes up several levels at once', { nodes: [leaf('a', leaf('b', leaf('c'))), leaf('d')] }],
    ['two trees', { nodes: [leaf('a')], regions: [leaf('b', leaf('c'))] }],
    ['a part that is just full', { nodes: many(200), rest: 1 }],
    ['more than one part', { nodes: many(1000), findings: numbers(900), rest: 1 }],
  ];
  for (const [name, value] of cases) {
    it(`is the same together: ${name}`, () => {
      assert.deepEqual(together(value).value, value);
    });
  }
  it('is in more parts for more nodes and for more items', () => {
    const parts = (value: object) => together(value).parts;
    assert.deepEqual(
      [1, 200, 201, 1000].map((n) => parts({ nodes: many(n) })),
      [2, 2, 3, 6],
    );
    assert.deepEqual(
      [1, 400, 401, 1000].map((n) => parts({ findings: numbers(n) })),
      [2, 2, 3, 4],
    );
  });
});
