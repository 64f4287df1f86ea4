// The page as the members of a structure that other software has for it, taken from the table of fields and its other
// names: consecutive fields that share one name are one array of bytes there, and `es.base` is a member of `es`.

import { sizeOf } from '../../binary/struct';
import { VMSA } from './layout';

/** One member: a number of up to 8 bytes, a run of bytes, or a segment with members of its own. */
export interface Member {
  readonly name: string;
  readonly kind: 'number' | 'bytes' | 'segment';
  readonly offset: number;
  readonly size: number;
  /** What it means, from the table; of an array that is several fields, each of theirs. */
  readonly doc: string;
  readonly members: readonly Member[];
}

/** The first part of the name of a segment's field, and the part of it: `es` and `base`. */
const SEGMENT = /^([a-z]+)_(selector|attrib|limit|base)$/;

/**
 * The members of a structure, in order.
 * @param source whose names they have
 * @param size bytes of the structure, which ends with a field
 */
export function membersOf(source: 'libvirt' | 'linux', size: number): Member[] {
  const members: Member[] = [];
  for (const row of VMSA.rows) {
    if (row.offset >= size) break;
    const alias = row.aliases?.[source];
    const member: Member = {
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

function joined(a: Member, b: Member, kind: Member['kind']): Member {
  return {
    ...a,
    kind,
    size: a.size + b.size,
    doc: a.doc === b.doc ? a.doc : `${a.doc}; ${b.doc}`,
    members: kind === 'segment' ? [...a.members, b] : [],
  };
}
