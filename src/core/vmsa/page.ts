// The fields of a VMSA page as text, and a one-line summary; checks.ts reports what is wrong with it.

import { describeLeaf } from '../binary/describe';
import { hex } from '../binary/hex';
import { byGroup, leafField, type FieldGroup, type LeafField } from '../binary/leafField';
import { leaves, readLeaf, type Leaf, type LeafValue } from '../binary/struct';
import { describeSignature } from './launch/cpuModels';
import { resetAddressIn, startAddress, startsAtResetVector } from './launch/generate';
import { GROUPS, VMSA, type VmsaName, type VmsaValues } from './layout/layout';
import { whyNoState } from './pageKind';
import type { VmsaPage } from './vmsaPage';

/** One field of a page. `group` is one of GROUPS. */
export type VmsaField = LeafField<VmsaName>;

// Elements of a nested array have no group of their own: they are shown under the heading of the array.
const groupOf = new Map<string, string>(VMSA.rows.map((r) => [r.name, r.group!]));

/** The heading that a leaf is listed under. */
function heading(leaf: Leaf): string {
  return groupOf.get(leaf.path.split('.')[0]!)!;
}

/** KVM copies FXSAVE's abridged tag word: one bit per register in use, nothing in the high byte. */
function abridgedTags(tags: number): string {
  const used = Array.from({ length: 8 }, (_, i) => i).filter((i) => (tags >> i) & 1);
  return `abridged form: in use ${used.map((i) => `R${i}`).join(' ')}`;
}

function meaningOf(name: VmsaName, values: VmsaValues, described: string): string {
  const { rdx, x87_ftw: tags } = values;
  if (name === 'rdx') return describeSignature(rdx);
  if (name === 'rip') return `starts at ${hex(startAddress(values), 8)} (cs_base + rip)`;
  if (name === 'x87_ftw' && tags !== 0 && tags <= 0xff) return abridgedTags(tags);
  return described;
}

/** One leaf of a page. @param values of the whole page */
function fieldOf(leaf: Leaf<VmsaName>, value: LeafValue, values: VmsaValues): VmsaField {
  const { raw, meaning } = describeLeaf(leaf, value);
  return leafField(leaf, heading(leaf), value, { raw, meaning: meaningOf(leaf.path, values, meaning) });
}

/** Leaves of a page in file order; all of them unless `some` are given. */
export function vmsaFields(
  { bytes, values }: VmsaPage,
  some: readonly Leaf<VmsaName>[] = leaves(VMSA),
): VmsaField[] {
  return some.map((leaf) => fieldOf(leaf, readLeaf(bytes, leaf), values));
}

/** Fields by heading, headings in order. */
export const groupFields = <F extends { readonly group: string }>(fields: readonly F[]): FieldGroup<F>[] =>
  byGroup(GROUPS, fields);

/** A page in one line: role, start address, CPU; or what it is instead of a VMSA. */
export function vmsaSummary(page: VmsaPage): string {
  return whyNoState(page)?.summary ?? stateSummary(page);
}

/** The same for what is known to be the state of a vCPU. */
export function stateSummary({ values }: VmsaPage): string {
  return `${startText(values)}; ${describeSignature(values.rdx)}`;
}

function startText(values: VmsaValues): string {
  if (startsAtResetVector(values)) return 'boot processor (BSP)';
  // Only an SVSM image or an IGVM file starts a vCPU in protected mode, where the whole address counts.
  if ((values.cr0 & 1n) === 1n) {
    const bits = (values.efer & 0x400n) === 0n ? '32-bit' : '64-bit';
    return `starts in ${bits} mode at ${hex(startAddress(values), 8)}`;
  }
  const address = resetAddressIn(values);
  const start =
    address === undefined ? `starts at ${hex(startAddress(values), 8)}` : `reset address ${hex(address, 8)}`;
  return `additional processor (AP), ${start}`;
}
