// A VMSA page, alone or beside the expected one, as the rows of a treegrid: headings, fields, and the elements of
// the large arrays under a row of their own.

import { hex, rawText } from '../src/core/hex';
import { setBy, type ComparedField } from '../src/core/vmsa/compare';
import { groupFields, type VmsaField } from '../src/core/vmsa/page';
import type { Cell, TreeNode } from './rows';

type Cells = (rest: { offset: number; size: number; fields: readonly VmsaField[] }) => Cell[];

const isZero = (field: VmsaField) =>
  field.value instanceof Uint8Array ? field.value.every((b) => b === 0) : BigInt(field.value) === 0n;

const plural = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;

const keywords = ({ leaf, doc }: VmsaField) =>
  [leaf.path, doc, leaf.row.note ?? '', ...Object.values(leaf.row.aliases ?? {})].join(' ');

/** The name of an array's row, for fields inside one. */
const arrayOf = (name: string) => (name.includes('.') ? name.slice(0, name.indexOf('.')) : undefined);

/** Puts the fields of arrays under their array; consecutive because fields come in the order of the file. */
function nest<F>(fields: readonly F[], nameOf: (field: F) => string): { array?: string; fields: F[] }[] {
  const runs: { array?: string; fields: F[] }[] = [];
  for (const field of fields) {
    const array = arrayOf(nameOf(field));
    const last = runs.at(-1);
    if (array !== undefined && last?.array === array) last.fields.push(field);
    else runs.push({ ...(array !== undefined && { array }), fields: [field] });
  }
  return runs;
}

function arrayNode(
  array: string,
  fields: readonly VmsaField[],
  children: readonly TreeNode[],
  more: Cells,
): TreeNode {
  const offset = fields[0]!.offset;
  const size = fields.reduce((sum, field) => sum + field.size, 0);
  const zero = fields.every(isZero);
  return {
    id: array,
    cells: [{ text: array }, { text: hex(offset, 3) }, ...more({ offset, size, fields })],
    children,
    range: { offset, size },
    collapsed: zero,
    zero,
  };
}

function heading(group: string, fields: readonly VmsaField[], children: readonly TreeNode[]): TreeNode {
  const set = fields.filter((field) => !isZero(field)).length;
  const extra = `${plural(fields.length, 'field')}, ${set === 0 ? 'all zero' : `${set} not zero`}`;
  return { id: `group:${group}`, cells: [{ text: group, extra }], children, heading: true, zero: set === 0 };
}

/** The rows of one page: field, offset, raw, meaning. */
export function vmsaTree(fields: readonly VmsaField[]): TreeNode[] {
  const leafNode = (field: VmsaField): TreeNode => ({
    id: field.name,
    cells: [
      { text: field.name.slice(field.name.indexOf('.') + 1) },
      { text: hex(field.offset, 3) },
      { text: field.raw },
      { text: field.meaning },
    ],
    children: [],
    range: { offset: field.offset, size: field.size },
    zero: isZero(field),
    keywords: keywords(field),
  });
  return groupFields(fields).map(({ group, fields: inGroup }) => {
    const children = nest(inGroup, (field) => field.name).flatMap(({ array, fields: run }): TreeNode[] => {
      if (array === undefined) return run.map(leafNode);
      const set = run.filter((field) => !isZero(field)).length;
      const cells: Cells = ({ size }) => [
        { text: set === 0 ? rawText(new Uint8Array(size), size) : `${size} bytes` },
        { text: `${run.length} values, ${set === 0 ? 'all zero' : `${set} not zero`}` },
      ];
      return [arrayNode(array, run, run.map(leafNode), cells)];
    });
    return heading(group, inGroup, children);
  });
}

/** One page's value in a comparison: a number without leading zeros, so that two of them fit beside each other. */
function side(field: VmsaField, marked: boolean): Cell {
  const { raw, meaning, value } = field;
  const text = value instanceof Uint8Array ? raw : hex(value);
  return { text, extra: meaning, full: meaning === '' ? raw : `${raw}  ${meaning}`, marked };
}

/** Who set the expected value: a title such as "KVM, when it creates the vCPU" begins with the short words. */
function setByCell(field: ComparedField): Cell {
  const full = setBy(field);
  const comma = full.indexOf(', ');
  const short = (comma < 0 ? full : full.slice(0, comma)).replace(/^the /, '');
  return { text: short, full, ...(comma >= 0 && { extra: full.slice(comma + 2) }) };
}

/**
 * The rows of a comparison: field, offset, this page, expected, set by. Differing fields come first, under a
 * heading of their own. With `known` false there is no expected page, because the request makes none.
 */
export function comparisonTree(compared: readonly ComparedField[], known: boolean): TreeNode[] {
  const leafNode = (field: ComparedField, full: boolean): TreeNode => {
    const { actual, expected, differs } = field;
    return {
      id: actual.name,
      cells: [
        { text: full ? actual.name : actual.name.slice(actual.name.indexOf('.') + 1) },
        { text: hex(actual.offset, 3) },
        side(actual, differs),
        known ? side(expected, differs) : { text: '–' },
        known ? setByCell(field) : { text: '' },
      ],
      children: [],
      range: { offset: actual.offset, size: actual.size },
      differs,
      zero: isZero(actual) && isZero(expected),
      keywords: keywords(actual),
    };
  };
  const different = compared.filter((field) => field.differs);
  const equal = compared
    .filter((field) => !field.differs)
    .map((field) => ({ ...field, group: field.actual.group }));
  const groups = groupFields(equal).map(({ group, fields }) => {
    const children = nest(fields, (field) => field.actual.name).flatMap(
      ({ array, fields: run }): TreeNode[] => {
        const nodes = run.map((field) => leafNode(field, array === undefined));
        if (array === undefined) return nodes;
        const summary = { text: plural(run.length, 'value') };
        const cells: Cells = () => [summary, known ? summary : { text: '–' }, { text: '' }];
        return [
          arrayNode(
            array,
            run.map((field) => field.actual),
            nodes,
            cells,
          ),
        ];
      },
    );
    const equalFields = fields.map((field) => field.actual);
    return heading(group, equalFields, children);
  });
  if (different.length === 0) return groups;
  const first: TreeNode = {
    id: 'group:Differences',
    cells: [{ text: 'Differences', extra: plural(different.length, 'field') }],
    children: different.map((field) => leafNode(field, true)),
    heading: true,
    differs: true,
  };
  return [first, ...groups];
}
