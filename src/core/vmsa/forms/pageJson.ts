// A page in this project's own JSON, as `vmsa show --json` prints and the editor exports it, and back.

import { exactText } from '../../binary/describe';
import type { JsonValue } from '../../binary/exactJson';
import { fromHex } from '../../binary/hex';
import { leaves, writeLeaf, type Leaf, type LeafValue } from '../../binary/struct';
import { VMSA, VMSA_SIZE } from '../layout/layout';
import { vmsaFindings } from '../checks';
import { stateSummary, vmsaFields, vmsaSummary, type VmsaField } from '../page';
import { FIELDS_OF_PAGE, knownFields } from '../part';
import { knownFindings } from '../partChecks';
import type { VmsaPage } from '../vmsaPage';
import type { PartialPage } from './pageSource';

/** A leaf's value in JSON: numbers stay numbers, 64-bit values and bytes become lossless strings. */
export function jsonValue(value: LeafValue, size: number): number | string {
  return typeof value === 'number' ? value : exactText(value, size);
}

const fieldJson = ({ name, group, offset, size, value, meaning, doc }: VmsaField) => ({
  name,
  group,
  offset,
  size,
  value: jsonValue(value, size),
  meaning,
  doc,
});

/** A page with all its fields as plain data. @param file the name to give as its source */
export function pageJson(page: VmsaPage, file: string) {
  return {
    file,
    kind: 'vmsa',
    size: page.bytes.length,
    summary: vmsaSummary(page),
    findings: vmsaFindings(page),
    fields: vmsaFields(page).map(fieldJson),
  };
}

/**
 * What a dump lists of a page as plain data: the known fields only.
 * @param page of the dump
 * @param form in words
 */
export function partJson(
  page: VmsaPage,
  { label, part, notes }: Omit<PartialPage, 'bytes'>,
  file: string,
  form: string,
) {
  return {
    file,
    kind: 'vmsa-part',
    form,
    vcpu: label,
    summary: stateSummary(page),
    notes,
    findings: knownFindings(page, part),
    fields: knownFields(page, part).map(fieldJson),
    unknown: FIELDS_OF_PAGE - part.known.size,
  };
}

/** Parses the value of a field as jsonValue writes it; undefined for anything else. */
function leafValue(leaf: Leaf, value: JsonValue | undefined): LeafValue | undefined {
  const most = 1n << BigInt(8 * leaf.size);
  if (typeof leaf.row.type === 'number') {
    const bytes = typeof value === 'string' ? fromHex(value) : undefined;
    return bytes?.length === leaf.size ? bytes : undefined;
  }
  // With all digits, so that a lost one shows.
  const isExact =
    typeof value === 'string' && value.length === 2 + 2 * leaf.size && /^0x[0-9a-f]+$/i.test(value);
  const number = isExact ? BigInt(value) : value;
  if (typeof number !== 'bigint' || number < 0n || number >= most) return undefined;
  return leaf.size === 8 ? number : Number(number);
}

/**
 * The page with these values, as exactText and jsonValue write them, or what is wrong with them.
 * @param sparse whether fields that are not there are zero
 */
export function pageOfFields(
  values: ReadonlyMap<string, JsonValue | undefined>,
  sparse = false,
): { bytes: Uint8Array } | { problem: string } {
  const bytes = new Uint8Array(VMSA_SIZE);
  const unknown = new Set(values.keys());
  for (const leaf of leaves(VMSA)) {
    if (!unknown.delete(leaf.path)) {
      if (sparse) continue;
      return { problem: `the field "${leaf.path}" is missing` };
    }
    const of = leafValue(leaf, values.get(leaf.path));
    if (of === undefined) return { problem: `"${leaf.path}" has no value of ${leaf.size} bytes` };
    writeLeaf(bytes, leaf, of);
  }
  const [first] = unknown;
  return first === undefined ? { bytes } : { problem: `"${first.slice(0, 40)}" is not a field of a VMSA` };
}

/** The page in such JSON, or what is wrong with it. */
export function findPageJson(
  value: ReadonlyMap<string, JsonValue>,
): { bytes: Uint8Array } | { problem: string } {
  const fields = value.get('fields');
  if (!Array.isArray(fields)) return { problem: '"fields" is not an array' };
  const values = new Map<string, JsonValue | undefined>();
  for (const field of fields as readonly JsonValue[]) {
    const name = field instanceof Map ? (field as ReadonlyMap<string, JsonValue>).get('name') : undefined;
    if (typeof name !== 'string') return { problem: 'a field has no name' };
    if (values.has(name)) return { problem: `the field "${name.slice(0, 40)}" is there twice` };
    values.set(name, (field as ReadonlyMap<string, JsonValue>).get('value'));
  }
  return pageOfFields(values);
}
