// A page as a C initialiser of Linux's struct sev_es_save_area (arch/x86/include/asm/svm.h), for test
// programs and kernel modules. Names and arrays come from the table's Linux names; what that structure
// cannot hold goes into a comment.

import { bytesToHex, countOf, hex, isZero } from '../../binary/hex';
import { visibleText } from '../../binary/plainText';
import { leaves, readUnsigned } from '../../binary/struct';
import { KERNEL_STRUCT_SIZE, VMSA } from '../layout/layout';
import { membersOf, type StructMember } from '../layout/members';

/** The members of the structure, in order. */
export const LINUX_MEMBERS: readonly StructMember[] = membersOf('linux', KERNEL_STRUCT_SIZE);

const isSet = (page: Uint8Array, { offset, size }: StructMember) =>
  !isZero(page.subarray(offset, offset + size));

/** Keeps a comment from ending early and from looking like code, whatever its text contains. */
const comment = (text: string) => visibleText(text.replaceAll('*/', '* /').replaceAll(/[\r\n]/g, ' '));

// Linux declares these reserved words as numbers or as arrays, which an initialiser must respect.
const isNamed = ({ kind, name }: StructMember) => !(kind === 'number' && name.startsWith('reserved'));

/** A value in C: a number, the nonzero elements of an array, or the members of a segment. */
function valueText(page: Uint8Array, member: StructMember): string {
  if (member.kind === 'segment') {
    const parts = member.members.filter((m) => isSet(page, m));
    return `{ ${parts.map((m) => `.${m.name} = ${valueText(page, m)}`).join(', ')} }`;
  }
  if (member.kind === 'number') return `${hex(readUnsigned(page, member))}${member.size === 8 ? 'ULL' : ''}`;
  const items = [...page.subarray(member.offset, member.offset + member.size)].flatMap((b, i) =>
    b === 0 ? [] : [`[${i}] = ${hex(b, 2)}`],
  );
  return `{ ${items.join(', ')} }`;
}

function docOf({ kind, members, doc }: StructMember): string {
  return kind === 'segment' ? (members[0]!.doc.split(':')[0] ?? '') : doc;
}

/** What the initialiser leaves out: bytes above the structure, and words without their own name. */
function restLines(page: Uint8Array): string[] {
  const above = leaves(VMSA)
    .filter((leaf) => leaf.offset >= KERNEL_STRUCT_SIZE)
    .map(({ path, offset, size }) => ({ name: path, offset, size }));
  const rest = [...LINUX_MEMBERS.filter((m) => !isNamed(m)), ...above].filter((m) =>
    isSet(page, m as StructMember),
  );
  if (rest.length === 0) return ['/* All other bytes of the page are zero. */'];
  return [
    '/*',
    ` * Not in the structure, ${rest.length} more, bytes in the order of the page:`,
    ...rest.map(
      ({ offset, size, name }) =>
        ` * ${hex(offset, 3)} ${name}: ${bytesToHex(page.subarray(offset, offset + size))}`,
    ),
    ' */',
  ];
}

/** A page as a C definition of a variable `vmsa`; only nonzero values, each with its offset and meaning. */
export function exportC(page: Uint8Array, name: string): string {
  const members = LINUX_MEMBERS.filter((m) => isNamed(m) && isSet(page, m));
  return [
    `/* ${comment(name)}, for struct sev_es_save_area of Linux 6.14 and later. All but these ${countOf(members.length, 'member')} are zero. */`,
    'static const struct sev_es_save_area vmsa = {',
    ...members.map(
      (m) => `\t.${m.name} = ${valueText(page, m)}, /* ${hex(m.offset, 3)} ${comment(docOf(m))} */`,
    ),
    '};',
    ...restLines(page),
    '',
  ].join('\n');
}
