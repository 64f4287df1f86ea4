// An attestation report as the rows of a treegrid: its fields under their headings, the parts of a TCB under it, and then what else is in
// the file, such as certificates.

import { hex } from '../../src/core/binary/hex';
import { isZeroField, type FieldGroup, type FieldWithParts } from '../../src/core/binary/leafField';
import type { ByteRange } from '../../src/core/binary/region';
import type { FilePart } from '../../src/core/report/filePart';
import { PRIVATE_FIELDS, REDACTED } from '../../src/core/report/redact';
import { headingWords } from '../parts/fieldCells';
import type { TreeNode } from '../parts/rows';

/** What a row stands for. */
export type ReportItem = { readonly field: FieldWithParts } | { readonly part: FilePart };

/** The rows, what each stands for by its id, and the bytes that name a machine or a guest. */
export interface ReportTree {
  readonly nodes: readonly TreeNode[];
  readonly items: ReadonlyMap<string, ReportItem>;
  readonly hidden: readonly ByteRange[];
}

/** Whether what names a machine is in a part and has no bytes of its own, such as the HWID of a certificate in PEM. */
const namesInside = ({ children }: FilePart): boolean =>
  children.some((child) => !child.range && (child.isPrivate === true || namesInside(child)));

/**
 * Builds the rows.
 * @param at where the fields are in the bytes
 * @param differing the names of fields that the other side of a diff has with other values
 * @param redact masks what names a machine or a guest, because a row is copied as it is
 */
export function reportTree(
  headings: readonly FieldGroup<FieldWithParts>[],
  parts: readonly FilePart[],
  at: number,
  { differing = [], redact = false }: { differing?: readonly string[]; redact?: boolean } = {},
): ReportTree {
  const items = new Map<string, ReportItem>();
  const hidden: ByteRange[] = [];

  const fieldNode = (field: FieldWithParts, children: readonly TreeNode[]): TreeNode => {
    const { name, offset, size, meaning, doc } = field;
    const isPrivate = PRIVATE_FIELDS.includes(name);
    const raw = redact && isPrivate ? REDACTED : field.raw;
    const differs = differing.includes(name) || children.some((child) => child.differs);
    const range = { offset: at + offset, size };
    items.set(name, { field });
    if (isPrivate) hidden.push(range);
    return {
      id: name,
      cells: [
        { text: name.slice(name.indexOf('.') + 1) },
        { text: hex(range.offset, 3) },
        { text: raw, marked: differs },
        { text: meaning },
      ],
      children,
      range,
      // The row of the whole says what its parts are, but not which differ.
      collapsed: !children.some((child) => child.differs),
      zero: isZeroField(field),
      differs,
      keywords: doc,
    };
  };
  const fieldNodes = (members: readonly FieldWithParts[]): TreeNode[] => {
    const nodes: TreeNode[] = [];
    for (let i = 0; i < members.length; i++) {
      const field = members[i]!;
      const inner = members.slice(i + 1, i + 1 + field.parts);
      i += inner.length;
      nodes.push(
        fieldNode(
          field,
          inner.map((one) => fieldNode(one, [])),
        ),
      );
    }
    return nodes;
  };
  const groups = headings.map(({ group, fields: members }): TreeNode => {
    const whole = members.filter(({ name }) => !name.includes('.'));
    const set = whole.filter((field) => !isZeroField(field)).length;
    return {
      id: `group:${group}`,
      cells: [{ text: group, extra: headingWords(whole.length, set) }],
      children: fieldNodes(members),
      heading: true,
      zero: set === 0,
    };
  });

  const idOf = (parent: string, name: string): string => {
    const path = `${parent}/${name}`;
    let id = path;
    for (let n = 2; items.has(id); n++) id = `${path} ${n}`;
    return id;
  };
  const partNode = (part: FilePart, parent: string, level: number): TreeNode => {
    const id = idOf(parent, part.name);
    items.set(id, { part });
    const { name, meaning, doc, range, children, isPrivate } = part;
    const raw = redact && isPrivate ? REDACTED : part.raw;
    if (range && (isPrivate || namesInside(part))) hidden.push(range);
    const heading = level === 0 && children.length > 0;
    return {
      id,
      heading,
      cells: heading
        ? [{ text: name, extra: meaning }]
        : [{ text: name }, { text: range ? hex(range.offset, 3) : '' }, { text: raw }, { text: meaning }],
      children: children.map((child) => partNode(child, id, level + 1)),
      ...(range && { range }),
      collapsed: level > 0,
      keywords: doc,
    };
  };
  return { nodes: [...groups, ...parts.map((part) => partNode(part, '', 0))], items, hidden };
}
