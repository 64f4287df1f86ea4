// Checks of the GUIDed table as a whole: entries that a launch needs, and the areas for the secret and the hashes.

import { hex } from '../binary/hex';
import type { Finding } from '../binary/region';
import { entriesOf } from '../binary/struct';
import { AREA_ENTRIES, HASH_BLOCK, KNOWN_ENTRIES, RESET_BLOCK, type KnownEntry } from './entries';
import type { OvmfEntry, OvmfTable } from './guidedTable';
import { findEntry } from './guidedTable';
import type { OvmfRule } from './rules';
import { ovmfFinding } from './rules';

/** Bytes that QEMU writes for a kernel. */
export const LEAST_HASH_AREA: number = HASH_BLOCK.area.small.least;

/** A range of guest memory from an entry of the table. */
export interface GuestArea {
  readonly base: number;
  readonly size: number;
}

/** The areas of an image. One is absent when the table lacks its entry, or it could not be read. */
export type Areas = { readonly [K in keyof typeof AREA_ENTRIES]?: GuestArea };

/** The input of checkAreas. */
export interface AreaInput extends Areas {
  readonly table?: OvmfTable;
  readonly resetAddress?: number;
}

/**
 * Reports entries that are missing. The legacy form cannot have them, and a table that was not read completely may.
 */
export function checkTable(table: OvmfTable): Finding[] {
  if (table.kind === 'legacy' || !table.complete) return [];
  return KNOWN_ENTRIES.flatMap((entry) =>
    entry.absent && !findEntry(table, entry)
      ? [ovmfFinding(entry.absent.rule, table.offset, table.size, `The table has ${entry.absent.effect}.`)]
      : [],
  );
}

/** Why QEMU would take no kernel hashes (sev_add_kernel_loader_hashes), a clause; undefined when it would. */
export function hashAreaProblem({ table, hashArea }: AreaInput): string | undefined {
  if (!hashArea) return missing(table, 'hash area');
  if (hashArea.base === 0) return 'no hash area (its address is 0)';
  return hashArea.size < LEAST_HASH_AREA
    ? `the hash area has ${hex(hashArea.size)} bytes; QEMU needs ${LEAST_HASH_AREA}`
    : undefined;
}

/** Why a secret has no place of its own, a clause; undefined when it has one. */
export function secretAreaProblem({ table, secretArea }: AreaInput): string | undefined {
  if (!secretArea) return missing(table, 'secret area');
  return isEmpty(secretArea) ? 'the secret area is empty' : undefined;
}

/** That a table has no usable entry of this kind, a clause. */
export function missing(table: OvmfTable | undefined, what: string): string {
  if (!table) return 'no GUIDed table';
  return table.complete
    ? `the table has no usable ${what}`
    : `no ${what} in the part of the table that was read`;
}

/** An area in words: `0x400 bytes at 0x00810c00`. */
export const areaWords = ({ base, size }: GuestArea): string => `${hex(size)} bytes at ${hex(base, 8)}`;

/** Reports addresses and sizes that QEMU or an injection would fail on. */
export function checkAreas(image: AreaInput): Finding[] {
  const reset = findEntry(image.table, RESET_BLOCK);
  const areas = areasOf(image);
  return [
    ...(reset && image.resetAddress === 0
      ? [
          at(
            reset,
            'reset-address-zero',
            'The reset address is 0: QEMU stops SEV-ES and SNP guests with "SEV-ES reset address is zero". Plain SEV starts.',
          ),
        ]
      : []),
    ...areas.flatMap(checkSize),
    ...areas.flatMap(({ entry, words, area }) =>
      endsOutside(area)
        ? [at(entry, 'area-outside', `The ${words}, ${areaText(area)}, ends above 4 GiB.`)]
        : [],
    ),
    ...areas.flatMap((one, i) => areas.slice(i + 1).flatMap((other) => checkOverlap(one, other))),
  ];
}

/** An area, the entry that it is from, and what is expected of it. */
interface AreaAt extends NonNullable<KnownEntry['area']> {
  readonly area: GuestArea;
  readonly entry: OvmfEntry;
}

/** The areas of an image, in the order of their entries in the file. */
function areasOf(image: AreaInput): AreaAt[] {
  return entriesOf(AREA_ENTRIES)
    .flatMap(([name, known]): AreaAt[] => {
      const [area, entry] = [image[name], findEntry(image.table, known)];
      return area && entry ? [{ ...known.area, area, entry }] : [];
    })
    .sort((a, b) => a.entry.offset - b.entry.offset);
}

const at = ({ offset, data }: OvmfEntry, rule: OvmfRule, message: string): Finding =>
  ovmfFinding(rule, offset, data.length, message);

function checkSize({ area, entry, words, empty, small }: AreaAt): Finding[] {
  if (isEmpty(area))
    return empty ? [at(entry, empty.rule, `The ${words} is ${areaText(area)}: ${empty.effect}.`)] : [];
  if (!small || area.size >= small.least) return [];
  return [at(entry, small.rule, `The ${words} is ${areaText(area)}; ${small.effect}.`)];
}

function checkOverlap(one: AreaAt, other: AreaAt): Finding[] {
  if (!overlap(one.area, other.area)) return [];
  const message = `The ${one.words}, ${areaText(one.area)}, overlaps the ${other.words}, ${areaText(other.area)}.`;
  return [at(one.entry, 'area-overlap', message)];
}

function isEmpty({ base, size }: GuestArea): boolean {
  return base === 0 || size === 0;
}

function areaText({ base, size }: GuestArea): string {
  return `${hex(size)} bytes at ${hex(base)}`;
}

function endsOutside(area: GuestArea): boolean {
  return !isEmpty(area) && area.base + area.size > 2 ** 32;
}

function overlap(a: GuestArea, b: GuestArea): boolean {
  return !isEmpty(a) && !isEmpty(b) && a.base < b.base + b.size && b.base < a.base + a.size;
}
