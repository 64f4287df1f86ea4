// The page as members of the structure that other software declares for it, derived from the table of fields and its
// other names: consecutive fields with the same name are one byte array there, and `es.base` is a member of `es`.

import { sizeOf } from '../../binary/struct';
import { VMSA } from './layout';

/** One member: a number of up to 8 bytes, a byte run, or a segment with its own members. */
export interface StructMember {
  readonly name: string;
  readonly kind: 'number' | 'bytes' | 'segment';
  readonly offset: number;
  readonly size: number;
  /** Its meaning from the table; for an array of several fields, each of theirs. */
  readonly doc: string;
  readonly members: readonly StructMember[];
}

/** The segment's name and the part in a field name: `es` and `base`. */
const SEGMENT = /^([a-z]+)_(selector|attrib|limit|base)$/;

/**
 * The members of a structure, in order.
 * @param source whose names to use
 * @param size of the structure in bytes, at a field boundary
 */
export function membersOf(source: 'libvirt' | 'linux', size: number): StructMember[] {
  const members: StructMember[] = [];
  for (const row of VMSA.rows) {
    if (row.offset >= size) break;
    const alias = row.aliases?.[source];
    const member: StructMember = {
      name: alias ?? row.name,
      kind: typeof row.type === 'string' ? 'number' : 'bytes',
      offset: row.offset,
      size: sizeOf(row.type),
      doc: row.doc,
      members: [],
    };
    const segment = row.group === 'Segments' ? SEGMENT.exec(row.name) : null;
    const before = members.at(-1);
    if (segment) {
      const part = { ...member, name: segment[2]! };
      if (before && before.name === segment[1]) members[members.length - 1] = joined(before, part, 'segment');
      else members.push({ ...part, name: segment[1]!, kind: 'segment', members: [part] });
    } else if (alias !== undefined && before?.name === alias) {
      members[members.length - 1] = joined(before, member, 'bytes');
    } else {
      members.push(member);
    }
  }
  return members;
}

function joined(a: StructMember, b: StructMember, kind: StructMember['kind']): StructMember {
  return {
    ...a,
    kind,
    size: a.size + b.size,
    doc: a.doc === b.doc ? a.doc : `${a.doc}; ${b.doc}`,
    members: kind === 'segment' ? [...a.members, b] : [],
  };
}
