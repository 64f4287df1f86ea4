// The JSON that `sevctl vmsa show` prints: serde_json's pretty form of a structure with libvirt's field names. It
// ends at 0x408, because it was modelled on the GHCB save area. Numbers are decimal; registers are not rounded.

import type { JsonValue } from '../../binary/exactJson';
import { hex } from '../../binary/hex';
import { readUnsigned } from '../../binary/struct';
import { VMSA_SIZE } from '../layout/layout';
import { membersOf, type StructMember } from '../layout/members';

/** Bytes of the page in the JSON; all above are lost. */
export const SEVCTL_SIZE = 0x408;

const MEMBERS = membersOf('libvirt', SEVCTL_SIZE);

function valueText(page: Uint8Array, member: StructMember, indent: string): string {
  const inner = `${indent}  `;
  if (member.kind === 'number') return readUnsigned(page, member).toString();
  if (member.kind === 'segment') return objectText(page, member.members, indent);
  const items = [...page.subarray(member.offset, member.offset + member.size)].map((b) => `${inner}${b}`);
  return `[\n${items.join(',\n')}\n${indent}]`;
}

function objectText(page: Uint8Array, members: readonly StructMember[], indent: string): string {
  const inner = `${indent}  `;
  const lines = members.map((m) => `${inner}"${m.name}": ${valueText(page, m, inner)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

/** A page as sevctl prints it, with the final newline; without the bytes from 0x408 up. */
export function sevctlJson(page: Uint8Array): string {
  return `${objectText(page, MEMBERS, '')}\n`;
}

/** Whether a JSON value is meant to be sevctl's: it has a segment, or a name that only this form has. */
export function looksLikeSevctl(value: ReadonlyMap<string, JsonValue>): boolean {
  return MEMBERS.some((m) => m.kind !== 'number' && value.has(m.name));
}

/** What is wrong with a value, reported by its name. */
class Wrong extends Error {}

function writeNumber(
  page: Uint8Array,
  value: JsonValue | undefined,
  { offset, size }: StructMember,
  path: string,
): void {
  if (typeof value !== 'bigint') throw new Wrong(`"${path}" is not a whole number`);
  if (value < 0n || value >> BigInt(8 * size) !== 0n)
    throw new Wrong(`"${path}" is ${value.toString().slice(0, 40)}; it has ${8 * size} bits`);
  for (let i = 0; i < size; i++) page[offset + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}

function writeMember(
  page: Uint8Array,
  value: JsonValue | undefined,
  member: StructMember,
  path: string,
): void {
  if (member.kind === 'number') {
    writeNumber(page, value, member, path);
  } else if (member.kind === 'segment') {
    if (!(value instanceof Map)) throw new Wrong(`"${path}" is not an object`);
    writeMembers(page, value as ReadonlyMap<string, JsonValue>, member.members, `${path}.`);
  } else {
    if (!Array.isArray(value) || value.length !== member.size) {
      const length = Array.isArray(value) ? `has ${value.length} numbers` : 'is not an array';
      throw new Wrong(`"${path}" ${length}; it takes ${member.size}`);
    }
    (value as readonly JsonValue[]).forEach((item, i) => {
      writeNumber(page, item, { ...member, offset: member.offset + i, size: 1 }, `${path}[${i}]`);
    });
  }
}

function writeMembers(
  page: Uint8Array,
  values: ReadonlyMap<string, JsonValue>,
  members: readonly StructMember[],
  prefix: string,
): void {
  const missing = members.find((m) => !values.has(m.name));
  if (missing) throw new Wrong(`"${prefix}${missing.name}" is missing`);
  const known = new Set(members.map((m) => m.name));
  const unknown = [...values.keys()].find((key) => !known.has(key));
  if (unknown !== undefined)
    throw new Wrong(`"${prefix}${unknown.slice(0, 40)}" is not a key that sevctl has`);
  for (const member of members) writeMember(page, values.get(member.name), member, prefix + member.name);
}

/** The page in sevctl's JSON, zero from 0x408 up, or the key that is wrong and why. */
export function findSevctlPages(
  value: ReadonlyMap<string, JsonValue>,
): { bytes: Uint8Array; note: string } | { problem: string } {
  const bytes = new Uint8Array(VMSA_SIZE);
  try {
    writeMembers(bytes, value, MEMBERS, '');
  } catch (error) {
    if (error instanceof Wrong) return { problem: error.message };
    throw error;
  }
  return {
    bytes,
    note: `sevctl's JSON ends at ${hex(SEVCTL_SIZE, 3)}: FPU state and everything above it are not in it and read as zero.`,
  };
}
