// Two attestation reports as the rows of a treegrid: what differs first, by what it decides, with the bits that changed; then what is equal.

import { countOf, hex, isZero } from '../../src/core/binary/hex';
import { isZeroField, type LeafField } from '../../src/core/binary/leafField';
import { REPORT_TOPICS, type ChangedBit, type ComparedReportField } from '../../src/core/report/compare';
import { stateWord } from '../parts/bitCells';
import { sideCell } from '../parts/fieldCells';
import type { Cell, TreeNode } from '../parts/rows';

const NOT_THERE: Cell = { text: '–', full: 'This version has no such field.' };

const side = (field: LeafField | undefined, marked: boolean): Cell =>
  field ? sideCell(field, marked) : NOT_THERE;

const bitNode = (name: string, { bit, left, right }: ChangedBit): TreeNode => ({
  id: `${name}:${bit.name}`,
  cells: [
    { text: bit.name, full: `${bit.name}: ${bit.doc}` },
    { text: '' },
    { text: stateWord(bit, left), marked: true },
    { text: stateWord(bit, right), marked: true },
  ],
  children: [],
  differs: true,
});

function fieldNode({ field, left, right, differs, bits }: ComparedReportField): TreeNode {
  const { name, offset, size, doc } = field;
  return {
    id: name,
    cells: [{ text: name }, { text: hex(offset, 3) }, side(left, differs), side(right, differs)],
    children: bits.map((bit) => bitNode(name, bit)),
    range: { offset, size },
    differs,
    zero: [left, right].every((one) => !one || isZeroField(one)),
    keywords: doc,
  };
}

/** Builds the rows. @param differences those that differ, in their order */
export function reportComparisonTree(
  compared: readonly ComparedReportField[],
  differences: readonly ComparedReportField[],
): TreeNode[] {
  const topics = REPORT_TOPICS.flatMap((topic): TreeNode[] => {
    const of = differences.filter((one) => one.topic === topic);
    if (of.length === 0) return [];
    return [
      {
        id: `topic:${topic}`,
        cells: [{ text: topic, extra: countOf(of.length, 'difference') }],
        children: of.map(fieldNode),
        heading: true,
        differs: true,
      },
    ];
  });
  const equal = compared.filter(({ differs }) => !differs);
  const same: TreeNode = {
    id: 'group:equal',
    cells: [{ text: 'Equal', extra: countOf(equal.length, 'field') }],
    children: equal.map(fieldNode),
    heading: true,
    zero: equal.every(({ field }) => field.value instanceof Uint8Array && isZero(field.value)),
  };
  return equal.length === 0 ? topics : [...topics, same];
}
