// Checks of the GUIDed table as a whole: entries that a launch needs, and the areas for the secret and the hashes.

import { hex } from '../binary/hex';
import type { Finding } from '../binary/region';
import { HASH_BLOCK, KNOWN_ENTRIES, RESET_BLOCK, SECRET_BLOCK } from './entries';
import type { OvmfTable } from './guidedTable';
import { findEntry } from './guidedTable';
import type { OvmfRule } from './rules';
import { ovmfFinding } from './rules';

/** QEMU pads the table of kernel hashes to this size (sev_add_kernel_loader_hashes). */
export const LEAST_HASH_AREA = 176;

/** edk2, OvmfPkg/AmdSev/AmdSevX64.fdf: the size of the area for a table of secrets. */
const USUAL_SECRET_AREA = 0xc00;

/** A range of guest memory from an entry of the table. */
export interface GuestArea {
  readonly base: number;
  readonly size: number;
}

/** The input of checkAreas. */
export interface AreaInput {
  readonly table?: OvmfTable;
  readonly resetAddress?: number;
  readonly secretArea?: GuestArea;
  readonly hashArea?: GuestArea;
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

/** Reports addresses and sizes that QEMU or a secret injection would fail on. */
export function checkAreas({ table, resetAddress, secretArea, hashArea }: AreaInput): Finding[] {
  const findings: Finding[] = [];
  const note = (known: { readonly guid: string }, rule: OvmfRule, message: string) => {
    const entry = findEntry(table, known);
    if (entry) findings.push(ovmfFinding(rule, entry.offset, entry.data.length, message));
  };
  if (resetAddress === 0) {
    note(
      RESET_BLOCK,
      'reset-address-zero',
      'The reset address is 0: QEMU stops SEV-ES and SNP guests with "SEV-ES reset address is zero". Plain SEV starts.',
    );
  }
  if (hashArea && isEmpty(hashArea)) {
    const effect = 'a launch with kernel hashes is refused';
    note(HASH_BLOCK, 'hash-area-empty', `The kernel hash area is ${areaText(hashArea)}: ${effect}.`);
  } else if (hashArea && hashArea.size < LEAST_HASH_AREA) {
    const message = `The kernel hash area is ${areaText(hashArea)}; QEMU needs ${LEAST_HASH_AREA} bytes.`;
    note(HASH_BLOCK, 'hash-area-small', message);
  }
  if (secretArea && isEmpty(secretArea)) {
    const effect = 'a secret can be injected only at an explicit address';
    note(SECRET_BLOCK, 'secret-area-empty', `The secret area is ${areaText(secretArea)}: ${effect}.`);
  } else if (secretArea && secretArea.size < USUAL_SECRET_AREA) {
    const message = `The secret area is ${areaText(secretArea)}; AmdSev builds have ${hex(USUAL_SECRET_AREA)}, and a larger secret table does not fit.`;
    note(SECRET_BLOCK, 'secret-area-small', message);
  }
  if (hashArea && endsOutside(hashArea)) {
    note(HASH_BLOCK, 'area-outside', `The kernel hash area, ${areaText(hashArea)}, ends above 4 GiB.`);
  }
  if (secretArea && endsOutside(secretArea)) {
    note(SECRET_BLOCK, 'area-outside', `The secret area, ${areaText(secretArea)}, ends above 4 GiB.`);
  }
  if (hashArea && secretArea && overlap(hashArea, secretArea)) {
    const message = `The kernel hash area, ${areaText(hashArea)}, overlaps the secret area, ${areaText(secretArea)}.`;
    note(HASH_BLOCK, 'area-overlap', message);
  }
  return findings;
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
