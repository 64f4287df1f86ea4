// Two attestation reports as the rows of a treegrid: what differs first, by what it decides, with the bits that changed; then what is equal.

import { countOf, hex, isZero } from '../../src/core/binary/hex';
import { isZeroField, type LeafField } from '../../src/core/binary/leafField';
import { REPORT_TOPICS, type ChangedBit, type ComparedReportField } from '../../src/core/report/compare';
import { PRIVATE_FIELDS, REDACTED } from '../../src/core/report/redact';
import { stateWord } from '../parts/bitCells';
import { sideCell } from '../parts/fieldCells';
import type { Cell, TreeNode } from '../parts/rows';

const NOT_THERE: Cell = { text: '–', full: 'This version has no such field.' };

/** A value as a cell. @param redact masks what names a machine or a guest */
function side(field: LeafField | undefined, marked: boolean, redact: boolean): Cell {
  if (!field) return NOT_THERE;
  return redact && PRIVATE_FIELDS.includes(field.name) ? { text: REDACTED, marked } : sideCell(field, marked);
}

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

function fieldNode({ field, left, right, differs, bits }: ComparedReportField, redact: boolean): TreeNode {
  const { name, offset, size, doc } = field;
  return {
    id: name,
    cells: [
      { text: name },
      { text: hex(offset, 3) },
      side(left, differs, redact),
      side(right, differs, redact),
    ],
    children: bits.map((bit) => bitNode(name, bit)),
    range: { offset, size },
    differs,
    zero: [left, right].every((one) => !one || isZeroField(one)),
    keywords: doc,
  };
}

/** Builds the rows. @param differences those that differ, in their order @param redact masks what names a machine or a guest, because a row is copied as it is */
export function reportComparisonTree(
  compared: readonly ComparedReportField[],
  differences: readonly ComparedReportField[],
  redact = false,
): TreeNode[] {
  const nodesOf = (all: readonly ComparedReportField[]) => all.map((one) => fieldNode(one, redact));
  const topics = REPORT_TOPICS.flatMap((topic): TreeNode[] => {
    const of = differences.filter((one) => one.topic === topic);
    if (of.length === 0) return [];
    return [
      {
        id: `topic:${topic}`,
        cells: [{ text: topic, extra: countOf(of.length, 'difference') }],
        children: nodesOf(of),
        heading: true,
        differs: true,
      },
    ];
  });
  const equal = compared.filter(({ differs }) => !differs);
  const same: TreeNode = {
    id: 'group:equal',
    cells: [{ text: 'Equal', extra: countOf(equal.length, 'field') }],
    children: nodesOf(equal),
    heading: true,
    zero: equal.every(({ field }) => field.value instanceof Uint8Array && isZero(field.value)),
  };
  return equal.length === 0 ? topics : [...topics, same];
}
