// A file of one VMSA page: what it is, its fields as text, and what is odd about it at first sight.

import { describeLeaf, exactText, reservedBits } from '../describe';
import type { Finding } from '../region';
import { decode, leaves, readLeaf, type Leaf, type LeafValue, type Values } from '../struct';
import { describeSignature } from './cpuModels';
import { joinResetAddress } from './generate';
import { GROUPS, VMSA, VMSA_SIZE } from './layout';
import { hex } from '../hex';

/** One field of a page, ready to be shown. `group` is one of GROUPS. */
export interface VmsaField {
  readonly name: string;
  readonly group: string;
  readonly offset: number;
  readonly size: number;
  readonly value: LeafValue;
  /** Hexadecimal, shortened when long. */
  readonly raw: string;
  readonly meaning: string;
  readonly doc: string;
  readonly leaf: Leaf;
}

// Elements of a nested array have no group of their own: they stand under the heading of the array.
const groupOf = new Map(VMSA.rows.map((r) => [r.name, r.group!]));

/** The field names that make up the heading of a leaf. */
function heading(leaf: Leaf): string {
  return groupOf.get(leaf.path.split('.')[0]!)!;
}

function meaningOf(leaf: Leaf, value: LeafValue, values: Values): string {
  const { meaning } = describeLeaf(leaf, value);
  if (leaf.path === 'rdx') return describeSignature(value as bigint);
  if (leaf.path === 'rip') {
    return `starts at ${hex((values['cs_base'] as bigint) + (value as bigint), 8)} (cs_base + rip)`;
  }
  return meaning;
}

/**
 * All leaves of a page in the order of the file.
 * @param page at least 4096 bytes from `at`
 */
export function vmsaFields(page: Uint8Array, at = 0): VmsaField[] {
  const values = decode(VMSA, page, at);
  return leaves(VMSA).map((leaf) => {
    const value = readLeaf(page, leaf, at);
    return {
      name: leaf.path,
      group: heading(leaf),
      offset: leaf.offset,
      size: leaf.size,
      value,
      raw: describeLeaf(leaf, value).raw,
      meaning: meaningOf(leaf, value, values),
      doc: leaf.row.doc,
      leaf,
    };
  });
}

/** Fields by heading, headings in their order. */
export function groupFields<F extends { readonly group: string }>(
  fields: readonly F[],
): { group: string; fields: F[] }[] {
  return GROUPS.map((group) => ({ group, fields: fields.filter((f) => f.group === group) })).filter(
    (g) => g.fields.length > 0,
  );
}

/** What a person should know about a page before she trusts its fields. */
export function vmsaFindings(page: Uint8Array): Finding[] {
  const whole = { offset: 0, size: VMSA_SIZE };
  if (page.every((b) => b === 0)) {
    return [
      {
        rule: 'vmsa-all-zero',
        severity: 'error',
        message: 'All 4096 bytes are zero: this page was never filled in.',
        ...whole,
      },
    ];
  }
  if (looksEncrypted(page)) {
    const message =
      'Nearly every byte of the reserved space is set: this looks like memory of a running guest, which is encrypted. Only a page from before the launch can be read.';
    return [{ rule: 'vmsa-encrypted', severity: 'error', message, ...whole }];
  }
  return leaves(VMSA).flatMap((leaf) => oddity(leaf, readLeaf(page, leaf)) ?? []);
}

/** Encrypted memory has no runs of zeros; a real page is nearly all zero above the FPU state. */
function looksEncrypted(page: Uint8Array): boolean {
  return page.subarray(0x7c8, VMSA_SIZE).filter((b) => b !== 0).length > (VMSA_SIZE - 0x7c8) * 0.9;
}

function oddity(leaf: Leaf, value: LeafValue): Finding | undefined {
  const at = { offset: leaf.offset, size: leaf.size };
  if (value instanceof Uint8Array) {
    if (leaf.row.group !== 'Reserved' || value.every((b) => b === 0)) return undefined;
    const message = `${leaf.path} is reserved but not zero: ${exactText(value, leaf.size).slice(0, 64)}. No known launch sets it.`;
    return { rule: 'vmsa-reserved-set', severity: 'warning', message, ...at };
  }
  if (leaf.path === 'efer' && (BigInt(value) & 0x1000n) === 0n) {
    const message = `efer is ${hex(value)} without SVME (bit 12): VMRUN refuses this page, and every launch sets it.`;
    return { rule: 'vmsa-no-svme', severity: 'error', message, ...at };
  }
  const odd = leaf.row.bits ? reservedBits(leaf.row.bits, value) : 0n;
  if (odd === 0n) return undefined;
  const message = `${leaf.path} is ${hex(value)}: its reserved bits ${hex(odd)} are set.`;
  return { rule: 'vmsa-reserved-set', severity: 'warning', message, ...at };
}

/** A page in one line: role, where it starts, CPU. */
export function vmsaSummary(page: Uint8Array, at = 0): string {
  const values = decode(VMSA, page, at);
  const csBase = values['cs_base'] as bigint;
  const rip = values['rip'] as bigint;
  const bsp = csBase === 0xffff0000n && rip === 0xfff0n;
  const role = bsp
    ? 'boot processor (BSP)'
    : `additional processor (AP), reset address ${hex(joinResetAddress(csBase, rip), 8)}`;
  return `${role}; ${describeSignature(values['rdx'] as bigint)}`;
}
