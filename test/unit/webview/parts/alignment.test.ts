// Which bytes of two files are opposite each other, and so which of them are coloured as different.

import assert from 'node:assert/strict';
import {
  across,
  alignedOn,
  atEnd,
  opposite,
  rangeAcross,
  rowsAhead,
  turned,
  type Alignment,
} from '../../../../webview/parts/alignment';
import type { ByteRange } from '../../../../webview/parts/rows';

const bytesOf = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
/** The bytes of the first text that are coloured, and those of the second, each as ^ below it. */
const coloured = (a: string, b: string, alignment: Alignment): [string, string] => {
  const marks = (text: string, other: string, side: Alignment) => {
    const against = opposite(bytesOf(other), side);
    return [...bytesOf(text)].map((byte, at) => (byte === against(at) ? ' ' : '^')).join('');
  };
  return [marks(a, b, alignment), marks(b, a, turned(alignment))];
};
const range = (offset: number, size: number): ByteRange => ({ offset, size });
const on = (a: string, b: string, left?: ByteRange, right?: ByteRange) =>
  alignedOn(bytesOf(a), bytesOf(b), left, right);

interface Case {
  readonly what: string;
  readonly a: string;
  readonly b: string;
  /** The sides of the selected change. */
  readonly left?: ByteRange;
  readonly right?: ByteRange;
  readonly marks: readonly [string, string];
}

const CASES: readonly Case[] = [
  { what: 'of one size stand byte by byte', a: 'abc', b: 'axc', marks: [' ^ ', ' ^ '] },
  { what: 'of two sizes meet at their ends', a: 'bc', b: 'aabx', marks: [' ^', '^^ ^'] },
  { what: 'of which one is empty have nothing opposite', a: 'ab', b: '', marks: ['^^', ''] },
  {
    what: 'are equal in what only moved, and in what moved with it',
    a: '..head FIELD tail....',
    b: '....head FIELD tail..',
    left: range(7, 5),
    right: range(9, 5),
    marks: ['                   ^^', '^^                   '],
  },
  {
    what: 'differ in those bytes of a moved field that differ',
    a: '..head FIELD tail....',
    b: '....head FI_LD tail..',
    left: range(7, 5),
    right: range(9, 5),
    marks: ['         ^         ^^', '^^         ^         '],
  },
  {
    what: 'go on behind a field that is longer in one of them',
    a: '[head|FIELD|tail]',
    b: '[head|FI|tail]',
    left: range(6, 5),
    right: range(6, 2),
    marks: ['        ^^^      ', '              '],
  },
  {
    what: 'differ in what was removed, while what precedes has made room',
    a: '____first,second,third',
    b: '___________first,third',
    left: range(10, 7),
    marks: ['          ^^^^^^^     ', '^^^^^^^               '],
  },
  {
    what: 'differ in what was removed, while what follows has moved up',
    a: 'first,second,third______',
    b: 'first,third_____________',
    left: range(6, 7),
    marks: ['      ^^^^^^^           ', '                 ^^^^^^^'],
  },
  {
    what: 'differ in what was added, and only there',
    a: '___________first,third',
    b: '____first,second,third',
    right: range(10, 7),
    marks: ['^^^^^^^               ', '          ^^^^^^^     '],
  },
];

describe('The bytes of two files', () => {
  for (const { what, a, b, left, right, marks } of CASES)
    it(what, () => {
      const alignment = on(a, b, left, right);
      assert.deepEqual(coloured(a, b, alignment), marks);
      assert.deepEqual(coloured(b, a, on(b, a, right, left)), [...marks].reverse(), 'the other way round');
    });

  it('lead to each other and back, wherever both have a byte', () => {
    for (const { a, b, left, right } of CASES) {
      const alignment = on(a, b, left, right);
      for (let at = 0; at < a.length; at++) {
        const there = across(alignment, at);
        if (there !== undefined) assert.equal(across(turned(alignment), there), at, `${a} ${b} ${at}`);
      }
    }
  });

  it('are equal in what moved by another distance than the selected change', () => {
    const [a, b] = [bytesOf('META..FIELD'), bytesOf('.META...FI_LD')];
    const against = opposite(b, [range(6, 5), range(8, 5)], [[range(0, 4), range(1, 4)]]);
    assert.deepEqual(
      [...a.keys()].filter((at) => a[at] !== against(at)),
      [8],
    );
  });

  it('have the same selection on both sides', () => {
    const [a, b] = [bytesOf('..head FIELD tail....'), bytesOf('....head FI tail..')];
    const alignment: Alignment = [range(7, 5), range(9, 2)];
    const cases: [string, ByteRange, ByteRange][] = [
      ['a change', range(7, 5), range(9, 2)],
      ['what is before it', range(2, 4), range(4, 4)],
      ['what is after it', range(13, 4), range(12, 4)],
      ['bytes of it that both have', range(8, 1), range(10, 1)],
      ['bytes of it that only one has', range(10, 2), range(11, 0)],
      ['from before it to after it', range(2, 15), range(4, 12)],
      ['everything', range(0, 21), range(0, 18)],
    ];
    for (const [what, here, there] of cases)
      assert.deepEqual(rangeAcross(a, b, alignment, here), there, what);
    assert.deepEqual(
      rangeAcross(a, b, on('ab', 'axb', undefined, range(1, 1)), range(1, 0)),
      range(1, 1),
      'what was added is selected where it is',
    );
  });

  it('scroll together by whole rows', () => {
    assert.equal(rowsAhead([range(0x10, 4), range(0x48, 4)]), 3);
    assert.equal(rowsAhead([range(0x48, 4), range(0x10, 4)]), -3);
    assert.equal(rowsAhead(atEnd(new Uint8Array(0x100), new Uint8Array(0x200))), 0x10);
  });
});
