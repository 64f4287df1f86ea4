// Compares a VMSA page field by field with another, or with the one that a launch should have produced.

import { diff } from '../../binary/struct';
import { generateVmsa, type GeneratedVmsa, type VmsaRequest, type Write } from '../launch/generate';
import { VMSA } from '../layout/layout';
import { vmsaFields, type VmsaField } from '../page';
import { OTHER_IN_PAGE, expectedOf, isKnownIn, type PartOfPage } from '../part';

/** A field on both sides. `writes` lists who set the expected value, in order; empty when nobody did. */
export interface ComparedField {
  readonly actual: VmsaField;
  readonly expected: VmsaField;
  readonly differs: boolean;
  readonly writes: readonly Write[];
}

/** All fields of two pages of 4096 bytes, in the order of the file. */
export function comparePages(
  actual: Uint8Array,
  expected: Uint8Array,
  trail?: GeneratedVmsa['trail'],
): ComparedField[] {
  const different = new Set(diff(VMSA, actual, expected).map((d) => d.leaf.path));
  const right = vmsaFields(expected);
  return vmsaFields(actual).map((field, i) => ({
    actual: field,
    expected: right[i]!,
    differs: different.has(field.name),
    writes: trail?.get(field.name) ?? [],
  }));
}

/** Only the fields that differ between a page and a generated one. */
export function differingFields(actual: Uint8Array, { bytes, trail }: GeneratedVmsa): ComparedField[] {
  const different = diff(VMSA, actual, bytes).map((d) => d.leaf);
  const right = vmsaFields(bytes, 0, different);
  return vmsaFields(actual, 0, different).map((field, i) => ({
    actual: field,
    expected: right[i]!,
    differs: true,
    writes: trail.get(field.name) ?? [],
  }));
}

/**
 * Only the fields that are known in both pages, of which one or both may be known in part. What KVM makes of the
 * registers of a VMM is not known from these, so that they are not compared with those of a page.
 */
export function onlyKnown(
  fields: readonly ComparedField[],
  ...parts: readonly (PartOfPage | undefined)[]
): ComparedField[] {
  const mixed = new Set(parts.map((part) => part?.beforeKvm ?? false)).size > 1;
  return fields.filter(
    ({ actual: { name } }) =>
      !(mixed && OTHER_IN_PAGE.has(name)) && parts.every((part) => isKnownIn(part, name)),
  );
}

/**
 * Compares a page, or what is known of it, with the one that `request` generates.
 * @throws CheckError (usage) as generateVmsa does.
 */
export function compareWithGenerated(
  actual: Uint8Array,
  request: VmsaRequest,
  part?: PartOfPage,
): ComparedField[] {
  const generated = expectedOf(generateVmsa(request), part);
  return onlyKnown(comparePages(actual, generated.bytes, generated.trail), part);
}

/** The layer that set the final value, in words; a field that no layer writes is zero from the start. */
export function setBy(field: ComparedField): string {
  return field.writes.at(-1)?.layer.title ?? 'no layer: zero';
}
