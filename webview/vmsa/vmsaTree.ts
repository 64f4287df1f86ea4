// A VMSA page and its expected values or counterpart as the rows of a treegrid: headings, fields, and the
// elements of large arrays under a row of their own.

import { countOf, hex, rawText } from '../../src/core/binary/hex';
import { isZeroField } from '../../src/core/binary/leafField';
import type { Cause, CauseGroup } from '../../src/core/vmsa/compare/causes';
import { setBy, type ComparedField } from '../../src/core/vmsa/compare/compare';
import { groupFields, type VmsaField } from '../../src/core/vmsa/page';
import { headingWords, sideCell } from '../parts/fieldCells';
import type { Cell, TreeNode } from '../parts/rows';

const keywords = ({ leaf, doc }: VmsaField) =>
  [leaf.path, doc, leaf.row.note ?? '', ...Object.values(leaf.row.aliases ?? {})].join(' ');

/** The name of the array row, for fields inside an array. */
const arrayOf = (name: string) => (name.includes('.') ? name.slice(0, name.indexOf('.')) : undefined);

const NO_VALUE: Cell = { text: '–' };
const EMPTY: Cell = { text: '' };

interface Run {
  readonly array?: string;
  readonly fields: ComparedField[];
}

/** Groups the fields of arrays under their array; they are consecutive, because fields are in file order. */
function nest(fields: readonly ComparedField[]): Run[] {
  const runs: Run[] = [];
  for (const field of fields) {
    const array = arrayOf(field.actual.name);
    const last = runs.at(-1);
    if (array !== undefined && last?.array === array) last.fields.push(field);
    else runs.push({ ...(array !== undefined && { array }), fields: [field] });
  }
  return runs;
}

/** How a view fills the cells after name and offset. */
interface Columns {
  field(field: ComparedField): Cell[];
  array(fields: readonly ComparedField[]): Cell[];
}

function leafNode(field: ComparedField, columns: Columns, full: boolean): TreeNode {
  const { actual, expected, differs } = field;
  return {
    id: actual.name,
    cells: [
      { text: full ? actual.name : actual.name.slice(actual.name.indexOf('.') + 1) },
      { text: hex(actual.offset, 3) },
      ...columns.field(field),
    ],
    children: [],
    range: { offset: actual.offset, size: actual.size },
    differs,
    zero: isZeroField(actual) && isZeroField(expected),
    keywords: keywords(actual),
  };
}

function arrayNode(array: string, fields: readonly ComparedField[], columns: Columns): TreeNode {
  const offset = fields[0]!.actual.offset;
  const size = fields.reduce((sum, { actual }) => sum + actual.size, 0);
  const differs = fields.some((field) => field.differs);
  const zero = fields.every(({ actual }) => isZeroField(actual));
  return {
    id: array,
    cells: [{ text: array }, { text: hex(offset, 3) }, ...columns.array(fields)],
    children: fields.map((field) => leafNode(field, columns, false)),
    range: { offset, size },
    collapsed: zero && !differs,
    zero,
    differs,
  };
}

function groupNodes(fields: readonly ComparedField[], columns: Columns): TreeNode[] {
  const grouped = fields.map((field) => ({ ...field, group: field.actual.group }));
  return groupFields(grouped).map(({ group, fields: inGroup }) => {
    const set = inGroup.filter(({ actual }) => !isZeroField(actual)).length;
    return {
      id: `group:${group}`,
      cells: [{ text: group, extra: headingWords(inGroup.length, set) }],
      children: nest(inGroup).flatMap(({ array, fields: run }) =>
        array === undefined
          ? run.map((field) => leafNode(field, columns, true))
          : [arrayNode(array, run, columns)],
      ),
      heading: true,
      zero: set === 0,
    };
  });
}

/** Who set the expected value: a title such as "KVM, when it creates the vCPU" begins with the short form. */
function setByCell(field: ComparedField): Cell {
  const full = setBy(field);
  const comma = full.indexOf(', ');
  const short = (comma < 0 ? full : full.slice(0, comma)).replace(/^the /, '');
  return { text: short, full, ...(comma >= 0 && { extra: full.slice(comma + 2) }) };
}

/**
 * The rows of one page: field, offset, raw, meaning; and with `expected`, the expected value and who sets it.
 * Without it, the fields are compared with the other side of a diff, which shows its own values.
 */
export function vmsaTree(fields: readonly ComparedField[], expected: boolean): TreeNode[] {
  return groupNodes(fields, {
    field: (field) => [
      { text: field.actual.raw, marked: field.differs },
      { text: field.actual.meaning },
      ...(expected ? [sideCell(field.expected, field.differs), setByCell(field)] : []),
    ],
    array(run) {
      const size = run.reduce((sum, { actual }) => sum + actual.size, 0);
      const set = run.filter(({ actual }) => !isZeroField(actual)).length;
      return [
        { text: set === 0 ? rawText(new Uint8Array(size), size) : `${size} bytes` },
        { text: `${run.length} values, ${set === 0 ? 'all zero' : `${set} not zero`}` },
        ...(expected ? [EMPTY, EMPTY] : []),
      ];
    },
  });
}

/** What a comparison has besides the page. */
export type Known = 'generated' | 'file' | 'nothing';

/** The row id of a cause. */
export const causeId = (cause: Cause) => `cause:${cause.id}`;

/**
 * The rows of a comparison: field, offset, this page, expected, and for a generated page who sets the value.
 * Differing fields come first, under the cause that explains them. With `nothing` there is no expected page,
 * because the request is invalid.
 */
export function comparisonTree(
  compared: readonly ComparedField[],
  causes: readonly CauseGroup[],
  known: Known,
): TreeNode[] {
  const last = (cell: Cell) => (known === 'file' ? [] : [cell]);
  const columns: Columns = {
    field: (field) => [
      sideCell(field.actual, field.differs),
      known === 'nothing' ? NO_VALUE : sideCell(field.expected, field.differs),
      ...last(known === 'nothing' ? EMPTY : setByCell(field)),
    ],
    array(run) {
      const summary = { text: countOf(run.length, 'value') };
      return [summary, known === 'nothing' ? NO_VALUE : summary, ...last(EMPTY)];
    },
  };
  const groups = groupNodes(
    compared.filter((field) => !field.differs),
    columns,
  );
  if (causes.length === 0) return groups;
  const count = compared.filter((field) => field.differs).length;
  const first: TreeNode = {
    id: 'group:Differences',
    cells: [
      {
        text: 'Differences',
        extra: `${countOf(count, 'field')}, ${countOf(causes.length, 'likely cause')}`,
      },
    ],
    children: causes.map(({ cause, fields }) => ({
      id: causeId(cause),
      cells: [{ text: cause.title, extra: cause.text }],
      children: fields.map((field) => leafNode(field, columns, true)),
      heading: true,
      differs: true,
    })),
    heading: true,
    differs: true,
  };
  return [first, ...groups];
}
