// Compares a VMSA page field by field with another, or with the one that a launch should have produced.

import { diff, leaves } from '../../binary/struct';
import type { GeneratedVmsa, Write } from '../launch/generate';
import { VMSA, type VmsaName } from '../layout/layout';
import { vmsaFields, type VmsaField } from '../page';
import { OTHER_IN_PAGE, isKnownIn, type PartOfPage } from '../part';
import { decodePage, type VmsaPage } from '../vmsaPage';

/** A field on both sides. `writes` lists who set the expected value, in order; empty when nobody did. */
export interface ComparedField {
  readonly actual: VmsaField;
  readonly expected: VmsaField;
  readonly differs: boolean;
  readonly writes: readonly Write[];
}

/** Two pages side by side. */
export interface VmsaComparison {
  readonly actual: VmsaPage;
  readonly expected: VmsaPage;
  /** The fields that are known in both pages: whoever looks at the pages looks at these only. */
  readonly known: ReadonlySet<VmsaName>;
  /** Those of them that were asked for, in the order of the file. */
  readonly fields: readonly ComparedField[];
}

/** What is known of two pages besides their bytes. */
interface ComparisonContext {
  /** Who wrote the expected page. */
  readonly trail?: GeneratedVmsa['trail'] | undefined;
  /** What is known of each page that is known in part. */
  readonly parts?: readonly (PartOfPage | undefined)[];
  /** Only the fields that differ. */
  readonly onlyDiffering?: boolean;
}

const ALL_NAMES: ReadonlySet<VmsaName> = new Set(leaves(VMSA).map(({ path }) => path));

/**
 * The fields that are known in both of two pages, of which one or both may be known in part. What KVM makes of the
 * registers of a VMM is not known from these, so that they are not compared with those of a page.
 */
function knownInBoth(parts: readonly (PartOfPage | undefined)[]): ReadonlySet<VmsaName> {
  if (parts.every((part) => part === undefined)) return ALL_NAMES;
  const mixed = new Set(parts.map((part) => part?.beforeKvm ?? false)).size > 1;
  const known = [...ALL_NAMES].filter(
    (name) => !(mixed && OTHER_IN_PAGE.has(name)) && parts.every((part) => isKnownIn(part, name)),
  );
  return new Set(known);
}

/** Compares two pages in all fields that are known in both. */
export function comparePages(
  actual: VmsaPage,
  expected: VmsaPage,
  { trail, parts = [], onlyDiffering = false }: ComparisonContext = {},
): VmsaComparison {
  const known = knownInBoth(parts);
  const different = new Set(diff(VMSA, actual.bytes, expected.bytes).map(({ leaf }) => leaf.path));
  const some = leaves(VMSA).filter(({ path }) => known.has(path) && (!onlyDiffering || different.has(path)));
  const right = vmsaFields(expected, some);
  const fields = vmsaFields(actual, some).map((field, i) => ({
    actual: field,
    expected: right[i]!,
    differs: different.has(field.name),
    writes: trail?.get(field.name) ?? [],
  }));
  return { actual, expected, known, fields };
}

/**
 * Compares a page, or what is known of it, with a generated one.
 * @param generated for a page that is known in part, as `expectedOf` returns it
 */
export function compareWithGenerated(
  actual: VmsaPage,
  { bytes, trail }: GeneratedVmsa,
  part?: PartOfPage,
  onlyDiffering = false,
): VmsaComparison {
  return comparePages(actual, decodePage(bytes), { trail, parts: [part], onlyDiffering });
}

/** The layer that set the final value, in words; a field that no layer writes is zero from the start. */
export function setBy(field: ComparedField): string {
  return field.writes.at(-1)?.layer.title ?? 'nobody (zero)';
}
